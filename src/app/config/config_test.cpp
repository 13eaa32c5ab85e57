#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>

#include "app/config/parse.h"
#include "app/config/schema.h"
#include "app/config/write.h"
#include "base/file.h"

namespace yorozu::config {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

std::vector<std::string> problems_of(const std::string& text, const std::vector<std::string>& settings = {}) {
  const std::vector<NamedText> files = {{"yorozu.toml", text}};
  const auto parsed = parse(files, settings);
  std::vector<std::string> out;
  if (!parsed)
    for (const Problem& problem : parsed.error()) out.push_back(to_text(problem));
  return out;
}

Config parsed(const std::string& text, const std::vector<std::string>& settings = {}) {
  const std::vector<NamedText> files = {{"yorozu.toml", text}};
  auto config = parse(files, settings);
  if (config) return *config;
  for (const Problem& problem : config.error()) ADD_FAILURE() << to_text(problem);
  return {};
}

TEST(Config, NothingSaidIsTheDefault) {
  EXPECT_EQ(parsed(""), Config{});
  EXPECT_FALSE(Config{}.syslog_udp.enabled) << "doors without a token stay shut until a person opens them";
  EXPECT_EQ(Config{}.bulk.listen.text(), "0.0.0.0:9200");
}

TEST(Config, TheDefaultFileHoldsEveryKeyWithItsDefault) {
  for (const message::Lang lang : {message::Lang::En, message::Lang::Ja}) {
    const std::string text = default_text(lang);
    EXPECT_EQ(parsed(text), Config{});
    Config config;
    for (const Table& table : tables_of(config)) {
      EXPECT_THAT(text, HasSubstr("\n[" + table.name + "]\n"));
      const std::string body = text.substr(text.find("\n[" + table.name + "]\n"));
      for (const Key& key : table.keys) EXPECT_THAT(body, HasSubstr("\n" + std::string(key.name) + " = "));
    }
  }
}

TEST(Config, TheExamplesOfTheDefaultFileWork) {
  std::string text;
  std::istringstream lines(default_text(message::Lang::En));
  for (std::string line; std::getline(lines, line);)
    text += (line.starts_with("#") && !line.starts_with("# ") ? line.substr(1) : line) + "\n";
  const Config config = parsed(text);
  EXPECT_EQ(config.files.at("app").paths, std::vector<std::string>{"/srv/app/log/*.log"});
  ASSERT_EQ(config.sources.size(), 1U);
  EXPECT_EQ(config.sources[0].kind, "fortigate");
}

TEST(Config, ValuesArriveInTheirStructs) {
  const Config config = parsed(R"(
[syslog.udp]
enabled = true
listen = "[::]:0"
networks = ["192.168.1.0/24", "10.0.0.5"]
class = "firewall"
[syslog.tls]
client_certificate = "required"
[file.app]
paths = ["/srv/a.log"]
[archive.keep]
network = 1000
[archive.budget]
host = 20
[intake.quota]
firewall = 500
)");
  EXPECT_TRUE(config.syslog_udp.enabled);
  EXPECT_EQ(config.syslog_udp.listen.text(), "[::]:0");
  EXPECT_EQ(config.syslog_udp.networks.size(), 2U);
  EXPECT_EQ(config.syslog_udp.source_class, event::SourceClass::Firewall);
  EXPECT_EQ(config.syslog_tls.client_certificate, ClientCertificate::Required);
  EXPECT_EQ(config.files.at("app").paths, std::vector<std::string>{"/srv/a.log"});
  EXPECT_EQ(config.archive.keep_days[static_cast<std::size_t>(event::RetentionGroup::Network)], 1000U);
  EXPECT_EQ(config.archive.budget_gib[static_cast<std::size_t>(event::RetentionGroup::Host)], 20U);
  EXPECT_EQ(config.intake.quota_kib_per_second[static_cast<std::size_t>(event::SourceClass::Firewall)], 500U);
}

TEST(Config, EveryMistakeIsNamedWithLineAndKey) {
  EXPECT_THAT(
      problems_of("[syslog.udp]\nenable = true\nlisten = \"514\"\nrate = -1\nnetworks = \"10.0.0.0/8\"\n"
                  "[syslog.tcp]\nenabled = 1\nclass = \"router\"\n[nosuch]\nx = 1\n[archive]\ncompression = 20\n"
                  "[server]\nlog_level = \"loud\"\nthreads = \"two\"\n[tls]\nnames = [1]\n"),
      testing::UnorderedElementsAre(
          "yorozu.toml:2: syslog.udp.enable: there is no such key; [syslog.udp] has: enabled, listen, networks, class, "
          "time_zone, receive_buffer_mib, rate",
          "yorozu.toml:3: syslog.udp.listen: not an address with a port: '514'",
          "yorozu.toml:4: syslog.udp.rate: must be 0 or more, not -1",
          "yorozu.toml:5: syslog.udp.networks: must be a list of texts, as in [\"a\", \"b\"]",
          "yorozu.toml:7: syslog.tcp.enabled: must be true or false",
          "yorozu.toml:8: syslog.tcp.class: must be one of: firewall, proxy, auth, dns, dhcp, mail, vpn, fileserver, "
          "endpoint, server, web, entry, ids, other",
          "yorozu.toml:9: nosuch: there is no such table",
          "yorozu.toml:12: archive.compression: must be 1 to 19, not 20",
          "yorozu.toml:14: server.log_level: must be one of: debug, info, warning, error",
          "yorozu.toml:15: server.threads: must be a whole number, 0 to 256",
          "yorozu.toml:17: tls.names: must be a list of texts, as in [\"a\", \"b\"]"));
}

TEST(Config, ZonesAreNamesOrOffsets) {
  const Config config =
      parsed("[syslog.udp]\ntime_zone = \"Asia/Tokyo\"\n[file.app]\npaths = [\"/a\"]\ntime_zone = \"+09:00\"\n");
  EXPECT_EQ(config.syslog_udp.time_zone.text, "Asia/Tokyo");
  EXPECT_EQ(config.files.at("app").time_zone.text, "+09:00");
  EXPECT_EQ(config.relp.time_zone.text, "local");
  EXPECT_THAT(
      problems_of("[relp]\ntime_zone = \"Tokyo\"\n[journald]\ntime_zone = \"Asia/Tokio\"\n[hec]\ntime_zone = \"\"\n"),
      testing::Each(testing::HasSubstr("must be local, UTC, a name like \"Asia/Tokyo\"")));
}

TEST(Config, ASourceMayHaveARateAndAZoneOfItsOwn) {
  const std::string source = "[[source]]\nname=\"a\"\ninput=\"relp\"\nnetworks=[\"10.0.0.1\"]\n";
  const Config config = parsed(source + "rate = 50\ntime_zone = \"Asia/Tokyo\"\n");
  EXPECT_EQ(config.sources.at(0).rate, 50U);
  EXPECT_EQ(config.sources.at(0).time_zone.text, "Asia/Tokyo");
  EXPECT_EQ(parsed(source).sources.at(0).time_zone.text, "");
  EXPECT_THAT(problems_of("[[source]]\nname=\"a\"\ninput=\"bulk\"\nnetworks=[\"10.0.0.1\"]\nrate = 1\n"),
              ElementsAre("yorozu.toml:1: source.rate: is for syslog and RELP; bulk has none"));
}

TEST(Config, BrokenTomlIsNamedWithItsLine) {
  const auto problems = problems_of("[server]\nthreads = = 2\n");
  ASSERT_EQ(problems.size(), 1U);
  EXPECT_THAT(problems[0], testing::StartsWith("yorozu.toml:2: "));
}

TEST(Config, ATableWhereAKeyBelongsIsRefused) {
  EXPECT_THAT(problems_of("[server.threads]\nx = 1\n"),
              ElementsAre("yorozu.toml:1: server.threads: must be a whole number, 0 to 256"));
  EXPECT_THAT(problems_of("syslog = 1\n"), ElementsAre("yorozu.toml:1: syslog: there is no such key"));
  EXPECT_THAT(problems_of("[file.\"a b\"]\npaths = []\n"),
              ElementsAre("yorozu.toml:1: file.a b: there is no such table"));
}

TEST(Config, WhatOnlyTheWholeShowsIsChecked) {
  EXPECT_THAT(problems_of("[archive.keep]\nhost = 100\n"),
              ElementsAre("archive.floor.host: 184 days is longer than archive.keep, 100 days"));
  EXPECT_THAT(problems_of("[archive.floor]\nhost = 100\n"),
              ElementsAre("archive.floor.host: 100 days are fewer than the six months (184 days) that an investigation "
                          "needs"));
  EXPECT_THAT(problems_of("[archive.budget]\nyorozu = 1\n"),
              ElementsAre("archive.budget.yorozu: does not go with a floor of 0 (never deleted); set archive.floor to "
                          "184 or more"));
  EXPECT_THAT(problems_of("[tls]\nkey = \"/k.pem\"\n"),
              ElementsAre("tls.certificate: a certificate needs its key, and a key its certificate"));
  EXPECT_THAT(problems_of("[bulk]\nnetworks = []\n"),
              ElementsAre("bulk.networks: names nobody; everybody is [\"0.0.0.0/0\", \"::/0\"]"));
  EXPECT_THAT(problems_of("[file.app]\nclass = \"web\"\n"), ElementsAre("file.app.paths: names no file to follow"));
}

TEST(Config, SettingsOverrideEveryKindOfKey) {
  const Config config = parsed(
      "[syslog.udp]\nrate = 5\n",
      {"syslog.udp.rate=7", "syslog.udp.enabled=true", "syslog.udp.listen=127.0.0.1:0", "syslog.tcp.listen=\"[::1]:0\"",
       "bulk.networks=10.0.0.0/8,192.168.0.0/16", "hec.networks=[\"10.0.0.0/8\"]", "detect.rules=/a b/rules",
       "file.app.paths=/x.log", "server.log_level=debug", "syslog.udp.class=firewall"});
  EXPECT_EQ(config.syslog_udp.rate, 7U);
  EXPECT_TRUE(config.syslog_udp.enabled);
  EXPECT_EQ(config.syslog_udp.listen.text(), "127.0.0.1:0");
  EXPECT_EQ(config.syslog_tcp.listen.text(), "[::1]:0");
  EXPECT_EQ(config.bulk.networks.size(), 2U);
  EXPECT_EQ(config.hec.networks.size(), 1U);
  EXPECT_EQ(config.detect.rules, std::vector<std::string>{"/a b/rules"});
  EXPECT_EQ(config.files.at("app").paths, std::vector<std::string>{"/x.log"});
  EXPECT_EQ(config.server.log_level, LogLevel::Debug);
}

TEST(Config, SettingsAreCheckedLikeTheFile) {
  EXPECT_THAT(
      problems_of("", {"syslog.udp.rate=fast", "server.thread=1", "nonsense", "bulk.networks=10.0.0.1/8",
                       "syslog.udp.enabled=yes"}),
      ElementsAre(
          "--set: syslog.udp.rate: must be a whole number, 0 or more", "--set: server.thread: there is no such key",
          "--set: nonsense: must be table.key=value",
          "--set: bulk.networks: not the first address of a network (bits behind the prefix are set): '10.0.0.1/8'",
          "--set: syslog.udp.enabled: must be true or false"));
}

TEST(Config, ASourceOpensItsInputForItsNetworks) {
  const std::string text =
      to_toml({"fw1", "fortigate", "syslog.udp", {*net::parse_network("192.168.1.1")}, event::SourceClass::Firewall});
  const Config config = with_sources_applied(parsed(text));
  EXPECT_TRUE(config.syslog_udp.enabled);
  EXPECT_FALSE(config.syslog_tcp.enabled);
  EXPECT_EQ(config.syslog_udp.networks.size(), this_machine().size() + 1);
}

TEST(Config, SourcesThatCannotWorkAreRefusedWithTheirLine) {
  EXPECT_THAT(
      problems_of("[[source]]\nname = \"a b\"\ninput = \"syslog\"\n\n[[source]]\nname = \"x\"\ninput = \"relp\"\n"
                  "networks = [\"10.0.0.1\"]\n[[source]]\nname = \"x\"\ninput = \"relp\"\nnetworks = [\"10.0.0.2\"]\n"),
      ElementsAre("yorozu.toml:1: source.name: must be letters, digits, - and _, at most 64",
                  "yorozu.toml:1: source.input: must be one of: syslog.udp, syslog.tcp, syslog.tls, relp, bulk, hec",
                  "yorozu.toml:1: source.networks: names no network",
                  "yorozu.toml:9: source.name: \"x\" is there twice"));
}

TEST(Config, DropInsAddToTheFile) {
  const auto folder = TempDir::make();
  ASSERT_TRUE(folder);
  const auto dropins = folder->path() / "yorozu.d";
  std::filesystem::create_directory(dropins);
  const auto write = [](const std::filesystem::path& path, const std::string& text) { std::ofstream(path) << text; };
  write(folder->path() / "yorozu.toml", "[syslog.udp]\nrate = 1\n");
  write(dropins / "20-b.toml", "[syslog.udp]\nrate = 3\n");
  write(dropins / "10-a.toml",
        "[[source]]\nname=\"a\"\ninput=\"relp\"\nnetworks=[\"10.0.0.1\"]\n[syslog.udp]\nrate = 2\n");
  write(dropins / "notes.txt", "not ours");
  const auto config = load(folder->path() / "yorozu.toml", dropins);
  ASSERT_TRUE(config);
  EXPECT_EQ(config->syslog_udp.rate, 3U);
  EXPECT_EQ(config->sources.size(), 1U);
  EXPECT_TRUE(load(folder->path() / "none.toml", folder->path() / "none.d"));
}

}  // namespace
}  // namespace yorozu::config
