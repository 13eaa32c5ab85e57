// Lines of a file through stamp, assembler, reader and cut: every record belongs to exactly one group.
#include <cstdlib>
#include <vector>

#include "codec/audit/assembler.h"
#include "codec/audit/reader.h"
#include "codec/audit/unit_cut.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace yorozu;
  using namespace yorozu::codec;
  using namespace yorozu::codec::audit;
  static event::NameTable names;
  static Reader reader(names, event::LogsourceMap::builtin());
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  if (cut_between_events({data, size}) > size) std::abort();
  std::vector<Stamp> stamps;
  std::vector<Group> groups;
  AuditAssembler assembler;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t end = std::min(text.find('\n', at), text.size());
    if (const auto stamp = read_stamp(text.substr(at, end - at))) {
      stamps.push_back(*stamp);
      assembler.add("", *stamp, stamps.size() - 1, {static_cast<std::int64_t>(at)}, groups);
    }
    at = end + 1;
  }
  assembler.flush(groups);
  std::size_t members = 0;
  for (const Group& group : groups) {
    std::vector<Stamp> records;
    for (const std::uint64_t token : group.tokens) records.push_back(stamps.at(token));
    members += records.size();
    Arena arena;
    EventFields fields;
    reader.read(records, arena, fields);
  }
  if (members != stamps.size() || assembler.open_groups() != 0) std::abort();
  return 0;
}
