#include "app/process/listener.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

namespace yorozu::process {
namespace {

using testing::HasSubstr;
using testing::StartsWith;

TEST(Listener, PortZeroTakesAFreeOneAndSaysWhich) {
  for (const Transport transport : {Transport::Tcp, Transport::Udp}) {
    const auto opened = open_listener({"x", transport, {net::Address::loopback(), 0}, {}, 0, ""});
    ASSERT_TRUE(opened);
    EXPECT_THAT(opened->address, StartsWith("127.0.0.1:"));
    EXPECT_NE(opened->address, "127.0.0.1:0");
  }
}

TEST(Listener, AnAddressInUseIsNamed) {
  for (const Transport transport : {Transport::Tcp, Transport::Udp}) {
    const auto first = open_listener({"x", transport, {net::Address::loopback(), 0}, {}, 0, ""});
    ASSERT_TRUE(first);
    const auto second = open_listener({"y", transport, *net::parse_endpoint(first->address), {}, 0, ""});
    ASSERT_FALSE(second);
    EXPECT_THAT(second.error().message, HasSubstr(first->address));
  }
}

TEST(Listener, AUnixSocketHasALongPathAndIsForItsOwnerOnly) {
  const auto folder = TempDir::make();
  ASSERT_TRUE(folder);
  const auto deep = folder->path() / std::string(150, 'd');
  std::filesystem::create_directory(deep);
  const ListenerSpec spec{"control", Transport::Unix, {}, deep / "control.sock", 0, ""};
  const auto first = open_listener(spec);
  ASSERT_TRUE(first) << first.error().message;
  struct stat status{};
  ASSERT_EQ(stat(spec.path.c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 0777U, 0600U);
  EXPECT_TRUE(open_listener(spec)) << "one that is left over is replaced";
}

TEST(Listener, TheTableNamesWhatTheConfigurationOpens) {
  config::Config config;
  config.syslog_udp.enabled = true;
  std::vector<std::string> names;
  for (const ListenerSpec& spec : listeners_of(config, "/run")) names.push_back(spec.name);
  EXPECT_THAT(names, testing::ElementsAre("control", "syslog.udp", "bulk", "hec", "console"));
}

TEST(Listener, TheReceiveBufferIsWhatTheKernelGave) {
  const auto opened = open_listener({"x", Transport::Udp, {net::Address::loopback(), 0}, {}, 64 * 1024, ""});
  ASSERT_TRUE(opened);
  EXPECT_GE(opened->receive_buffer, 64U * 1024U);
}

}  // namespace
}  // namespace yorozu::process
