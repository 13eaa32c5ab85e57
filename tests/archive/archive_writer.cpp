// The process that is killed: commits numbered lines as fast as it can and says on standard output what is
// acknowledged.
//   archive_writer FOLDER UPLOAD   ("open NEXT", then the newest number after each commit; "E ..." for one that failed)
// Seals early and removes sealed journals at once, so that every step comes often; keeps the file UPLOAD now and then.
#include <unistd.h>

#include <chrono>
#include <cstdio>
#include <random>
#include <string>
#include <vector>

#include "archive/archive.h"
#include "archive/numbered_lines.h"

namespace {

using namespace yorozu;
using namespace yorozu::archive;

/// In one call, so that a kill cannot leave half of it.
void say(const std::string& text) {
  const std::string line = text + "\n";
  if (::write(STDOUT_FILENO, line.data(), line.size()) < 0) std::_Exit(3);
}

Timestamp now() {
  return {std::chrono::duration_cast<std::chrono::microseconds>(std::chrono::system_clock::now().time_since_epoch())
              .count()};
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 3) return 2;
  ArchiveOptions options;
  options.seal_bytes = 200'000;
  options.keep_sealed_journal_us = 0;
  options.reserve_bytes = 0;
  options.tail_bytes = 100'000;
  auto opened = Archive::open(real_disk(), argv[1], options, now);
  if (!opened) {
    say("E " + opened.error().message);
    return 1;
  }
  Archive& archive = **opened;
  for (const ArchiveDamage& damage : archive.damages())
    if (damage.kind == DamageKind::Lost) say("E damage in " + damage.file + ": " + damage.detail);
  say("open " + std::to_string(archive.next_seq()));
  std::mt19937_64 random(std::random_device{}());
  for (std::uint64_t round = 0;; ++round) {
    std::vector<std::string> tails;
    std::vector<PendingLine> lines;
    for (std::uint64_t i = 0, count = 1 + random() % 40; i < count; ++i)
      tails.push_back(archive::testing::numbered_tail(archive.next_seq() + i));
    for (const std::string& tail : tails) lines.push_back({event::kAllRetentionGroups[random() % 4], tail});
    const auto done = archive.commit(lines);
    say(done ? std::to_string(archive.next_seq() - 1) : "E " + done.error().message);
    if (!done) ::usleep(20'000);  // a disk that is full or broken; the sender waits
    (void)archive.seal_if_due();
    if (round % 16 == 3) (void)archive.keep_file(argv[2]);
  }
}
