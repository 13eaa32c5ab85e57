/// One <Event> element of the Windows event schema ([MS-EVEN6] section 2.2.13), as fields.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "codec/event_fields.h"

namespace yorozu::codec::xml {

class EventElementReader {
 public:
  explicit EventElementReader(event::NameTable& names, const event::LogsourceMap& logsources);
  ~EventElementReader();

  /// `element`: "<Event ...>...</Event>" in UTF-8, at most 64 MiB. Values point into `arena`. Fields have the names
  /// that EVTX gives them; what <RenderingInfo> says comes as Message, RenderingInfo_Level and so on. Sysmon for Linux
  /// is {product: linux}. "" when all is well; else what is wrong, and `out` has what could be read.
  std::string read(std::string_view element, Arena& arena, EventFields& out);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace yorozu::codec::xml
