#include "hunt/input.h"

#include <archive.h>
#include <archive_entry.h>
#include <gtest/gtest.h>
#include <locale.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <map>
#include <set>
#include <thread>

#include "base/file.h"
#include "base/text.h"

namespace yorozu::hunt {
namespace {

namespace fs = std::filesystem;

class InputTest : public ::testing::Test {
 protected:
  InputTest() : folder_(*TempDir::make("yorozu-input-test")) {}

  std::string path(const std::string& name) const { return (folder_.path() / name).string(); }
  std::string write(const std::string& name, std::string_view content) const {
    fs::create_directories(fs::path(path(name)).parent_path());
    std::ofstream(path(name), std::ios::binary) << content;
    return path(name);
  }

  struct Contents {
    std::map<std::string, std::string> text;  ///< by name of the log
    std::vector<std::string> order;
    std::vector<codec::Damage> damages;
    std::vector<Input::Problem> problems;
    std::map<std::string, InputFile> files;
  };
  /// Everything there is, units joined; checks what every unit promises.
  static Contents read_all(Input& input) {
    Contents out;
    Work work;
    std::map<std::string, std::uint64_t> next_index, lines;
    while (input.next(work)) {
      const InputFile& file = input.file(work.file);
      if (!out.files.contains(file.name)) out.order.push_back(file.name);
      out.files[file.name] = file;
      std::string& text = out.text[file.name];
      EXPECT_EQ(work.index, next_index[file.name]++) << file.name;
      EXPECT_EQ(work.unit.offset, text.size()) << file.name;
      if (file.format != codec::Format::Evtx) {
        EXPECT_EQ(work.unit.first_line, lines[file.name] + 1) << file.name;
        lines[file.name] += static_cast<std::uint64_t>(std::ranges::count(work.unit.bytes, std::uint8_t{'\n'}));
      }
      text += as_text(work.unit.bytes);
      out.damages.insert(out.damages.end(), work.report.damages.begin(), work.report.damages.end());
    }
    out.problems = input.problems();
    return out;
  }
  static Contents read_paths(std::vector<std::string> paths, InputOptions options = {}) {
    auto input = Input::open(std::move(paths), options);
    EXPECT_TRUE(input) << (input ? "" : input.error().message);
    return input ? read_all(**input) : Contents{};
  }

  struct Member {
    std::string name, content;
  };
  /// An archive made by libarchive: `format` and `filter` as its own names have them.
  std::string pack(const std::string& name, const char* format, const char* filter, const std::vector<Member>& members,
                   const char* options = nullptr) const {
    const locale_t utf8 = ::newlocale(LC_CTYPE_MASK, "C.UTF-8", nullptr);
    const locale_t before = ::uselocale(utf8);
    struct archive* a = archive_write_new();
    EXPECT_EQ(archive_write_set_format_by_name(a, format), ARCHIVE_OK);
    if (filter != nullptr) {
      EXPECT_EQ(archive_write_add_filter_by_name(a, filter), ARCHIVE_OK);
    }
    if (options != nullptr) {
      EXPECT_EQ(archive_write_set_passphrase(a, "secret"), ARCHIVE_OK);
      EXPECT_EQ(archive_write_set_options(a, options), ARCHIVE_OK);
    }
    EXPECT_EQ(archive_write_open_filename(a, path(name).c_str()), ARCHIVE_OK);
    for (const Member& member : members) {
      struct archive_entry* entry = archive_entry_new();
      archive_entry_set_pathname(entry, member.name.c_str());
      archive_entry_set_size(entry, static_cast<la_int64_t>(member.content.size()));
      archive_entry_set_filetype(entry, AE_IFREG);
      archive_entry_set_perm(entry, 0644);
      EXPECT_EQ(archive_write_header(a, entry), ARCHIVE_OK) << archive_error_string(a);
      archive_write_data(a, member.content.data(), member.content.size());
      archive_entry_free(entry);
    }
    archive_write_free(a);
    ::uselocale(before);
    ::freelocale(utf8);
    return path(name);
  }

  TempDir folder_;
};

std::string many_lines(std::size_t bytes) {
  std::string text;
  for (int i = 0; text.size() < bytes; ++i) text += "line number " + std::to_string(i) + " of a log\n";
  return text;
}

TEST_F(InputTest, FoldersAreWalkedInOrderOfNames) {
  write("logs/b.log", "b\n");
  write("logs/a/z.log", "z\n");
  write("logs/a/y.log", "y\n");
  fs::create_directory_symlink(path("logs/a"), path("logs/link"));
  fs::create_symlink(path("logs/b.log"), path("logs/c.log"));
  const Contents all = read_paths({path("logs")});
  EXPECT_EQ(all.order, (std::vector<std::string>{path("logs/a/y.log"), path("logs/a/z.log"), path("logs/b.log"),
                                                 path("logs/c.log")}));
}

TEST_F(InputTest, APathThatIsNotThereIsAnError) {
  const auto input = Input::open({path("nothing")}, {});
  ASSERT_FALSE(input);
  EXPECT_EQ(input.error().code, ErrorCode::NotFound);
}

TEST_F(InputTest, LargeFilesComeInUnitsOfWholeLines) {
  const std::string text = many_lines(5 << 20);
  const auto input = Input::open({write("big.log", text)}, {});
  ASSERT_TRUE(input);
  Work work;
  std::string joined;
  int units = 0;
  while ((*input)->next(work)) {
    EXPECT_EQ(work.unit.bytes.back(), '\n');
    EXPECT_LE(work.unit.bytes.size(), std::size_t{1} << 20);
    joined += as_text(work.unit.bytes);
    ++units;
  }
  EXPECT_GE(units, 5);
  EXPECT_TRUE(work.unit.at_end);
  EXPECT_TRUE(joined == text);
  EXPECT_EQ((*input)->bytes_read(), text.size());
  EXPECT_EQ((*input)->bytes_total(), text.size());
}

TEST_F(InputTest, FormatsAreFoundFromBytesAndNotFromNames) {
  write("in/1.txt", "{\"a\":1}\n");
  write("in/2.json", "hello\n");
  write("in/3.log", "<Events><Event><System/></Event></Events>");
  write("in/4.log", std::string("ElfFile\0", 8) + std::string(5000, '\0'));
  write("in/5.log", "\xFF\xFEh\0i\0\n\0");
  const Contents all = read_paths({path("in")});
  EXPECT_EQ(all.files.at(path("in/1.txt")).format, codec::Format::Json);
  EXPECT_EQ(all.files.at(path("in/2.json")).format, codec::Format::Text);
  EXPECT_EQ(all.files.at(path("in/3.log")).format, codec::Format::Xml);
  EXPECT_EQ(all.files.at(path("in/4.log")).format, codec::Format::Evtx);
  EXPECT_EQ(all.files.at(path("in/5.log")).decode.charset, Charset::Utf16Le);
}

TEST_F(InputTest, BinaryFilesAreAProblemUnlessTheyAreToBeCarved) {
  std::string picture = "\x89PNG\r\n\x1a\n";
  for (int i = 0; i < 4000; ++i) picture += static_cast<char>(i * 37 % 256);
  write("p.png", picture);
  const Contents plain = read_paths({path("p.png")});
  ASSERT_EQ(plain.problems.size(), 1U);
  EXPECT_EQ(plain.problems[0].error.code, ErrorCode::Unsupported);
  EXPECT_TRUE(plain.text.empty());
  const Contents carved = read_paths({path("p.png")}, {.carve = true});
  EXPECT_TRUE(carved.problems.empty());
  EXPECT_TRUE(carved.files.at(path("p.png")).decode.carve);
}

TEST_F(InputTest, ArchivesOfEveryKindAreReadInPlace) {
  const std::string big = many_lines(5 << 18);
  const std::vector<Member> members = {
      {"dir/a.log", big}, {"../../etc/evil.json", "{\"a\":1}\n"}, {"empty.log", ""}, {"ログ/セキュリティ.log", "x\n"}};
  for (const auto& [name, format, filter] :
       std::vector<std::tuple<std::string, const char*, const char*>>{{"x.zip", "zip", nullptr},
                                                                      {"x.7z", "7zip", nullptr},
                                                                      {"x.tar", "pax", nullptr},
                                                                      {"x.tar.gz", "pax", "gzip"},
                                                                      {"x.tar.zst", "pax", "zstd"},
                                                                      {"x.tar.xz", "ustar", "xz"},
                                                                      {"x.tar.bz2", "gnutar", "bzip2"}}) {
    const std::string archive = pack(name, format, filter, members);
    const Contents all = read_paths({archive});
    EXPECT_TRUE(all.problems.empty()) << name << (all.problems.empty() ? "" : all.problems[0].error.message);
    ASSERT_TRUE(all.text.contains(archive + "!dir/a.log")) << name;
    EXPECT_TRUE(all.text.at(archive + "!dir/a.log") == big) << name;
    EXPECT_EQ(all.files.at(archive + "!../../etc/evil.json").format, codec::Format::Json) << name;
    EXPECT_TRUE(all.text.contains(archive + "!ログ/セキュリティ.log")) << name;
    EXPECT_TRUE(all.damages.empty()) << name;
  }
}

TEST_F(InputTest, ACompressedFileKeepsItsOwnName) {
  for (const char* filter : {"gzip", "zstd", "xz", "bzip2", "lz4"}) {
    const std::string packed = pack(std::string("x.log.") + filter, "raw", filter, {{"data", "one\ntwo\n"}});
    const Contents all = read_paths({packed});
    ASSERT_TRUE(all.text.contains(packed)) << filter << (all.problems.empty() ? "" : all.problems[0].error.message);
    EXPECT_EQ(all.text.at(packed), "one\ntwo\n");
  }
}

TEST_F(InputTest, EncryptedMembersAndArchivesInArchivesAreNamed) {
  const std::string inner = pack("inner.zip", "zip", nullptr, {{"x.log", "x\n"}});
  const std::string outer = pack("outer.tar", "pax", nullptr, {{"inner.zip", *read_file(inner)}, {"y.log", "y\n"}});
  const Contents nested = read_paths({outer});
  ASSERT_EQ(nested.problems.size(), 1U);
  EXPECT_EQ(nested.problems[0].name, outer + "!inner.zip");
  EXPECT_EQ(nested.text.at(outer + "!y.log"), "y\n");
  const std::string locked = pack("locked.zip", "zip", nullptr, {{"x.log", "x\n"}}, "zip:encryption=aes256");
  const Contents encrypted = read_paths({locked});
  ASSERT_EQ(encrypted.problems.size(), 1U);
  EXPECT_EQ(encrypted.problems[0].error.code, ErrorCode::Denied);
}

TEST_F(InputTest, AnArchiveThatUnpacksToTooMuchIsStopped) {
  const std::string zeros(std::size_t{8} << 20, 'x');
  const std::string bomb = pack("bomb.gz", "raw", "gzip", {{"data", zeros}});
  const Contents by_bytes = read_paths({bomb}, {.max_unpacked_bytes = std::uint64_t{2} << 20});
  ASSERT_EQ(by_bytes.damages.size(), 1U);
  EXPECT_EQ(by_bytes.damages[0].kind, codec::DamageKind::Archive);
  EXPECT_LE(by_bytes.text.at(bomb).size(), std::size_t{3} << 20);
  std::string large;
  for (int i = 0; i < 80; ++i) large += zeros.substr(0, 1 << 20) + "\n";
  const std::string ratio_bomb = pack("ratio.gz", "raw", "gzip", {{"data", large}});
  const Contents by_ratio = read_paths({ratio_bomb}, {.max_ratio = 50});
  ASSERT_EQ(by_ratio.damages.size(), 1U);
  EXPECT_NE(by_ratio.damages[0].detail.find("50 times"), std::string::npos);
}

TEST_F(InputTest, ATornArchiveGivesWhatIsReadableAndSaysSo) {
  const std::string whole = *read_file(pack("whole.gz", "raw", "gzip", {{"data", many_lines(1 << 20)}}));
  const std::string torn = write("torn.gz", whole.substr(0, whole.size() / 2));
  const Contents all = read_paths({torn});
  ASSERT_EQ(all.damages.size(), 1U);
  EXPECT_EQ(all.damages[0].kind, codec::DamageKind::Archive);
  EXPECT_GT(all.text.at(torn).size(), 100'000U);
}

TEST_F(InputTest, DamagedArchivesNeverCrash) {
  const std::vector<Member> members = {{"a.log", many_lines(20'000)}, {"b.json", "{\"a\":1}\n"}};
  std::uint64_t random = 7;
  for (const auto& [format, filter] : std::vector<std::pair<const char*, const char*>>{
           {"zip", nullptr}, {"7zip", nullptr}, {"pax", nullptr}, {"pax", "gzip"}, {"pax", "zstd"}, {"raw", "xz"}}) {
    const std::vector<Member> packed = std::string_view(format) == "raw" ? std::vector<Member>{members[0]} : members;
    const std::string whole = *read_file(pack("whole", format, filter, packed));
    for (int i = 0; i < 30; ++i) {
      std::string broken = whole;
      random = random * 6364136223846793005U + 1442695040888963407U;
      const std::size_t at = (random >> 20) % broken.size();
      if (i % 3 == 0)
        broken.resize(at);
      else if (i % 3 == 1)
        broken[at] = static_cast<char>(broken[at] ^ (1 << (random >> 60 & 7)));
      else
        std::fill_n(broken.begin() + static_cast<std::ptrdiff_t>(at), std::min<std::size_t>(64, broken.size() - at),
                    '\0');
      const auto input = Input::open({write("broken", broken)}, {});
      ASSERT_TRUE(input);
      Work work;
      std::size_t bytes = 0;
      while ((*input)->next(work)) bytes += work.unit.bytes.size();
      EXPECT_LT(bytes, std::size_t{64} << 20);
    }
  }
}

TEST_F(InputTest, AFileThatShrinksWhileItIsReadIsTruncatedAndDoesNotCrash) {
  const std::string log = write("shrink.log", many_lines(6 << 20));
  const auto input = Input::open({log}, {});
  ASSERT_TRUE(input);
  Work work;
  ASSERT_TRUE((*input)->next(work));
  fs::resize_file(log, std::uintmax_t{2} << 20);
  bool said = false;
  while ((*input)->next(work))
    for (const codec::Damage& damage : work.report.damages) said |= damage.kind == codec::DamageKind::Truncated;
  EXPECT_TRUE(said);
}

TEST_F(InputTest, ARecordWithoutEndIsCutAtTheLimit) {
  const std::string log = write("long.log", std::string(std::size_t{40} << 20, 'x') + "\nend\n");
  const Contents all = read_paths({log});
  ASSERT_EQ(all.damages.size(), 2U);
  EXPECT_EQ(all.damages[0].kind, codec::DamageKind::TooLarge);
  EXPECT_EQ(all.text.at(log).size(), (std::size_t{40} << 20) + 5);
}

TEST_F(InputTest, ManyThreadsGetEveryUnitOnce) {
  std::vector<std::string> paths;
  for (int i = 0; i < 4; ++i) paths.push_back(write("t" + std::to_string(i) + ".log", many_lines(4 << 20)));
  const auto input = Input::open(paths, {});
  ASSERT_TRUE(input);
  std::mutex mutex;
  std::set<std::pair<std::uint32_t, std::uint64_t>> seen;
  std::uint64_t bytes = 0;
  std::vector<std::jthread> threads;
  for (int i = 0; i < 4; ++i)
    threads.emplace_back([&] {
      Work work;
      while ((*input)->next(work)) {
        const std::scoped_lock lock(mutex);
        EXPECT_TRUE(seen.emplace(work.file, work.index).second);
        bytes += work.unit.bytes.size();
      }
    });
  threads.clear();
  EXPECT_EQ(bytes, (*input)->bytes_total());
}

TEST_F(InputTest, TheHeaderOfZeekReachesEveryUnit) {
  std::string text = "#separator \\x09\n#fields\tts\tuid\n";
  for (int i = 0; i < 200'000; ++i) text += "1692146028.5\tC" + std::to_string(i) + "\n";
  const auto input = Input::open({write("conn.log", text)}, {});
  ASSERT_TRUE(input);
  Work work;
  int units = 0;
  for (; (*input)->next(work); ++units) EXPECT_TRUE(work.unit.header.starts_with("#separator"));
  EXPECT_GE(units, 3);
}

}  // namespace
}  // namespace yorozu::hunt
