#include <dirent.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <pwd.h>
#include <sys/stat.h>
#include <unistd.h>

#include <fstream>
#include <regex>
#include <set>
#include <sstream>

#include "base/time.h"
#include "running_server.h"
#include "sender.h"

namespace yorozu::test {
namespace {

using nlohmann::json;
using testing::HasSubstr;
using testing::Not;

const std::vector<std::string> kSyslog = {"syslog.udp.enabled=true", "syslog.tcp.enabled=true", "relp.enabled=true"};

std::string now_text() {
  timespec now{};
  clock_gettime(CLOCK_REALTIME, &now);
  return format_rfc3339({std::int64_t{now.tv_sec} * 1'000'000});
}
std::string syslog(const std::string& program, const std::string& text) {
  return "<38>1 " + now_text() + " web1 " + program + " 1 - - " + text;
}

std::vector<json> lines_of(const std::string& jsonl) {
  std::vector<json> out;
  std::istringstream lines(jsonl);
  for (std::string line; std::getline(lines, line);) out.push_back(json::parse(line));
  return out;
}
std::vector<json> audit_lines(const RunningServer& server) {
  std::vector<json> out;
  for (const json& line : lines_of(server.tail({"--format", "jsonl"})))
    if (line["input"] == "yorozu.audit") out.push_back(json::parse(line["raw"].get<std::string>()));
  return out;
}

TEST(Serve, SyslogIsTakenInCountedAndShown) {
  RunningServer server(kSyslog);
  ASSERT_TRUE(server.start()) << server.own_log();
  send_all(connect_tcp(server.port("syslog.tcp")), syslog("app", "over tcp") + "\n");
  send_datagram(server.port("syslog.udp"), syslog("app", "over udp"));
  ASSERT_TRUE(eventually([&] {
    const std::string shown = server.tail({"--format", "raw"});
    return shown.contains("over tcp") && shown.contains("over udp");
  })) << server.own_log();
  EXPECT_EQ(server.input("syslog.tcp")["received"], 1);
  EXPECT_EQ(server.input("syslog.udp")["received"], 1);
  EXPECT_GT(server.input("syslog.udp")["bytes"], 0);
  EXPECT_TRUE(server.input("syslog.udp")["last_seen"].is_string());
  EXPECT_THAT(server.tail({"udp"}), HasSubstr("over udp"));
  EXPECT_THAT(server.tail({"udp"}), Not(HasSubstr("over tcp"))) << "filtered by an expression of grep";
  const Outcome human = server.command({"status"});
  EXPECT_THAT(human.out, HasSubstr("syslog.tcp"));
  EXPECT_EQ(server.stop(), 0) << server.own_log();
}

TEST(Serve, FailedSshLogonsMakeAFinding) {
  RunningServer server(kSyslog);
  ASSERT_TRUE(server.start()) << server.own_log();
  const Fd sender = connect_tcp(server.port("syslog.tcp"));
  for (int i = 0; i < 25; ++i)
    send_all(
        sender,
        syslog("sshd", "Failed password for root from 203.0.113.9 port " + std::to_string(40000 + i) + " ssh2") + "\n");
  EXPECT_TRUE(eventually([&] { return server.tail({"--format", "raw"}).contains("Many failed SSH logons"); }))
      << server.own_log();
  EXPECT_GE(server.status()["pipeline"]["findings"], 1);
}

TEST(Serve, TheStartAndTheStopStandInTheAuditLog) {
  RunningServer server;
  ASSERT_TRUE(server.start()) << server.own_log();
  EXPECT_EQ(server.stop(), 0) << server.own_log();
  ASSERT_TRUE(server.start()) << server.own_log();
  std::vector<std::string> actions;
  for (const json& line : audit_lines(server)) actions.push_back(line["action"]);
  EXPECT_THAT(actions, testing::ElementsAre("server.start", "server.stop", "server.start"));
}

TEST(Serve, MistakesInTheSettingsStopTheStart) {
  const TempDir folder = *TempDir::make();
  ASSERT_TRUE(write_file_atomic(folder.path() / "y.toml", "[syslog.udp]\nlisten = \"514\"\nrates = 1\n"));
  const Outcome got = run_yorozu(
      {"serve", "--data", (folder.path() / "data").string(), "--config", (folder.path() / "y.toml").string()});
  EXPECT_EQ(got.status, 2);
  EXPECT_THAT(got.err, HasSubstr("y.toml:2: syslog.udp.listen: "));
  EXPECT_THAT(got.err, HasSubstr("y.toml:3: syslog.udp.rates: "));
  EXPECT_EQ(run_yorozu({"serve", "--data", folder.path().string(), "--set", "no.such=1"}).status, 2);
}

TEST(Serve, TheFirstStartWritesTheSettings) {
  RunningServer server;
  ASSERT_TRUE(server.start()) << server.own_log();
  const std::string written = read_file(server.data() + "/yorozu.toml").value_or("");
  EXPECT_EQ(written, run_yorozu({"config", "default"}).out);
  EXPECT_EQ(server.command({"config", "check"}).status, 0);
}

TEST(Serve, ASecondServerOfTheSameFolderIsRefused) {
  RunningServer server;
  ASSERT_TRUE(server.start()) << server.own_log();
  const Outcome second = server.command(
      {"serve", "--set", "bulk.enabled=false", "--set", "hec.enabled=false", "--set", "console.enabled=false"});
  EXPECT_EQ(second.status, 2);
  EXPECT_THAT(second.err, HasSubstr("already"));
  EXPECT_TRUE(server.status().is_object()) << "the first one is unharmed";
}

TEST(Serve, CommandsWithoutAServerSayHowToStartIt) {
  const Outcome got = run_yorozu({"status", "--data", "/nonexistent/yorozu"});
  EXPECT_EQ(got.status, 2);
  EXPECT_THAT(got.err, HasSubstr("yorozu serve"));
}

/// "tcp 127.0.0.1:41234" of each socket of the process that listens (TCP) or is bound (UDP).
std::set<std::string> open_sockets(pid_t pid) {
  std::set<std::string> inodes, out;
  const std::string folder = "/proc/" + std::to_string(pid) + "/fd";
  std::error_code error;
  for (const auto& entry : std::filesystem::directory_iterator(folder, error)) {
    const std::string target = std::filesystem::read_symlink(entry.path(), error).string();
    if (target.starts_with("socket:[")) inodes.insert(target.substr(8, target.size() - 9));
  }
  for (const std::string protocol : {"tcp", "udp"}) {
    std::ifstream table("/proc/" + std::to_string(pid) + "/net/" + protocol);
    std::string line;
    std::getline(table, line);
    while (std::getline(table, line)) {
      std::istringstream words(line);
      std::string number, local, remote, state, queues, timer, retransmits, uid, timeout, inode;
      words >> number >> local >> remote >> state >> queues >> timer >> retransmits >> uid >> timeout >> inode;
      if (!inodes.contains(inode) || (protocol == "tcp" && state != "0A")) continue;
      const unsigned long address = std::stoul(local.substr(0, 8), nullptr, 16);
      const unsigned long port = std::stoul(local.substr(9), nullptr, 16);
      out.insert(protocol + " " + std::to_string(address & 255) + "." + std::to_string(address >> 8 & 255) + "." +
                 std::to_string(address >> 16 & 255) + "." + std::to_string(address >> 24) + ":" +
                 std::to_string(port));
    }
  }
  return out;
}

TEST(Serve, TheTableOfListenersIsWhatIsOpen) {
  if (geteuid() != 0) GTEST_SKIP() << "only root may see the sockets of a process that gave up its privileges";
  RunningServer server(kSyslog);
  ASSERT_TRUE(server.start()) << server.own_log();
  const json status = server.status();
  std::set<std::string> table;
  for (const json& row : status["listeners"])
    if (row["transport"] != "unix")
      table.insert(row["transport"].get<std::string>() + " " + row["address"].get<std::string>());
  EXPECT_EQ(table.size(), 6U) << "syslog.udp, syslog.tcp, relp, bulk, hec, console";
  EXPECT_EQ(open_sockets(status["pid"].get<pid_t>()), table);
  EXPECT_EQ(open_sockets(status["supervisor_pid"].get<pid_t>()), table);
  for (const json& row : status["listeners"]) EXPECT_NE(row["authentication"], "");
}

std::string status_line(pid_t pid, const std::string& key) {
  std::ifstream file("/proc/" + std::to_string(pid) + "/status");
  for (std::string line; std::getline(file, line);)
    if (line.starts_with(key + ":")) return line.substr(line.find_first_not_of(" \t", key.size() + 1));
  return {};
}

TEST(Serve, RootBecomesTheServiceUserForGood) {
  if (geteuid() != 0) GTEST_SKIP() << "needs root";
  RunningServer server;
  ASSERT_TRUE(server.start()) << server.own_log();
  const json status = server.status();
  const passwd* const user = getpwnam("yorozu");
  ASSERT_NE(user, nullptr);
  const std::string uid = std::to_string(user->pw_uid);
  for (const char* who : {"pid", "supervisor_pid"}) {
    const pid_t pid = status[who].get<pid_t>();
    EXPECT_EQ(status_line(pid, "Uid"), uid + "\t" + uid + "\t" + uid + "\t" + uid);
    EXPECT_EQ(status_line(pid, "NoNewPrivs"), "1");
    EXPECT_EQ(status_line(pid, "CapPrm"), std::string(who) == "pid" ? "0000000000000000" : "0000000000000400");
  }
  EXPECT_EQ(status_line(status["supervisor_pid"].get<pid_t>(), "Threads"), "1");
  struct stat folder{};
  ASSERT_EQ(stat(server.data().c_str(), &folder), 0);
  EXPECT_EQ(folder.st_uid, user->pw_uid);
  EXPECT_EQ(folder.st_mode & 0777U, 0700U);
}

TEST(Serve, AFolderOfSomebodyElseIsNotTaken) {
  if (geteuid() != 0) GTEST_SKIP() << "needs root";
  const TempDir folder = *TempDir::make();
  ASSERT_TRUE(write_file_atomic(folder.path() / "letter.txt", "mine"));
  const Outcome got = run_yorozu({"serve", "--data", folder.path().string(), "--set", "bulk.enabled=false", "--set",
                                  "hec.enabled=false", "--set", "console.enabled=false"});
  EXPECT_EQ(got.status, 2);
  EXPECT_THAT(got.err, HasSubstr("chown"));
  struct stat status{};
  ASSERT_EQ(stat(folder.path().c_str(), &status), 0);
  EXPECT_EQ(status.st_uid, 0U);
}

TEST(Serve, AnOrdinaryUserRunsItToo) {
  if (geteuid() != 0) GTEST_SKIP() << "every other test runs as an ordinary user already";
  RunningServer server(kSyslog, "nobody");
  if (run_yorozu({"--version"}, "nobody").status != 0) GTEST_SKIP() << "nobody may not run the built program here";
  ASSERT_TRUE(server.start()) << server.own_log();
  send_datagram(server.port("syslog.udp"), syslog("app", "for nobody"));
  EXPECT_TRUE(eventually([&] { return server.tail({"--format", "raw"}).contains("for nobody"); }));
  kill(server.status()["supervisor_pid"].get<pid_t>(), SIGTERM);
  EXPECT_EQ(server.wait_for_end(), 0) << server.own_log();
}

TEST(Serve, LowPortsOfAnOrdinaryUserAreNamedByDoctor) {
  if (geteuid() != 0) GTEST_SKIP() << "needs root to become an ordinary user without privileges";
  RunningServer server({"syslog.udp.enabled=true", "syslog.udp.listen=127.0.0.1:514"}, "nobody");
  if (run_yorozu({"--version"}, "nobody").status != 0) GTEST_SKIP() << "nobody may not run the built program here";
  const std::string first = read_file("/proc/sys/net/ipv4/ip_unprivileged_port_start").value_or("1024");
  if (std::stoi(first) <= 514) GTEST_SKIP() << "here everybody may open low ports";
  ASSERT_TRUE(server.start()) << server.own_log();
  const Outcome doctor = server.command({"doctor"});
  EXPECT_EQ(doctor.status, 1);
  EXPECT_THAT(doctor.out, HasSubstr("127.0.0.1:514"));
  kill(server.status()["supervisor_pid"].get<pid_t>(), SIGTERM);
  server.wait_for_end();
}

TEST(Serve, ADeviceIsAddedWithoutARestart) {
  RunningServer server;
  ASSERT_TRUE(server.start()) << server.own_log();
  EXPECT_EQ(server.port("syslog.udp"), 0);
  const Outcome added = server.command({"sources", "add", "fortigate", "--network", "127.0.0.1", "--name", "fw1"});
  ASSERT_EQ(added.status, 0) << added.err << server.own_log();
  const std::uint16_t port = server.port("syslog.udp");
  ASSERT_NE(port, 0);
  EXPECT_THAT(added.out, HasSubstr("set server \"127.0.0.1\""));
  EXPECT_THAT(added.out, HasSubstr("set port " + std::to_string(port)));
  send_datagram(port, syslog("fw", "from the device"));
  EXPECT_TRUE(eventually([&] { return server.tail({"--format", "raw"}).contains("from the device"); }));
  EXPECT_THAT(server.command({"sources", "list"}).out, HasSubstr("fw1"));
  EXPECT_EQ(server.command({"sources", "add", "yamaha", "--network", "127.0.0.2", "--name", "fw1"}).status, 2);
  EXPECT_EQ(server.command({"sources", "add", "nosuch", "--network", "127.0.0.2"}).status, 2);
  EXPECT_EQ(server.command({"sources", "add", "yamaha"}).status, 2) << "without a network nobody may send";
  EXPECT_EQ(server.stop(), 0);
  ASSERT_TRUE(server.start()) << server.own_log();
  EXPECT_NE(server.port("syslog.udp"), 0) << "it is open after a restart";
  EXPECT_EQ(server.command({"sources", "remove", "fw1"}).status, 0);
  EXPECT_TRUE(eventually([&] { return server.port("syslog.udp") == 0; }));
}

TEST(Serve, TokensAreShownOnceAndNeverLogged) {
  RunningServer server;
  ASSERT_TRUE(server.start()) << server.own_log();
  const Outcome made = server.command({"token", "add", "winlogbeat"});
  ASSERT_EQ(made.status, 0) << made.err;
  const std::string secret = made.out.substr(0, made.out.find('\n'));
  ASSERT_GT(secret.size(), 20U);
  const json tokens = json::parse(server.command({"token", "list", "--json"}).out);
  ASSERT_EQ(tokens.size(), 1U);
  EXPECT_EQ(tokens[0]["name"], "winlogbeat");
  EXPECT_THAT(tokens.dump(), Not(HasSubstr(secret)));
  EXPECT_EQ(server.command({"token", "revoke", tokens[0]["id"]}).status, 0);
  EXPECT_EQ(server.command({"token", "revoke", "nosuch"}).status, 2);
  EXPECT_TRUE(json::parse(server.command({"token", "list", "--json"}).out)[0]["revoked"].is_string());
  EXPECT_THAT(server.tail({"--format", "jsonl"}), HasSubstr("token.add"));
  EXPECT_THAT(server.tail({"--format", "jsonl"}), Not(HasSubstr(secret)));
  EXPECT_THAT(server.own_log(), Not(HasSubstr(secret)));
}

TEST(Serve, BulkTakesEventsWithATokenOnly) {
  if (access("/usr/bin/curl", X_OK) != 0) GTEST_SKIP() << "curl is not installed";
  RunningServer server;
  ASSERT_TRUE(server.start()) << server.own_log();
  const std::string token = new_token(server, "ingest.bulk");
  const std::string body = "{\"create\":{\"_index\":\"logs\"}}\n{\"message\":\"over bulk\"}\n";
  EXPECT_EQ(post(server, "bulk", "/_bulk", "Bearer wrong", body), "401");
  EXPECT_EQ(post(server, "bulk", "/_bulk", "Bearer " + token, body), "200") << server.own_log();
  EXPECT_THAT(server.tail({"--format", "raw"}), HasSubstr("over bulk")) << "durable when it was answered";
  EXPECT_EQ(server.input("bulk")["received"], 1);
}

TEST(Serve, JsonLinesHecAndUploadsComeInWithTheirTokens) {
  if (access("/usr/bin/curl", X_OK) != 0) GTEST_SKIP() << "curl is not installed";
  RunningServer server;
  ASSERT_TRUE(server.start()) << server.own_log();
  const std::string bearer = "Bearer ";
  EXPECT_EQ(post(server, "bulk", "/ingest/json", bearer + new_token(server, "ingest.json"),
                 "{\"message\":\"a json line\"}\n"),
            "200");
  EXPECT_EQ(post(server, "hec", "/services/collector/event", "Splunk " + new_token(server, "ingest.hec"),
                 "{\"event\":\"over hec\"}"),
            "200");
  const std::string uploads = new_token(server, "ingest.upload");
  EXPECT_EQ(post(server, "bulk", "/ingest/upload?name=app.log", bearer + uploads,
                 "Nov 25 01:02:03 web1 app[1]: from a file\n"),
            "201")
      << server.own_log();
  const std::string kept = server.tail({"--format", "raw"});
  for (const char* text : {"a json line", "over hec", "from a file"}) EXPECT_THAT(kept, HasSubstr(text));
  EXPECT_THAT(server.tail({"--format", "jsonl"}), HasSubstr("app.log"));
}

TEST(Serve, FilesOfThisMachineAreFollowedFromWhereTheyWereLeft) {
  const TempDir folder = *TempDir::make("yorozu-serve-files");
  std::filesystem::permissions(folder.path(), std::filesystem::perms(0755));
  const auto log = folder.path() / "app.log";
  const auto append = [&](const std::string& line) {
    std::ofstream(log, std::ios::app) << line << "\n";
    std::filesystem::permissions(log, std::filesystem::perms(0644));
  };
  append("first line of the file");
  RunningServer server({"file.app.paths=" + log.string()});
  ASSERT_TRUE(server.start()) << server.own_log();
  ASSERT_TRUE(eventually([&] { return server.tail({"--format", "raw"}).contains("first line"); })) << server.own_log();
  EXPECT_EQ(server.stop(), 0);
  append("written while nobody looked");
  ASSERT_TRUE(server.start()) << server.own_log();
  ASSERT_TRUE(eventually([&] { return server.tail({"--format", "raw"}).contains("while nobody looked"); }));
  const std::string kept = server.tail({"--format", "raw"});
  EXPECT_EQ(kept.find("first line"), kept.rfind("first line")) << "once";
  EXPECT_EQ(server.input("file.app")["problem"], "");
}

TEST(Serve, NewRulesAreInForceWithoutARestart) {
  std::vector<std::string> settings = kSyslog;
  settings.emplace_back("detect.rules=[]");  // the starter rules, until there are others
  RunningServer server(settings);
  ASSERT_TRUE(server.start()) << server.own_log();
  const TempDir folder = *TempDir::make();
  ASSERT_TRUE(write_file_atomic(folder.path() / "own.yml",
                                "title: Our own word\nid: 5f5e9a37-8b0e-4f1b-a2a0-52c3a4b5c6d7\nlevel: high\n"
                                "logsource: {product: linux}\ndetection: {k: ['xyzzyword'], condition: k}\n"));
  const Outcome shown = server.command({"rules", "update", "--from", folder.path().string(), "--dry-run"});
  ASSERT_EQ(shown.status, 0) << shown.err;
  EXPECT_THAT(shown.out, HasSubstr("+ 5f5e9a37-8b0e-4f1b-a2a0-52c3a4b5c6d7  Our own word"));
  ASSERT_EQ(server.command({"rules", "update", "--from", folder.path().string()}).status, 0) << server.own_log();
  EXPECT_EQ(server.status()["rules"]["rules"], 1);
  send_all(connect_tcp(server.port("syslog.tcp")), syslog("sshd", "xyzzyword") + "\n");
  EXPECT_TRUE(eventually([&] { return server.tail({"--format", "raw"}).contains("Our own word"); }));
  EXPECT_THAT(server.tail({"--format", "jsonl"}), HasSubstr("rules.update"));
}

TEST(Serve, SealingMakesSegments) {
  RunningServer server(kSyslog);
  ASSERT_TRUE(server.start()) << server.own_log();
  send_all(connect_tcp(server.port("syslog.tcp")), syslog("app", "to be sealed") + "\n");
  ASSERT_TRUE(eventually([&] { return server.tail({"--format", "raw"}).contains("to be sealed"); }));
  ASSERT_EQ(server.command({"archive", "seal"}).status, 0) << server.own_log();
  ASSERT_TRUE(eventually([&] { return server.status()["archive"]["segments"] >= 1; }));
  const json listed = json::parse(server.command({"archive", "list", "--json"}).out);
  EXPECT_FALSE(listed["segments"].empty());
  EXPECT_TRUE(listed["damages"].empty());
  EXPECT_THAT(server.tail({"--format", "raw"}), HasSubstr("to be sealed")) << "read from the segment now";
}

TEST(Serve, TheRetentionPlanIsTheSameWithAndWithoutTheServer) {
  if (access("/usr/bin/curl", X_OK) != 0) GTEST_SKIP() << "curl is not installed";
  RunningServer server({"archive.keep.host=200"});
  ASSERT_TRUE(server.start()) << server.own_log();
  ASSERT_EQ(post(server, "bulk", "/ingest/upload?name=app.log", "Bearer " + new_token(server, "ingest.upload"),
                 "Nov 25 01:02:03 web1 app[1]: from a file\n"),
            "201");
  ASSERT_EQ(server.command({"archive", "seal"}).status, 0);
  ASSERT_TRUE(eventually([&] { return server.status()["archive"]["segments"] >= 2; })) << server.own_log();
  json running = json::parse(server.command({"archive", "plan", "--json"}).out);
  const json& host = running["groups"][2];
  EXPECT_EQ(host["group"], "host");
  EXPECT_EQ(host["keep_days"], 200);
  EXPECT_EQ(host["lines"], 2) << "the upload and its record";
  ASSERT_EQ(running["going"].size(), 1U);
  EXPECT_EQ(running["going"][0]["group"], "host");
  ASSERT_EQ(running["files"].size(), 1U);
  EXPECT_EQ(running["files"][0]["due"], host["next_due"]) << "with the last line that names it";
  EXPECT_THAT(server.command({"archive", "plan"}).out, HasSubstr("Nothing is deleted"));
  EXPECT_THAT(server.command({"status"}).out, HasSubstr("retention: up to 1 days kept"));
  server.stop();
  json alone = json::parse(server.command({"archive", "plan", "--json"}).out);
  EXPECT_EQ(alone["groups"][2]["keep_days"], 400) << "--set was for that run";
  EXPECT_EQ(alone["groups"][2]["lines"], 2);
  EXPECT_EQ(alone["files"][0]["sha256"], running["files"][0]["sha256"]);
}

TEST(Install, WritesWhatAMachineNeedsAndKeepsSettings) {
  const TempDir root = *TempDir::make();
  const auto install = [&] { return run_yorozu({"install", "--root", root.path().string()}); };
  ASSERT_EQ(install().status, 0);
  for (const char* file : {"usr/local/bin/yorozu", "etc/systemd/system/yorozu.service", "etc/sysctl.d/60-yorozu.conf",
                           "etc/yorozu/yorozu.toml"})
    EXPECT_TRUE(std::filesystem::exists(root.path() / file)) << file;
  const std::string own = "[archive.keep]\nhost = 500\n";
  ASSERT_TRUE(write_file_atomic(root.path() / "etc/yorozu/yorozu.toml", own));
  const Outcome again = install();
  EXPECT_EQ(again.status, 0);
  EXPECT_THAT(again.out, Not(HasSubstr("+ "))) << "nothing is written twice";
  EXPECT_EQ(*read_file(root.path() / "etc/yorozu/yorozu.toml"), own);
}

}  // namespace
}  // namespace yorozu::test
