// Kills the file input where it stands, again and again, while the files it follows are written and rotated by every
// method, and counts each line in what it had made durable: exactly once.
#include <archive.h>
#include <archive_entry.h>
#include <fcntl.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <map>
#include <random>

#include "base/buffer.h"
#include "base/file.h"
#include "ingest/local/file_input.h"
#include "ingest/local/test_intake.h"
#include "ingest/local/test_packing.h"
#include "proof/line.h"

namespace yorozu::ingest {
namespace {

namespace fs = std::filesystem;

Timestamp wall_clock() {
  return {std::chrono::duration_cast<std::chrono::microseconds>(std::chrono::system_clock::now().time_since_epoch())
              .count()};
}

/// Whole lines of a file; a torn one at the end was not acknowledged.
std::vector<proof::Line> committed_lines(const fs::path& path) {
  std::vector<proof::Line> lines;
  const std::string text = read_file(path).value_or("");
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t end = text.find('\n', at);
    if (end == std::string::npos) break;
    lines.push_back(proof::parse_line(std::string_view(text).substr(at, end - at)).value());
    at = end + 1;
  }
  return lines;
}

/// Lines in a file, durable before they are acknowledged.
class FileArchive final : public Intake {
 public:
  FileArchive(const fs::path& path, std::uint64_t next_seq, std::uint64_t whole)
      : fd_(::open(path.c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0600)), next_seq_(next_seq) {
    if (::ftruncate(fd_.get(), static_cast<off_t>(whole)) != 0) std::_Exit(3);
    ::lseek(fd_.get(), 0, SEEK_END);
  }
  bool try_push(FrameBatch& batch) override {
    Buffer text;
    for (const Frame& frame : batch.frames) {
      Buffer tail;
      proof::append_line_tail({frame.received, batch.input, batch.peer, frame.via_json, frame.raw, frame.cut}, tail);
      proof::append_line(next_seq_++, tail.view(), text);
      text.append('\n');
    }
    if (!write_all(fd_, text.view()) || ::fdatasync(fd_.get()) != 0) std::_Exit(4);
    batch.done({});
    return true;
  }
  void when_room(std::function<void()>) override {}

 private:
  Fd fd_;
  std::uint64_t next_seq_;
};

/// The process that is killed.
[[noreturn]] void follow_for_ever(const fs::path& logs, const fs::path& archive, bool is_folder) {
  FilePositions known;
  std::uint64_t whole = 0;
  for (const proof::Line& line : committed_lines(archive)) known.committed(line);
  if (const auto text = read_file(archive)) whole = text->rfind('\n') == std::string::npos ? 0 : text->rfind('\n') + 1;
  FileArchive intake(archive, known.seq() + 1, whole);
  FileInputOptions options;
  options.paths = {is_folder ? logs.string() : (logs / "app.log").string()};
  options.quiet = std::chrono::milliseconds(400);
  options.walk_every = std::chrono::milliseconds(1000);
  options.batch_bytes = 4096;
  FileInput input(options, std::move(known), intake, wall_clock);
  if (!input.start()) std::_Exit(5);
  while (true) ::pause();
}

class Writer {
 public:
  explicit Writer(fs::path folder) : folder_(std::move(folder)) {}
  void write(int lines) {
    const Fd fd(::open(log().c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644));
    write_to(fd, lines);
  }
  /// The writer hears of the rotation late.
  void rotate_by_rename(int lines_after) {
    const Fd old(::open(log().c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644));
    shift();
    fs::rename(log(), numbered(1));
    write_to(old, lines_after);
  }
  void rotate_by_copy() {
    if (!fs::exists(log())) return;
    shift();
    fs::copy_file(log(), numbered(1));
    fs::resize_file(log(), 0);
  }
  void compress() {
    for (int i = 2; i < 100; ++i) {
      if (!fs::exists(numbered(i))) continue;
      write_packed(numbered(i), numbered(i) + ".gz");
      fs::remove(numbered(i));
      return;
    }
  }
  int written() const { return next_ - 1; }

 private:
  std::string log() const { return (folder_ / "app.log").string(); }
  std::string numbered(int i) const { return log() + "." + std::to_string(i); }
  void shift() const {
    for (int i = 99; i > 0; --i)
      for (const char* ending : {"", ".gz"})
        if (fs::exists(numbered(i) + ending)) fs::rename(numbered(i) + ending, numbered(i + 1) + ending);
  }
  void write_to(const Fd& fd, int lines) {
    for (int i = 0; i < lines; ++i, ++next_) {
      const std::string line = "line " + std::to_string(next_) + " " + std::string(next_ % 200, 'x') + "\n";
      ASSERT_TRUE(write_all(fd, line));
    }
  }

  fs::path folder_;
  int next_ = 1;
};

class KilledFileInput : public testing::TestWithParam<bool> {};

TEST_P(KilledFileInput, EachLineOfRotatedFilesIsKeptExactlyOnce) {
  const char* given = std::getenv("YOROZU_SEED");
  const unsigned seed = given ? static_cast<unsigned>(std::atoi(given)) : std::random_device{}();
  SCOPED_TRACE("YOROZU_SEED=" + std::to_string(seed));
  std::mt19937 random(seed);
  const auto chance = [&](unsigned percent) { return random() % 100 < percent; };
  const TempDir folder = TempDir::make("yorozu-kill").value();
  const fs::path archive = folder.path() / "archive";
  const fs::path logs = folder.path() / "logs";
  fs::create_directory(logs);
  Writer writer(logs);

  pid_t child = -1;
  const auto start = [&] {
    child = ::fork();
    if (child == 0) follow_for_ever(logs, archive, GetParam());
  };
  const auto kill = [&] {
    ::kill(child, SIGKILL);
    ::waitpid(child, nullptr, 0);
  };
  writer.write(5);
  start();
  ASSERT_TRUE(comes_true([&] { return committed_lines(archive).size() == 5; }));  // from here on it is a known log
  int kills = 0;
  for (int step = 0; step < 150; ++step) {
    if (chance(70)) writer.write(static_cast<int>(random() % 60));
    if (chance(8)) writer.rotate_by_rename(static_cast<int>(random() % 5));
    if (chance(8)) writer.rotate_by_copy();
    if (chance(8)) writer.compress();
    std::this_thread::sleep_for(std::chrono::milliseconds(random() % 15));
    if (!chance(12)) continue;
    kill();
    ++kills;
    for (int i = 0; i < 3; ++i) {  // the world goes on meanwhile
      if (chance(50)) writer.write(static_cast<int>(random() % 60));
      if (chance(15)) writer.rotate_by_rename(2);
      if (chance(15)) writer.rotate_by_copy();
      if (chance(15)) writer.compress();
    }
    start();
  }
  EXPECT_TRUE(
      comes_true([&] { return committed_lines(archive).size() >= static_cast<std::size_t>(writer.written()); }));
  kill();

  std::map<std::string, int> seen;
  std::map<std::string, std::string> places;
  for (const proof::Line& line : committed_lines(archive)) {
    const std::string name = line.raw.substr(0, line.raw.rfind(' '));
    ++seen[name];
    for (const auto& [key, value] : line.via) places[name] += " " + key + "=" + value;
    places[name] += " seq=" + std::to_string(line.seq) + ";";
  }
  int lost = 0, repeated = 0;
  for (int i = 1; i <= writer.written(); ++i) {
    const int times = seen["line " + std::to_string(i)];
    lost += times == 0;
    repeated += times > 1;
    if (times != 1 && lost + repeated < 5)
      std::printf("line %d is there %d times:%s\n", i, times, places["line " + std::to_string(i)].c_str());
  }
  if (lost + repeated > 0 && std::getenv("YOROZU_KEEP"))
    fs::copy(folder.path(), std::getenv("YOROZU_KEEP"),
             fs::copy_options::recursive | fs::copy_options::overwrite_existing);
  EXPECT_EQ(lost, 0);
  EXPECT_EQ(repeated, 0);
  EXPECT_EQ(seen.size(), static_cast<std::size_t>(writer.written()));
  RecordProperty("kills", kills);
  RecordProperty("lines", writer.written());
}

INSTANTIATE_TEST_SUITE_P(AskedFor, KilledFileInput, testing::Values(true, false),
                         [](const auto& asked) { return asked.param ? "AsFolder" : "ByName"; });

}  // namespace
}  // namespace yorozu::ingest
