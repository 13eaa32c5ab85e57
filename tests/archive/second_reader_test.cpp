// What a reader in another language, made after the documents alone, finds in an archive is what ours finds, byte for
// byte.
#include <gtest/gtest.h>

#include "archive/archive.h"
#include "archive/child.h"
#include "base/file.h"
#include "base/hash.h"
#include "proof/line.h"

namespace yorozu::archive::testing {
namespace {

class SecondReader : public ::testing::Test {
 protected:
  Result<TempDir> temp_ = TempDir::make("yorozu-second");
  std::filesystem::path folder_;

  void SetUp() override {
    ASSERT_TRUE(temp_);
    for (const char* const program : {"node", "zstd"})
      if (!has_program(program)) GTEST_SKIP() << "second reader: " << program << " is missing";
    folder_ = temp_->path() / "archive";
  }

  /// Frames of every input kind, in all spellings; some sealed, some not, one journal gone, one segment in two blocks.
  void fill() {
    std::int64_t now_us = 1795425302123456;
    ArchiveOptions options;
    options.sealing = Sealing::WhenCalled;
    options.reserve_bytes = 0;
    auto archive = Archive::open(real_disk(), folder_, options, [&] { return Timestamp{now_us}; });
    ASSERT_TRUE(archive);
    const std::string binary = [] {
      std::string all;
      for (int c = 0; c < 256; ++c) all += static_cast<char>(c);
      return all;
    }();
    const std::string control = binary.substr(0, 0x80);
    const std::string frames[] = {"<38>Nov 23 18:15:02 gate sshd[811]: Failed password for root",
                                  R"({"user":"a\\b","n":1})",
                                  "見積書.xlsx を削除 😀",
                                  "\x83\x8d\x83O\x83I\x83\x93",
                                  binary,
                                  control,
                                  "",
                                  std::string(1500000, 'x'),
                                  std::string(200000, '\n'),
                                  "MESSAGE=hello\n_PID=1\n"};
    const std::pair<const char*, std::vector<std::pair<std::string_view, std::string_view>>> inputs[] = {
        {"syslog.udp", {}},
        {"syslog.tls", {}},
        {"file.var-log", {{"path", "/var/log/a\"b"}, {"file", "8:1:abcd"}, {"offset", "0"}}},
        {"journald", {{"cursor", "s=1;i=2"}}},
        {"bulk", {{"token", "t1"}, {"index", "winlog"}, {"id", "x\ty"}}},
        {"hec", {{"token", "t2"}, {"host", "pc"}, {"fields", R"({"a":"é"})"}}},
        {"upload", {{"sha256", "00"}, {"name", "ログ.evtx"}, {"record", "5"}}},
        {"yorozu.audit", {}}};
    std::size_t n = 0;
    for (int round = 0; round < 3; ++round) {
      std::vector<std::string> tails;
      std::vector<PendingLine> lines;
      for (const auto& [input, pairs] : inputs)
        for (const std::string& frame : frames) {
          std::string via;
          append_via(pairs, via);
          Buffer tail;
          proof::append_line_tail({Timestamp{now_us++}, input, n % 2 == 0 ? "2001:db8::1" : "", via, frame, {}}, tail);
          tails.emplace_back(tail.view());
          ++n;
        }
      Buffer cut;  // longer than a frame may be, and a block of its own
      proof::append_line_tail({Timestamp{now_us++}, "file.big", {}, {}, std::string(1500000, 'x'), {}}, cut);
      tails.emplace_back(cut.view());
      for (std::size_t i = 0; i < tails.size(); ++i) lines.push_back({event::kAllRetentionGroups[i * 7 % 4], tails[i]});
      ASSERT_TRUE((*archive)->commit(lines));
      if (round < 2) {
        ASSERT_TRUE((*archive)->seal());
      }
      now_us += std::int64_t{6} * 3600 * 1000000;
    }
  }
  static void append_via(const std::vector<std::pair<std::string_view, std::string_view>>& pairs, std::string& out) {
    proof::append_via(pairs, out);
  }

  std::string ours() const {
    std::string all;
    const auto damages = read_archive(real_disk(), folder_, 1, [&](const CommittedLine& line) {
      const auto parsed = proof::parse_line(line.line);
      EXPECT_TRUE(parsed) << parsed.error().message;
      all += std::string(event::to_string(line.group)) + "\t" + to_hex(as_bytes(parsed ? parsed->raw : "")) + "\t" +
             std::string(line.line) + "\n";
      return true;
    });
    EXPECT_TRUE(damages && damages->empty());
    return all;
  }
  std::optional<std::string> theirs() const {
    return output_of({"node", YOROZU_SOURCE_DIR "/tests/archive/read_archive.mjs", folder_.string()});
  }
};

TEST_F(SecondReader, FindsTheSameLinesByteForByte) {
  fill();
  const auto found = theirs();
  ASSERT_TRUE(found) << "it found damage";
  const std::string expected = ours();
  ASSERT_EQ(found->size(), expected.size());
  EXPECT_TRUE(*found == expected);
  EXPECT_EQ(std::count(expected.begin(), expected.end(), '\n'), 243);
}

TEST_F(SecondReader, ControlAChangedByteIsFound) {
  fill();
  // The oldest: at the end of the newest it could be a write that a crash interrupted.
  const auto oldest = folder_ / "journal" / "000000000001-1.journal";
  std::string bytes = *read_file(oldest);
  bytes[bytes.find("Failed")] = 'f';
  ASSERT_TRUE(write_file_atomic(oldest, bytes));
  EXPECT_FALSE(theirs());
}

}  // namespace
}  // namespace yorozu::archive::testing
