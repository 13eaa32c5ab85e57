/// Ready-made configurations of senders and what to switch on at the device; texts are data/*. Pure.
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "base/result.h"
#include "event/source_class.h"
#include "message/message.h"

namespace yorozu::sources {

struct Kind {
  std::string_view name;   ///< "fortigate"
  std::string_view input;  ///< listener it speaks to: "syslog.udp"
  event::SourceClass source_class;
  std::string_view scope;  ///< of its token: "ingest.bulk"; "": it needs none
  std::string_view title;  ///< product names, the same in every language
};
std::span<const Kind> kinds();
const Kind* find_kind(std::string_view name);  ///< null: none

/// What is filled in.
struct Facts {
  std::string server;  ///< address or name by which the sender reaches us
  std::string port;
  std::string token;  ///< "": the kind needs none
  std::string ca_pem;
};
/// The text, ending with a newline.
std::string advice(const Kind& kind, message::Lang lang, const Facts& facts);

/// The text as it is in the data files, includes put in, nothing filled in. Exposed for tests. Errors: NotFound with
/// the name of a file that is not there.
Result<std::string> raw_advice(std::string_view kind, message::Lang lang);

}  // namespace yorozu::sources
