// The HTML report in a real browser (Debian's chromium); skipped where there is none.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/wait.h>

#include <cstdio>
#include <cstdlib>

#include "base/file.h"
#include "program.h"

namespace yorozu::test {
namespace {

using testing::HasSubstr;
using testing::Not;

class ReportPage : public testing::Test {
 protected:
  void SetUp() override {
    if (std::system("command -v chromium >/dev/null 2>&1") != 0) GTEST_SKIP() << "no chromium here";
    const Outcome got = run_program({"hunt", testdata("incident.jsonl"), "--rules", testdata("rule.yml"), "--quiet",
                                     "--format", "html", "--output", page().string()});
    ASSERT_EQ(got.status, 0) << got.err;
  }
  std::filesystem::path page() const { return dir_.path() / "report.html"; }

  /// The page as it stands after its script ran. `hash`: what follows #.
  std::string dom(const std::string& hash) {
    const std::string command =
        "timeout 60 chromium --headless --no-sandbox --disable-gpu --disable-quic --no-first-run "
        "--disable-background-networking --disable-component-update --disable-sync --virtual-time-budget=3000 "
        "--user-data-dir='" +
        (dir_.path() / "profile").string() + "' --dump-dom 'file://" + page().string() + "#" + hash + "' 2>/dev/null";
    std::string out;
    FILE* pipe = popen(command.c_str(), "r");
    char block[4096];
    while (const std::size_t n = std::fread(block, 1, sizeof block, pipe)) out.append(block, n);
    pclose(pipe);
    const std::size_t data = out.find("<script type=\"application/json\"");
    return out.substr(0, data);  // what is shown, not what it is made from
  }

 private:
  TempDir dir_ = *TempDir::make("yorozu-report");
};

TEST_F(ReportPage, ShowsItsRowsAndSpeaksBothLanguages) {
  const std::string english = dom("lang=en"), japanese = dom("lang=ja");
  EXPECT_THAT(english, HasSubstr("Shadow copies deleted"));
  EXPECT_THAT(english, HasSubstr("vssadmin.exe delete shadows"));
  EXPECT_THAT(english, HasSubstr("All findings"));
  EXPECT_THAT(japanese, HasSubstr("検知の一覧"));
}

TEST_F(ReportPage, FilterKeepsWhatFits) {
  EXPECT_THAT(dom("lang=en&q=VSSADMIN%20shadows"), HasSubstr("1 of 1 shown"));
  const std::string none = dom("lang=en&q=nothinglikethis");
  EXPECT_THAT(none, HasSubstr("No finding fits the filter."));
  EXPECT_THAT(none, Not(HasSubstr("vssadmin.exe delete shadows")));
}

}  // namespace
}  // namespace yorozu::test
