#include "archive/numbered_lines.h"

#include "archive/archive.h"
#include "base/buffer.h"
#include "proof/line.h"

namespace yorozu::archive::testing {

std::string numbered_tail(std::uint64_t number) {
  std::string raw = "number " + std::to_string(number);
  for (std::uint64_t x = number * 0x9E3779B97F4A7C15ULL; raw.size() < 40 + number % 400;
       x = x * 6364136223846793005ULL + 1)
    raw += static_cast<char>(number % 7 == 0 ? x >> 56 : 'a' + (x >> 56) % 26);
  Buffer tail;
  proof::append_line_tail({Timestamp{1795425302123456}, "syslog.tcp", "192.0.2.1", {}, raw, {}}, tail);
  return std::string(tail.view());
}

std::string wrong_with(Disk& disk, const std::filesystem::path& folder, std::uint64_t from, std::uint64_t acknowledged,
                       std::uint64_t* last) {
  std::uint64_t next = from;
  std::string wrong;
  const auto damages = read_archive(disk, folder, from, [&](const CommittedLine& line) {
    if (line.seq != next) wrong = "line " + std::to_string(next) + " is missing";
    if (wrong.empty() && line.line.substr(line.line.find(',') + 1) != numbered_tail(line.seq))
      wrong = "line " + std::to_string(next) + " has changed";
    next = line.seq + 1;
    return wrong.empty();
  });
  if (last != nullptr) *last = next - 1;
  if (!damages) return damages.error().message;
  if (!wrong.empty()) return wrong;
  for (const ArchiveDamage& damage : *damages)
    if (damage.kind == DamageKind::Lost || damage.kind == DamageKind::Repaired)
      return "damage in " + damage.file + ": " + damage.detail;
  if (next <= acknowledged) return "lost: lines " + std::to_string(next) + " to " + std::to_string(acknowledged);
  return "";
}

}  // namespace yorozu::archive::testing
