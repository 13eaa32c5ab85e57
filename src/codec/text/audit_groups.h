/// Records of the Linux audit system among the lines of a file, alone or behind a syslog header, to one event a group.
/// Private to codec/text.
#pragma once

#include <optional>
#include <string_view>
#include <vector>

#include "codec/audit/assembler.h"
#include "codec/audit/reader.h"
#include "codec/shape_memo.h"
#include "codec/text/record.h"

namespace yorozu::codec::text {

/// Of one decoder; empty between two units.
class AuditGroups {
 public:
  AuditGroups(event::Schema& schema, const Vocabulary& words);

  /// False: the line is no such record. True: it is part of an event that is in `batch` now or will be after finish().
  /// `place.raw` is the line and stays valid as long as the batch.
  enum class Copied { No, Yes };  ///< Yes: the line is not where the file has it, but a copy in another charset
  bool add(const EventPlace& place, Copied copied, Timestamp written, ShapeMemo& shapes, event::EventBatch& batch);

  /// What is open becomes events; events of the batch from `first` on are put in the order of their lines. Number of
  /// events made since the last call.
  std::size_t finish(std::size_t first, ShapeMemo& shapes, event::EventBatch& batch);

 private:
  struct Record {
    audit::Stamp stamp;
    std::string_view host;  ///< of the syslog header
    EventPlace place;
    Copied copied;
  };
  void make_events(ShapeMemo& shapes, event::EventBatch& batch);
  std::string_view text_of(const audit::Group& group, Arena& arena) const;

  event::Schema& schema_;
  const Vocabulary& words_;
  audit::Reader reader_;
  audit::AuditAssembler assembler_;
  std::vector<Record> records_;  ///< tokens are positions in it
  std::vector<audit::Group> complete_;
  std::vector<audit::Stamp> stamps_;
  LineRecord fields_;
  std::size_t made_ = 0;
};

/// The record in `line`, if it is one; `host` of a syslog header in front of it.
struct AuditLine {
  audit::Stamp stamp;
  std::string_view host;
};
std::optional<AuditLine> find_audit_record(std::string_view line, Timestamp written);

}  // namespace yorozu::codec::text
