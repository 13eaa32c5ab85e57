#include "event/names.h"

#include <gtest/gtest.h>

#include <string>
#include <thread>
#include <vector>

namespace yorozu::event {
namespace {

TEST(NameTable, WellKnownNamesHaveTheirConstants) {
  const NameTable names;
  EXPECT_EQ(names.find("EventID"), name::kEventID);
  EXPECT_EQ(names.find("Provider_Name"), name::kProviderName);
  EXPECT_EQ(names.find("Message"), name::kMessage);
  EXPECT_EQ(names.text(name::kSystemTime), "TimeCreated_SystemTime");
}

TEST(NameTable, SameTextHasTheSameIdAndCaseMatters) {
  NameTable names;
  const NameId first = names.intern("CommandLine");
  EXPECT_EQ(names.intern("CommandLine"), first);
  EXPECT_NE(names.intern("commandline"), first);
  EXPECT_EQ(names.text(first), "CommandLine");
}

TEST(NameTable, UnknownNameIsNotMadeByLookingForIt) {
  const NameTable names;
  const std::size_t before = names.size();
  EXPECT_EQ(names.find("NeverSeen"), name::kNone);
  EXPECT_EQ(names.size(), before);
}

TEST(NameTable, LongNameIsCutOnACharacterBorder) {
  NameTable names;
  const std::string name = std::string(NameTable::kMaxNameBytes - 1, 'a') + "日";
  EXPECT_EQ(names.text(names.intern(name)), std::string(NameTable::kMaxNameBytes - 1, 'a'));
}

TEST(NameTable, NamesBeyondTheBoundShareOneIdAndAreCounted) {
  NameTable names;
  for (std::size_t i = names.size(); i < NameTable::kMaxNames; ++i) names.intern("n" + std::to_string(i));
  EXPECT_EQ(names.intern("one too many"), name::kOverflow);
  EXPECT_EQ(names.overflowed(), 1U);
  EXPECT_EQ(names.find("EventID"), name::kEventID);
}

TEST(NameTable, ThreadsAgreeOnIds) {
  NameTable names;
  std::vector<std::vector<NameId>> ids(4);
  {
    std::vector<std::jthread> threads;
    for (auto& mine : ids)
      threads.emplace_back([&names, &mine] {
        for (int i = 0; i < 500; ++i) mine.push_back(names.intern("field" + std::to_string(i)));
      });
  }
  for (const auto& other : ids) EXPECT_EQ(other, ids[0]);
}

}  // namespace
}  // namespace yorozu::event
