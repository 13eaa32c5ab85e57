/// rsyslog, syslog-ng and logger, as Debian ships them, send numbered messages to our inputs. Every number has to come
/// out of the intake, in whole and once; RELP has to be answered after the commit only.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <csignal>
#include <ctime>
#include <fstream>
#include <map>
#include <set>

#include "base/file.h"
#include "ingest/syslog/relp.h"
#include "ingest/syslog/stream_input.h"
#include "ingest/syslog/test_intake.h"
#include "ingest/syslog/udp_input.h"
#include "live/real_program.h"
#include "net/certificates.h"
#include "net/test_client.h"
#include "net/tls.h"

namespace yorozu::live {
namespace {

using namespace std::chrono_literals;
using ingest::testing::TestIntake;
using net::testing::eventually;
using ::testing::HasSubstr;

constexpr int kMessages = 5000;
/// librelp sends about a thousand a second to anybody (its own server included): its window is 128 messages.
constexpr int kRelpMessages = 1500;

Timestamp now() {
  return {std::chrono::duration_cast<std::chrono::microseconds>(std::chrono::system_clock::now().time_since_epoch())
              .count()};
}
const net::Endpoint kAnyPort{.address = net::Address::loopback(), .port = 0};

class LiveTest : public ::testing::Test {
 protected:
  void SetUp() override {
    std::signal(SIGPIPE, SIG_IGN);
    ASSERT_TRUE(temp_);
    ASSERT_TRUE(authority_);
  }
  void TearDown() override {
    program_.reset();  // before the input: it would try again and again
    if (HasFailure()) std::cerr << "---- " << log() << ":\n" << read_file(log()).value_or("").substr(0, 4000);
  }

  std::filesystem::path folder() const { return temp_->path(); }
  std::string file(const std::string& name) const { return (folder() / name).string(); }
  std::string log() const { return file("program.log"); }
  void write(const std::string& name, const std::string& text) const { std::ofstream(folder() / name) << text; }

  // ---- our side

  std::string start(std::unique_ptr<ingest::Input> input) {
    input_ = std::move(input);
    const auto started = input_->start();
    EXPECT_TRUE(started) << started.error().message;
    const std::string address = input_->state().address;
    return address.substr(address.rfind(':') + 1);
  }
  ingest::syslog::StreamOptions options(const std::string& name) {
    ingest::syslog::StreamOptions options;
    options.name = options.input = name;
    options.listen = kAnyPort;
    options.now = now;
    options.report = [this](std::string_view report) { std::ofstream(log(), std::ios::app) << report << "\n"; };
    return options;
  }
  std::string start_udp() {
    ingest::syslog::UdpOptions options;
    options.listen = kAnyPort;
    options.now = now;
    return start(ingest::syslog::make_udp_input(std::move(options), loop_, intake_));
  }
  std::string start_tcp() { return start(make_stream_input(options("syslog.tcp"), loop_, intake_)); }
  void use_tls(ingest::syslog::StreamOptions& options) {
    const auto own = authority_->server_certificate({.dns = {"localhost"}, .addresses = {}}, now());
    tls_ = *net::TlsServer::make({.certificate_pem = own->certificate_pem,
                                  .key_pem = own->key_pem,
                                  .client_certificate = net::ClientCertificate::Required,
                                  .client_ca_pem = authority_->certificate_pem()});
    options.stream = [this](Fd socket) { return net::make_tls_stream(std::move(socket), *tls_); };
    const auto client = authority_->issue_client("sender-1", now());
    write("ca.pem", authority_->certificate_pem());
    write("client.pem", client->certificate_pem);
    write("client.key", client->key_pem);
  }
  std::string start_tls() {
    auto tls = options("syslog.tls");
    use_tls(tls);
    return start(make_stream_input(std::move(tls), loop_, intake_));
  }
  ingest::syslog::StreamOptions relp_options(net::ListenOn on) {
    auto relp = options("relp");
    relp.listen = std::move(on);
    relp.protocol = ingest::syslog::make_relp_protocol;
    relp.timeouts.stop = 0ms;
    return relp;
  }

  // ---- theirs

  static std::string number(int i) {
    std::string digits = std::to_string(i);
    return "number=" + std::string(6 - digits.size(), '0') + digits;
  }
  /// A file of numbered lines, ASCII and Japanese, short and long.
  void write_messages(int first, int count) const {
    std::string text;
    for (int i = first; i < first + count; ++i)
      text += number(i) + " 第二工場 " + std::string(static_cast<std::size_t>(i % 300), 'x') + " end\n";
    write("in.log", text);
  }
  /// `false`: the program is not here.
  bool start_rsyslog(const std::string& globals, const std::string& action) {
    const auto program = real_part("rsyslog", "usr/sbin/rsyslogd");
    if (!program) return false;
    const std::filesystem::path libraries = program->parent_path().parent_path() / "lib" / "x86_64-linux-gnu";
    write("rsyslog.conf", "global(workDirectory=\"" + folder().string() + "\" preserveFQDN=\"on\" " + globals +
                              ")\nmodule(load=\"imfile\")\nmodule(load=\"omrelp\")\ninput(type=\"imfile\" file=\"" +
                              file("in.log") + "\" tag=\"live\" ruleset=\"out\")\nruleset(name=\"out\") {\n" + action +
                              "\n}\n");
    program_.emplace(std::vector<std::string>{program->string(), "-n", "-f", file("rsyslog.conf"), "-i",
                                              file("rsyslog.pid"), "-M", (libraries / "rsyslog").string()},
                     std::vector<std::string>{"LD_LIBRARY_PATH=" + libraries.string()}, log());
    return true;
  }
  bool start_syslog_ng(const std::string& destination) {
    const auto program = real_part("syslog-ng", "usr/sbin/syslog-ng");
    if (!program) return false;
    const std::filesystem::path usr = program->parent_path().parent_path();
    write("syslog-ng.conf",
          "@version: 3.38\noptions { stats-freq(0); };\nsource s { file(\"" + file("in.log") +
              "\" flags(no-parse) program-override(\"live\") follow-freq(0.1)); };\ndestination d { " + destination +
              " };\nlog { source(s); destination(d); };\n");
    program_.emplace(std::vector<std::string>{program->string(), "-F", "--no-caps", "-f", file("syslog-ng.conf"), "-R",
                                              file("persist"), "-p", file("pid"), "-c", file("control"),
                                              "--module-path", (usr / "lib" / "syslog-ng" / "3.38").string()},
                     std::vector<std::string>{"LD_LIBRARY_PATH=" + (usr / "lib" / "x86_64-linux-gnu").string() + ":" +
                                              (usr / "lib" / "syslog-ng").string() + ":" +
                                              (usr.parent_path() / "lib" / "x86_64-linux-gnu").string()},
                     log());
    return true;
  }

  // ---- what came

  /// How often each number came, in frames that are whole.
  std::map<int, int> received() const {
    std::map<int, int> times;
    for (const std::string& text : intake_.texts()) {
      const auto at = text.find("number=");
      if (at == std::string::npos) continue;
      EXPECT_TRUE(text.starts_with("<")) << text;
      EXPECT_TRUE(text.ends_with(" end")) << text;
      ++times[std::stoi(text.substr(at + 7, 6))];
    }
    return times;
  }
  void expect_all(int count, const std::string& input, const std::string& peer) {
    EXPECT_TRUE(eventually([&] { return received().size() == static_cast<std::size_t>(count); }, 40s))
        << received().size() << " of " << count;
    for (const auto& [number, times] : received()) ASSERT_EQ(times, 1) << number;
    for (const auto& frame : intake_.frames()) {
      ASSERT_EQ(frame.input, input);
      ASSERT_EQ(frame.peer, peer);
      ASSERT_FALSE(frame.cut);
    }
    EXPECT_EQ(input_->counters().dropped, 0U);
  }

  Result<TempDir> temp_ = TempDir::make("yorozu-live");
  Result<net::CertificateAuthority> authority_ = net::CertificateAuthority::open(temp_->path() / "data", now());
  std::unique_ptr<net::TlsServer> tls_;
  net::IoLoop loop_{"live"};
  TestIntake intake_;
  std::unique_ptr<ingest::Input> input_;
  std::optional<RealProgram> program_;
};

// ---- rsyslog

class Rsyslog : public LiveTest {};

TEST_F(Rsyslog, Udp) {
  const std::string port = start_udp();
  // A file is read faster than any network sends: no more than the smallest usual receive buffer holds.
  write_messages(0, 200);
  if (!start_rsyslog("", "action(type=\"omfwd\" target=\"127.0.0.1\" protocol=\"udp\" port=\"" + port + "\")"))
    GTEST_SKIP() << kNoPart << "rsyslogd";
  expect_all(200, "syslog.udp", "127.0.0.1");
}

TEST_F(Rsyslog, TcpWithLines) {
  const std::string port = start_tcp();
  write_messages(0, kMessages);
  if (!start_rsyslog(
          "", "action(type=\"omfwd\" target=\"127.0.0.1\" protocol=\"tcp\" tcp_framing=\"traditional\" port=\"" + port +
                  "\")"))
    GTEST_SKIP() << kNoPart << "rsyslogd";
  expect_all(kMessages, "syslog.tcp", "127.0.0.1");
}

TEST_F(Rsyslog, TcpWithCounts) {
  const std::string port = start_tcp();
  write_messages(0, kMessages);
  if (!start_rsyslog("",
                     "action(type=\"omfwd\" target=\"127.0.0.1\" protocol=\"tcp\" tcp_framing=\"octet-counted\" "
                     "template=\"RSYSLOG_SyslogProtocol23Format\" port=\"" +
                         port + "\")"))
    GTEST_SKIP() << kNoPart << "rsyslogd";
  expect_all(kMessages, "syslog.tcp", "127.0.0.1");
  EXPECT_THAT(intake_.texts().front(), HasSubstr(">1 ")) << "RFC 5424";
}

class RsyslogTls : public Rsyslog, public ::testing::WithParamInterface<const char*> {};

TEST_P(RsyslogTls, WithAClientsCertificate) {
  const std::string port = start_tls();
  write_messages(0, kMessages);
  const std::string driver = GetParam();
  if (!start_rsyslog(
          "defaultNetstreamDriver=\"" + driver + "\" defaultNetstreamDriverCAFile=\"" + file("ca.pem") +
              "\" defaultNetstreamDriverCertFile=\"" + file("client.pem") + "\" defaultNetstreamDriverKeyFile=\"" +
              file("client.key") + "\"",
          "action(type=\"omfwd\" target=\"127.0.0.1\" protocol=\"tcp\" tcp_framing=\"octet-counted\" port=\"" + port +
              "\" streamDriver=\"" + driver +
              "\" streamDriverMode=\"1\" streamDriverAuthMode=\"x509/name\" "
              "streamDriverPermittedPeers=\"localhost\")"))
    GTEST_SKIP() << kNoPart << "rsyslogd";
  expect_all(kMessages, "syslog.tls", "CN=sender-1");
}
INSTANTIATE_TEST_SUITE_P(Drivers, RsyslogTls, ::testing::Values("gtls", "ossl"));

class RsyslogRelp : public Rsyslog {
 protected:
  bool start_rsyslog_relp(const std::string& port, const std::string& more = "") {
    return start_rsyslog("", "action(type=\"omrelp\" target=\"127.0.0.1\" port=\"" + port +
                                 "\" action.resumeInterval=\"1\" action.resumeRetryCount=\"-1\" " + more + ")");
  }
};

TEST_F(RsyslogRelp, EveryMessageIsAnswered) {
  const std::string port = start(make_stream_input(relp_options(kAnyPort), loop_, intake_));
  write_messages(0, kRelpMessages);
  if (!start_rsyslog_relp(port)) GTEST_SKIP() << kNoPart << "rsyslogd";
  expect_all(kRelpMessages, "relp", "127.0.0.1");
}

TEST_F(RsyslogRelp, OverTls) {
  auto relp = relp_options(kAnyPort);
  use_tls(relp);
  const std::string port = start(make_stream_input(std::move(relp), loop_, intake_));
  write_messages(0, kRelpMessages);
  if (!start_rsyslog_relp(port, "tls=\"on\" tls.cacert=\"" + file("ca.pem") + "\" tls.mycert=\"" + file("client.pem") +
                                    "\" tls.myprivkey=\"" + file("client.key") +
                                    "\" tls.authmode=\"name\" tls.permittedpeer=[\"localhost\"]"))
    GTEST_SKIP() << kNoPart << "rsyslogd";
  expect_all(kRelpMessages, "relp", "CN=sender-1");
}

/// Commits come when the test says so.
class RsyslogRelpLate : public RsyslogRelp {
 protected:
  void settle_all(TestIntake& intake) {
    while (intake.waiting() > 0) intake.settle();
  }
  std::size_t committed_ = 0;
  TestIntake late_{TestIntake::Acknowledge::WhenTold};
};

TEST_F(RsyslogRelpLate, TheSenderWaitsForCommitsAndSendsAgainWhatHadNone) {
  auto input = make_stream_input(relp_options(kAnyPort), loop_, late_);
  const std::string port = start(std::move(input));
  const net::Endpoint address = *net::parse_endpoint(input_->state().address);
  constexpr int kTotal = 1000;
  write_messages(0, kTotal);
  if (!start_rsyslog_relp(port)) GTEST_SKIP() << kNoPart << "rsyslogd";

  // Without answers it sends what its window holds, and no more.
  const auto numbers = [&] {
    std::set<int> all;
    for (const std::string& text : late_.texts()) all.insert(std::stoi(text.substr(text.find("number=") + 7, 6)));
    return all;
  };
  ASSERT_TRUE(eventually([&] { return late_.count() >= 100; }));
  std::size_t seen = 0;
  for (int quiet = 0; quiet < 5; ++quiet) {  // half a second without a new one
    if (late_.count() != seen) quiet = 0;
    seen = late_.count();
    std::this_thread::sleep_for(100ms);
  }
  EXPECT_LT(seen, static_cast<std::size_t>(kTotal)) << "nothing was answered, and all was sent";

  // Our end comes before any answer.
  input_.reset();
  const std::set<int> unanswered = numbers();
  settle_all(late_);  // too late: these commits find no connection
  TestIntake after;
  input_ = make_stream_input(relp_options(address), loop_, after);
  ASSERT_TRUE(input_->start());
  std::map<int, int> again;
  const auto count_again = [&] {
    again.clear();
    for (const std::string& text : after.texts()) ++again[std::stoi(text.substr(text.find("number=") + 7, 6))];
    return again.size();
  };
  EXPECT_TRUE(eventually([&] { return count_again() == kTotal; }, 40s)) << again.size() << " of " << kTotal;
  for (const int number : unanswered) EXPECT_EQ(again.count(number), 1U) << number << " was not sent again";
  program_.reset();
  input_.reset();
}

// ---- syslog-ng

class SyslogNg : public LiveTest {};

TEST_F(SyslogNg, TcpWithLines) {
  const std::string port = start_tcp();
  write_messages(0, kMessages);
  if (!start_syslog_ng("network(\"127.0.0.1\" port(" + port + ") transport(tcp));"))
    GTEST_SKIP() << kNoPart << "syslog-ng";
  expect_all(kMessages, "syslog.tcp", "127.0.0.1");
}

TEST_F(SyslogNg, TcpWithCountsAndRfc5424) {
  const std::string port = start_tcp();
  write_messages(0, kMessages);
  if (!start_syslog_ng("syslog(\"127.0.0.1\" port(" + port + ") transport(tcp));"))
    GTEST_SKIP() << kNoPart << "syslog-ng";
  expect_all(kMessages, "syslog.tcp", "127.0.0.1");
  EXPECT_THAT(intake_.texts().front(), HasSubstr(">1 "));
}

TEST_F(SyslogNg, TlsWithAClientsCertificate) {
  const std::string port = start_tls();
  write_messages(0, kMessages);
  if (!start_syslog_ng("syslog(\"localhost\" port(" + port + ") transport(tls) ip-protocol(4) tls(ca-file(\"" +
                       file("ca.pem") + "\") cert-file(\"" + file("client.pem") + "\") key-file(\"" +
                       file("client.key") + "\") peer-verify(required-trusted)));"))
    GTEST_SKIP() << kNoPart << "syslog-ng";
  expect_all(kMessages, "syslog.tls", "CN=sender-1");
}

// ---- logger

class Logger : public LiveTest {
 protected:
  bool run_logger(const std::string& port, const std::vector<std::string>& more) {
    const auto program = installed_program("logger");
    if (!program) return false;
    std::vector<std::string> arguments = {program->string(), "-n", "127.0.0.1", "-P", port, "-t", "live", "-f",
                                          file("in.log")};
    arguments.insert(arguments.end(), more.begin(), more.end());
    program_.emplace(arguments, std::vector<std::string>{}, log());
    EXPECT_EQ(program_->wait(), 0);
    return true;
  }
};

TEST_F(Logger, Udp) {
  const std::string port = start_udp();
  write_messages(0, 200);
  if (!run_logger(port, {"-d"})) GTEST_SKIP() << kNoPart << "logger";
  expect_all(200, "syslog.udp", "127.0.0.1");
}
TEST_F(Logger, TcpWithLines) {
  const std::string port = start_tcp();
  write_messages(0, kMessages);
  if (!run_logger(port, {"-T"})) GTEST_SKIP() << kNoPart << "logger";
  expect_all(kMessages, "syslog.tcp", "127.0.0.1");
}
TEST_F(Logger, TcpWithCountsAndRfc3164) {
  const std::string port = start_tcp();
  write_messages(0, kMessages);
  if (!run_logger(port, {"-T", "--octet-count", "--rfc3164"})) GTEST_SKIP() << kNoPart << "logger";
  expect_all(kMessages, "syslog.tcp", "127.0.0.1");
}

}  // namespace
}  // namespace yorozu::live
