// The first byte is the size of the pieces; the rest is what a client sends. Whole and in pieces it has to give the
// same frames, the same problem, and, with every batch kept, answers to every command in order.
#include <algorithm>
#include <cstdlib>
#include <vector>

#include "base/assert.h"
#include "ingest/syslog/relp.h"

namespace {

using namespace yorozu::ingest::syslog;

struct Run : FrameSink {
  std::vector<std::string> frames;
  std::string reply, problem;
  void frame(std::string_view text, std::optional<std::uint64_t> cut) override {
    YOROZU_ASSERT(!text.empty() && text.size() <= kMaxFrame, "an empty message is nothing, a long one is cut");
    YOROZU_ASSERT(!cut || *cut > text.size(), "what was cut was longer");
    frames.emplace_back(text);
  }
};

Run run(std::string_view stream, std::size_t piece) {
  PendingBudget budget;
  RelpSession session(budget);
  Run run;
  while (!stream.empty()) {
    const std::size_t before = run.frames.size();
    session.take(stream.substr(0, piece), run, run.reply);
    stream.remove_prefix(std::min(piece, stream.size()));
    if (run.frames.size() == before) continue;
    YOROZU_ASSERT(session.unanswered() > 0, "a message waits for its commit");
    session.batch_made();
    session.batch_kept(run.reply);
    YOROZU_ASSERT(session.unanswered() == 0, "every message is answered");
  }
  run.problem = session.problem();
  return run;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 1) return 0;
  const std::string_view stream(reinterpret_cast<const char*>(data + 1), size - 1);
  const Run whole = run(stream, SIZE_MAX), pieces = run(stream, std::size_t{data[0]} + 1);
  YOROZU_ASSERT(whole.frames == pieces.frames && whole.reply == pieces.reply && whole.problem == pieces.problem,
                "pieces do not matter");
  return 0;
}
