#include <arpa/inet.h>
#include <gmock/gmock.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <map>
#include <nlohmann/json.hpp>
#include <set>
#include <sstream>
#include <thread>

#include "base/file.h"
#include "number_check.h"
#include "run.h"
#include "stream.h"

namespace yorozu::load {
namespace {

using nlohmann::json;
using ::testing::HasSubstr;

constexpr std::int64_t kStart = 1'764'000'000'000'000;

std::string streamed(const StreamOptions& options, std::uint64_t count, std::vector<Needle>* needles = nullptr) {
  Stream stream(options);
  std::string out;
  for (std::uint64_t i = 0; i < count; ++i) stream.append(kStart + static_cast<std::int64_t>(i) * 100, out);
  if (needles != nullptr) *needles = stream.needles();
  return out;
}

std::vector<std::string> lines_of(const std::string& text) {
  std::vector<std::string> out;
  std::istringstream in(text);
  for (std::string line; std::getline(in, line);) out.push_back(line);
  return out;
}

TEST(Load, TheSameSeedGivesTheSameBytesAndAnotherDoesNot) {
  StreamOptions options;
  const std::string first = streamed(options, 20'000);
  EXPECT_TRUE(first == streamed(options, 20'000));
  options.seed = 2;
  EXPECT_FALSE(first == streamed(options, 20'000));
}

TEST(Load, EveryMessageIsOneLineWithItsNumber) {
  for (const Form form : {Form::Lines, Form::SyslogLf, Form::Bulk}) {
    StreamOptions options;
    options.form = form;
    options.needle_every = 1000;
    auto lines = lines_of(streamed(options, 40'000));
    if (form == Form::Bulk) std::erase(lines, R"({"create":{}})");
    ASSERT_EQ(lines.size(), 40'000U);
    NumberCheck check(40'000);
    for (const std::string& line : lines) check.add_line(line);
    EXPECT_EQ(check.found(), 40'000U);
    EXPECT_EQ(check.twice(), 0U);
    EXPECT_THAT(lines[12'345], HasSubstr("700000012345"));
  }
}

TEST(Load, MessagesOfTheMixedStreamHave464BytesInTheMean) {
  StreamOptions options;
  for (const std::uint64_t seed : {1, 7, 42}) {
    options.seed = seed;
    const double mean = static_cast<double>(streamed(options, 50'000).size()) / 50'000 - 1;  // without the line feed
    EXPECT_NEAR(mean, 464, 10) << "seed " << seed;
  }
}

TEST(Load, DocumentsAreJson) {
  for (const Mix mix : kAllMixes) {
    StreamOptions options;
    options.only = mix;
    options.form = Form::Bulk;
    options.needle_every = 100;
    for (const std::string& line : lines_of(streamed(options, 3000))) {
      const json document = json::parse(line, nullptr, false);
      ASSERT_FALSE(document.is_discarded()) << line;
      if (document.contains("create")) continue;
      ASSERT_TRUE(document.contains("@timestamp")) << line;
      if (mix == Mix::Wide) {
        EXPECT_GE(document.flatten().size(), 30U);
      }
    }
  }
}

TEST(Load, OctetCountsAreThoseOfTheMessages) {
  StreamOptions options;
  options.form = Form::SyslogOctets;
  const std::string text = streamed(options, 5000);
  std::size_t at = 0, count = 0;
  while (at < text.size()) {
    const std::size_t blank = text.find(' ', at);
    const std::size_t size = std::stoul(text.substr(at, blank - at));
    ASSERT_LE(blank + 1 + size, text.size());
    ASSERT_EQ(text[blank + 1], '<');  // else a receiver cannot tell that octets are counted
    ASSERT_EQ(text.substr(blank + 1, size).find('\n'), std::string::npos);
    at = blank + 1 + size;
    ++count;
  }
  EXPECT_EQ(count, 5000U);
}

TEST(Load, NeedlesStandWhereTheListSays) {
  StreamOptions options;
  options.needle_every = 500;
  std::vector<Needle> needles;
  const auto lines = lines_of(streamed(options, 20'000, &needles));
  ASSERT_EQ(needles.size(), 40U);
  std::set<Mix> mixes;
  for (const Needle& needle : needles) {
    mixes.insert(needle.mix);
    EXPECT_THAT(lines.at(needle.number), HasSubstr(needle.token));
    EXPECT_EQ(std::ranges::count_if(lines, [&](const std::string& line) { return line.contains(needle.token); }), 1);
    EXPECT_GE(needle.time_us, kStart - 600'000'000);
  }
  EXPECT_EQ(mixes.size(), kMixes);
  const auto list = lines_of(needle_list(needles));
  EXPECT_EQ(list.size(), 41U);
  EXPECT_THAT(list[1], HasSubstr(std::to_string(kFirstNumber + needles[0].number)));
}

TEST(Load, SomeMessagesAreLateByUpToSixHours) {
  StreamOptions options;
  options.only = Mix::Web;
  std::map<std::string, int> hours;
  for (const std::string& line : lines_of(streamed(options, 10'000))) ++hours[line.substr(line.find('[') + 1, 14)];
  // The stream begins at 2025-11-24T16:00:00Z, 01:00 in Japan.
  EXPECT_GT(hours["25/Nov/2025:01"], 9000);
  EXPECT_GT(hours["24/Nov/2025:19"], 0);
}

TEST(Load, TheCheckNamesWhatIsMissing) {
  NumberCheck check(6);
  for (const char* line :
       {"a 700000000000 b", R"({"raw":"x 700000000003"})", "700000000003", "nothing", "7000000000040"})
    check.add_line(line);
  EXPECT_EQ(check.found(), 2U);
  EXPECT_EQ(check.twice(), 1U);
  EXPECT_EQ(check.foreign(), 2U);
  EXPECT_EQ(check.missing(), 4U);
  EXPECT_EQ(check.missing_ranges(9), "1-2 4-5");
}

TEST(Load, ABulkAnswerHasAStatusForEachItem) {
  EXPECT_THAT(
      item_statuses(R"({"took":1,"errors":true,"items":[{"create":{"status":201}},{"create":{"status":429}}]})"),
      testing::ElementsAre(201, 429));
}

TEST(Load, GoesNowhereButToThisMachine) {
  for (const char* target : {"tcp:192.0.2.1:514", "udp:10.0.0.1:514", "bulk:https://198.51.100.1:9200"}) {
    const auto sender = open_sender(target, {});
    ASSERT_FALSE(sender) << target;
    EXPECT_EQ(sender.error().code, ErrorCode::Denied);
  }
}

/// Listens on a free port of the loopback.
struct Listener {
  explicit Listener(int type) : fd(::socket(AF_INET, type, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    EXPECT_EQ(::bind(fd.get(), reinterpret_cast<sockaddr*>(&address), size), 0);
    ::getsockname(fd.get(), reinterpret_cast<sockaddr*>(&address), &size);
    if (type == SOCK_STREAM) {
      EXPECT_EQ(::listen(fd.get(), 8), 0);
    }
    port = ntohs(address.sin_port);
  }
  Fd fd;
  std::uint16_t port = 0;
};

TEST(Load, TcpDeliversEveryMessageOverSeveralConnections) {
  const Listener listener(SOCK_STREAM);
  std::vector<std::string> received(2);
  std::vector<std::jthread> readers;
  RunOptions options;
  options.target = "tcp:127.0.0.1:" + std::to_string(listener.port);
  options.stream.form = Form::SyslogLf;
  options.count = 20'000;
  options.connections = 2;
  std::jthread acceptor([&] {
    for (std::string& text : received) {
      const int fd = ::accept(listener.fd.get(), nullptr, nullptr);
      readers.emplace_back([&text, fd] {
        char block[65536];
        for (ssize_t n = 0; (n = ::read(fd, block, sizeof block)) > 0;) text.append(block, static_cast<std::size_t>(n));
        ::close(fd);
      });
    }
  });
  const auto result = run(options);
  ASSERT_TRUE(result) << result.error().message;
  acceptor.join();
  readers.clear();
  EXPECT_EQ(result->sent, 20'000U);
  NumberCheck check(20'000);
  for (const std::string& text : received)
    for (const std::string& line : lines_of(text)) check.add_line(line);
  EXPECT_EQ(check.missing(), 0U);
  EXPECT_EQ(check.twice() + check.foreign(), 0U);
}

TEST(Load, UdpKeepsItsPace) {
  const Listener listener(SOCK_DGRAM);
  const int large = 4 << 20;
  ::setsockopt(listener.fd.get(), SOL_SOCKET, SO_RCVBUF, &large, sizeof large);
  RunOptions options;
  options.target = "udp:127.0.0.1:" + std::to_string(listener.port);
  options.stream.form = Form::Datagrams;
  options.count = 100;
  options.rate = 2000;
  const auto result = run(options);
  ASSERT_TRUE(result) << result.error().message;
  EXPECT_GE(result->seconds, 0.03);
  NumberCheck check(100);
  char block[65536];
  for (int i = 0; i < 100; ++i) {
    const ssize_t n = ::recv(listener.fd.get(), block, sizeof block, MSG_DONTWAIT);
    if (n > 0) check.add_line({block, static_cast<std::size_t>(n)});
  }
  EXPECT_EQ(check.missing(), 0U);
}

}  // namespace
}  // namespace yorozu::load
