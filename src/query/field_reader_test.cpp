#include "query/field_reader.h"

#include <gtest/gtest.h>

#include "query/test_events.h"

namespace yorozu::query {
namespace {

std::string read(TestEvents& events, std::string_view name, std::size_t i = 0) {
  FieldReader reader(name, events.schema());
  return std::string(reader.value(events.view(i)).value_or("(none)"));
}

TEST(FieldReader, NameIsFoundInAnyCaseWithoutItsBlanksAndByEcs) {
  TestEvents events;
  events.add({{"Threat Name", "EICAR"}, {"CommandLine", "whoami"}});
  EXPECT_EQ(read(events, "threat name"), "EICAR");
  EXPECT_EQ(read(events, "ThreatName"), "EICAR");
  EXPECT_EQ(read(events, "process.command_line"), "whoami");
  EXPECT_EQ(read(events, "Command"), "(none)");
}

TEST(FieldReader, DashesAndEmptyTextsSayNothing) {
  TestEvents events;
  events.add({{"cs-username", "-"}, {"user", ""}, {"suser", "alice"}});
  EXPECT_EQ(read(events, "user.name"), "alice");
  EXPECT_EQ(read(events, "cs-username"), "(none)");
}

TEST(FieldReader, UserOfALogonIsTheAccountThatLogsOn) {
  TestEvents events;
  events.add({{"SubjectUserName", "PC1$"}, {"TargetUserName", "bob"}});
  events.add({{"SubjectUserName", "alice"}, {"TargetUserName", "-"}});
  EXPECT_EQ(read(events, "user.name", 0), "bob");
  EXPECT_EQ(read(events, "user.name", 1), "alice");
}

TEST(FieldReader, FactsOfTheArchiveAreFields) {
  TestEvents events;
  events.add({{"x", "1"}});
  events.event(0).logsource = *event::LogsourceMap::builtin().id_of("linux", "", "sshd");
  events.context(0).logsources = &event::LogsourceMap::builtin();
  EXPECT_EQ(read(events, "seq"), "1");
  EXPECT_EQ(read(events, "received"), "2026-11-24T10:00:01.000000Z");
  EXPECT_EQ(read(events, "input"), "syslog.udp");
  EXPECT_EQ(read(events, "peer"), "192.0.2.1");
  EXPECT_EQ(read(events, "class"), "firewall");
  EXPECT_EQ(read(events, "logsource"), "linux/sshd");
  EXPECT_EQ(read(events, "logsource.service"), "sshd");
  events.event(0).source_class = event::SourceClass::Auth;
  EXPECT_EQ(read(events, "class"), "auth") << "the pattern knows better than the input";
}

TEST(FieldReader, WithoutAnArchiveItsFactsHaveNoValueAndOwnFieldsOfThatNameAnswer) {
  TestEvents events;
  events.add({{"input", "keyboard"}});
  events.context(0) = {};
  EXPECT_EQ(read(events, "seq"), "(none)");
  EXPECT_EQ(read(events, "class"), "(none)");
  EXPECT_EQ(read(events, "input"), "keyboard");
}

TEST(FieldReader, EventsOfOtherShapesAreReadByTheSameReader) {
  TestEvents events;
  events.add({{"a", "1"}, {"b", "2"}});
  events.add({{"b", "3"}});
  events.add({{"c", "4"}});
  FieldReader reader("b", events.schema());
  EXPECT_EQ(reader.value(events.view(0)), "2");
  EXPECT_EQ(reader.value(events.view(1)), "3");
  EXPECT_EQ(reader.value(events.view(2)), std::nullopt);
  EXPECT_EQ(reader.value(events.view(0)), "2");
}

}  // namespace
}  // namespace yorozu::query
