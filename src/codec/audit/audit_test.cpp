#include <gtest/gtest.h>

#include <map>
#include <vector>

#include "codec/audit/names.h"
#include "codec/audit/reader.h"
#include "codec/audit/socket_address.h"
#include "codec/audit/unit_cut.h"

namespace yorozu::codec::audit {
namespace {

using Fields = std::multimap<std::string, std::string>;

Fields read(const std::vector<std::string>& lines) {
  event::NameTable names;
  Reader reader(names, event::LogsourceMap::builtin());
  Arena arena;
  EventFields record;
  std::vector<Stamp> stamps;
  for (const std::string& line : lines) {
    const auto stamp = read_stamp(line);
    EXPECT_TRUE(stamp) << line;
    if (stamp) stamps.push_back(*stamp);
  }
  reader.read(stamps, arena, record);
  Fields fields;
  for (std::size_t i = 0; i < record.names.size(); ++i)
    fields.emplace(names.text(record.names[i]), event::to_text(record.values[i]));
  return fields;
}

std::string one(const Fields& fields, const std::string& name) {
  const auto found = fields.find(name);
  return found == fields.end() ? "(none)" : found->second;
}

TEST(AuditStamp, FormsOfDaemonAndKernelAreRead) {
  for (const std::string_view line :
       {"type=SYSCALL msg=audit(1604996384.965:93777): a=b", "audit: type=1300 audit(1604996384.965:93777): a=b",
        "type=1300 audit(1604996384.965:93777): a=b",
        "[   12.345678] audit: type=1300 audit(1604996384.965:93777): a=b"}) {
    const auto stamp = read_stamp(line);
    ASSERT_TRUE(stamp) << line;
    EXPECT_EQ(stamp->type, "SYSCALL") << line;
    EXPECT_EQ(stamp->serial, 93777U) << line;
    EXPECT_EQ(format_rfc3339(stamp->time), "2020-11-10T08:19:44.965000Z") << line;
  }
  EXPECT_EQ(read_stamp("node=web1 type=CWD msg=audit(1.5:2): cwd=\"/\"")->node, "web1");
  for (const std::string_view line :
       {"type=SYSCALL msg=audit(x): a", "type=UNKNOWN[1329] msg=?", "type=", "msg=audit(1.0:1)",
        "type=X msg=audit(1.0:99999999999999999999):", "[", "audit: type=1300", ""})
    EXPECT_FALSE(read_stamp(line)) << line;
}

TEST(AuditNames, CallsByArchitectureAndErrors) {
  EXPECT_EQ(system_call_name("x86_64", "59"), "execve");
  EXPECT_EQ(system_call_name("x86_64", "321"), "bpf");
  EXPECT_EQ(system_call_name("i386", "11"), "execve");
  EXPECT_EQ(system_call_name("aarch64", "221"), "execve");
  EXPECT_EQ(system_call_name("aarch64", "37"), "linkat");
  EXPECT_EQ(system_call_name("x86_64", "100000"), "");
  EXPECT_EQ(system_call_name("vax", "1"), "");
  EXPECT_EQ(architecture_name("c00000b7"), "aarch64");
  EXPECT_EQ(error_name("-13"), "EACCES");
  EXPECT_EQ(error_name("-115"), "EINPROGRESS");
  EXPECT_EQ(error_name("3"), "");
}

TEST(AuditSocket, EachFamilyIsDecoded) {
  EXPECT_EQ(decode_socket_address("02000050C00002070000000000000000")->address, "192.0.2.7");
  EXPECT_EQ(decode_socket_address("02000050C00002070000000000000000")->port, "80");
  const auto six = decode_socket_address("0A0001BB0000000020010DB800000000000000000000000700000000");
  EXPECT_EQ(six->address, "2001:db8::7");
  EXPECT_EQ(six->port, "443");
  EXPECT_EQ(decode_socket_address("01002F72756E2F7800")->path, "/run/x");
  EXPECT_EQ(decode_socket_address("01000061623F")->path, "@ab?");
  EXPECT_EQ(decode_socket_address("100000000000000000000000")->family, "netlink");
  EXPECT_EQ(decode_socket_address("0200")->family, "2");
  EXPECT_FALSE(decode_socket_address("02x0"));
}

TEST(AuditReader, RecordsOfOneEventAreOneListOfFields) {
  const Fields fields = read({
      R"(type=SYSCALL msg=audit(1604996384.965:93777): arch=c000003e syscall=59 success=yes exit=0 a0=558e a1=1 auid=4294967295 uid=0 comm="sh" exe="/bin/sh" subj=unconfined key=(null))",
      R"(type=EXECVE msg=audit(1604996384.965:93777): argc=3 a0="sh" a1="-c" a2=6563686F206869)",
      R"(type=CWD msg=audit(1604996384.965:93777): cwd="/root")",
      R"(type=PATH msg=audit(1604996384.965:93777): item=0 name="/bin/sh" nametype=NORMAL)",
      R"(type=PATH msg=audit(1604996384.965:93777): item=1 name="/lib64/ld.so" nametype=NORMAL)",
      R"(type=PROCTITLE msg=audit(1604996384.965:93777): proctitle=7368002D63006563686F20686900)",
      R"(type=EOE msg=audit(1604996384.965:93777):)",
  });
  EXPECT_EQ(fields.count("type"), 6U);
  EXPECT_EQ(fields.count("name"), 2U);
  EXPECT_EQ(one(fields, "CommandLine"), "sh -c echo hi");
  EXPECT_EQ(one(fields, "a2"), "echo hi");
  EXPECT_EQ(fields.count("a0"), 2U);
  EXPECT_EQ(one(fields, "SYSCALL"), "execve");
  EXPECT_EQ(one(fields, "ARCH"), "x86_64");
  EXPECT_EQ(one(fields, "AUID"), "unset");
  EXPECT_EQ(one(fields, "result"), "success");
  EXPECT_EQ(one(fields, "proctitle"), "sh -c echo hi");
  EXPECT_EQ(one(fields, "subj_user"), "unconfined");
  EXPECT_EQ(one(fields, "serial"), "93777");
  EXPECT_EQ(one(fields, "msg"), "audit(1604996384.965:93777)");
}

TEST(AuditReader, EnrichedNamesAreKeptAndNotGuessedAgain) {
  const Fields fields =
      read({"type=SYSCALL msg=audit(1604996384.965:1): arch=c000003e syscall=42 success=no exit=-13 auid=1000 "
            "key=65786563013634626974\x1d"
            "ARCH=x86_64 SYSCALL=connect AUID=\"alice\" UID=\"root\"",
            "type=SOCKADDR msg=audit(1604996384.965:1): saddr=02000050C00002070000000000000000\x1d"
            "SADDR={ saddr_fam=inet laddr=192.0.2.7 lport=80 }"});
  EXPECT_EQ(fields.count("SYSCALL"), 1U);
  EXPECT_EQ(one(fields, "AUID"), "alice");
  EXPECT_EQ(one(fields, "EXIT"), "EACCES");
  EXPECT_EQ(one(fields, "result"), "fail");
  EXPECT_EQ(fields.count("key"), 2U);
  EXPECT_EQ(one(fields, "socket_addr"), "192.0.2.7");
  EXPECT_EQ(one(fields, "socket_port"), "80");
  EXPECT_EQ(one(fields, "laddr"), "192.0.2.7");
}

TEST(AuditReader, LongArgumentsComeInPartsAndInSeveralRecords) {
  const Fields fields = read({R"(type=EXECVE msg=audit(1.0:1): argc=3 a0="x" a1_len=6 a1[0]=616263 a1[1]="def")",
                              R"(type=EXECVE msg=audit(1.0:1): a2="last")"});
  EXPECT_EQ(one(fields, "a1"), "abcdef");
  EXPECT_EQ(one(fields, "CommandLine"), "x abcdef last");
}

TEST(AuditReader, DecisionsAndOldUserMessagesAreRead) {
  const Fields avc = read(
      {R"(type=AVC msg=audit(1.0:1): avc:  denied  { read write } for  pid=1 comm="p" scontext=a:b:c:s0 tclass=dir)"});
  EXPECT_EQ(one(avc, "seresult"), "denied");
  EXPECT_EQ(one(avc, "seperms"), "read,write");
  const Fields old = read(
      {R"(type=USER_END msg=audit(1.0:1): user pid=1 uid=0 msg='PAM: session close acct=root : exe="/usr/sbin/crond" (hostname=?, addr=?, terminal=cron res=success)')"});
  EXPECT_EQ(one(old, "acct"), "root");
  EXPECT_EQ(one(old, "hostname"), "?");
  EXPECT_EQ(one(old, "terminal"), "cron");
  EXPECT_EQ(one(old, "res"), "success");
  EXPECT_EQ(one(old, "result"), "success");
}

TEST(AuditUnitCut, NoEventIsPartedAndTheLastOnesWait) {
  std::string log;
  std::vector<std::size_t> begins;
  for (int i = 0; i < 40; ++i) {
    const std::string stamp = "msg=audit(1700000000.000:" + std::to_string(i) + "): ";
    begins.push_back(log.size());
    log += "type=SYSCALL " + stamp + "a=1\n" + "type=PATH " + stamp + "b=1\n";
  }
  const std::size_t cut = cut_between_events(as_bytes(log));
  EXPECT_NE(std::ranges::find(begins, cut), begins.end());
  EXPECT_GE(log.size() - cut, begins[1] * 8);
  EXPECT_GT(cut, 0U);
  // With an end, nothing needs to wait.
  const std::string ended = "type=SYSCALL msg=audit(1.0:1): a=1\ntype=EOE msg=audit(1.0:1):\n";
  EXPECT_EQ(cut_between_events(as_bytes(ended)), ended.size());
  const std::string torn = ended + "type=SYSCALL msg=audit(1.0:2): a=1\ntype=PA";
  EXPECT_EQ(cut_between_events(as_bytes(torn)), ended.size());
  EXPECT_EQ(cut_between_events(as_bytes("some\nother\n")), 0U);
  EXPECT_EQ(cut_between_events({}), 0U);
}

}  // namespace
}  // namespace yorozu::codec::audit
