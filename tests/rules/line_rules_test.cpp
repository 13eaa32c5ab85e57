// SigmaHQ's rules for web servers, proxies, firewalls, DNS, Cisco and Linux on lines as the devices write them.
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <set>

#include "base/file.h"
#include "base/test_data.h"
#include "codec/formats/formats.h"
#include "detect/engine.h"
#include "sigma/load.h"

namespace {

using namespace yorozu;
namespace fs = std::filesystem;

class LineRules : public testing::Test {
 protected:
  void SetUp() override {
    const auto data = shared_data();
    if (!data) GTEST_SKIP() << kNoSharedData;
    std::vector<sigma::RuleText> texts;
    for (const char* folder : {"network", "web", "linux/builtin"})
      for (const auto& entry : fs::recursive_directory_iterator(*data / "sigma" / "rules" / folder))
        if (entry.path().extension() == ".yml") texts.push_back({entry.path().string(), *read_file(entry.path())});
    std::ranges::sort(texts, {}, &sigma::RuleText::file);
    auto compiled = detect::compile(sigma::load(texts), schema_, map_, {});
    ASSERT_TRUE(compiled.has_value());
    rules_ = *compiled;
  }

  std::set<std::string> findings(std::string_view line) {
    const auto decoder = codec::make_decoder(codec::Format::Text, schema_, map_, {});
    event::EventBatch batch;
    codec::UnitReport report;
    decoder->decode({.bytes = as_bytes(line), .at_end = true, .written = *parse_time("2026-11-25T00:00:00Z")}, batch,
                    report);
    std::set<std::string> out;
    detect::Matcher matcher(rules_);
    matcher.match(
        batch, [&](const detect::Match& match) { out.insert(detect::rules_of(*rules_).rules[match.rule].meta.title); });
    return out;
  }

  event::Schema schema_;
  const event::LogsourceMap& map_ = event::LogsourceMap::builtin();
  std::shared_ptr<const detect::CompiledRules> rules_;
};

TEST_F(LineRules, FireOnFittingLinesOfEachLogsource) {
  struct Case {
    const char* title;
    const char* line;
  };
  for (
      const auto& [title, line] : std::initializer_list<Case>{
          {"Path Traversal Exploitation Attempts",
           R"(192.0.2.1 - - [24/Nov/2026:01:02:03 +0900] "GET /x?f=../../../etc/passwd HTTP/1.1" 200 7 "-" "curl/8")"},
          {"SQL Injection Strings In URI",
           R"(<134>Nov 24 01:02:03 lb1 haproxy[7]: 192.0.2.1:14853 [24/Nov/2026:01:02:03.127] in~ web/web1 1/0/0/3/4 200 739 - - ---- 1/1/0/0/0 0/0 "GET /x?id=1+group_concat( HTTP/1.1")"},
          {"Raw Paste Service Access",
           "1795482123.456     91 192.0.2.23 TCP_MISS/200 4321 GET http://x.pastebin.com/raw/abc alice "
           "HIER_DIRECT/203.0.113.80 text/html"},
          {"Rclone Activity via Proxy",
           R"(Nov 24 01:02:03 px1 squid[9]: 192.0.2.23 - alice [24/Nov/2026:01:02:03 +0900] "CONNECT www.example.org:443 HTTP/1.1" 200 7 "-" "rclone/v1.60")"},
          {"Telegram Bot API Request",
           "Nov 24 01:02:03 ns1 named[4]: client @0x7f1 192.0.2.23#51234 (api.telegram.org): query: api.telegram.org "
           "IN A + (198.51.100.53)"},
          {"Telegram Bot API Request", "Nov 24 01:02:03 ns1 unbound: [12:0] info: 192.0.2.23 api.telegram.org. A IN"},
          {"Cleartext Protocol Usage",
           "<134>[INSPECT] PP[01][out][101098] TCP 192.168.100.5:51234 > 203.0.113.80:23 (2026/11/24 01:02:03)"},
          {"Cleartext Protocol Usage",
           "<166>Nov 24 2026 01:02:03 asa1 : %ASA-6-302013: Built outbound TCP connection 101 for "
           "outside:203.0.113.80/8080 (203.0.113.80/8080) to inside:192.168.1.23/80 (192.0.2.1/80)"},
          {"Cisco Clear Logs",
           "<189>29: *Nov 24 01:02:03.456: %PARSER-5-CFGLOG_LOGGEDCMD: User:admin  logged command:clear logging"},
          {"Commands to Clear or Remove the Syslog - Builtin",
           "Nov 24 01:02:03 web1 sudo: eve : TTY=pts/0 ; PWD=/ ; USER=root ; COMMAND=/usr/bin/rm -f /var/log/syslog"},
      })
    EXPECT_TRUE(findings(line).contains(title)) << title << ": " << line;
}

TEST_F(LineRules, StayQuietOnOrdinaryLines) {
  for (const char* line :
       {R"x(192.0.2.1 - - [24/Nov/2026:01:02:03 +0900] "GET /index.html HTTP/1.1" 200 7 "-" "Mozilla/5.0 (X11)")x",
        "Nov 24 01:02:03 ns1 named[4]: client @0x7f1 192.0.2.23#51234 (www.example.org): query: www.example.org IN A + "
        "(198.51.100.53)",
        "<134>PP[01] Rejected at IN(1013) filter: TCP 203.0.113.5:54321 > 192.0.2.1:443",
        "Nov 24 01:02:03 web1 sshd[42]: Accepted publickey for alice from 192.0.2.9 port 4712 ssh2: RSA SHA256:abcdef"})
    EXPECT_TRUE(findings(line).empty()) << *findings(line).begin() << ": " << line;
}

}  // namespace
