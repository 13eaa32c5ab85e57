#include "app/process/channel.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

namespace yorozu::process {
namespace {

using testing::ElementsAre;

TEST(Channel, WordsAndADescriptorArrive) {
  auto ends = Channel::make_pair();
  ASSERT_TRUE(ends);
  int pipe_ends[2];
  ASSERT_EQ(pipe(pipe_ends), 0);
  const Fd reading(pipe_ends[0]);
  {
    const Fd writing(pipe_ends[1]);
    ASSERT_TRUE(ends->first.send({"listener", "", "0.0.0.0:514"}, writing.get()));
  }
  auto got = ends->second.receive();
  ASSERT_TRUE(got && *got);
  EXPECT_THAT((*got)->words, ElementsAre("listener", "", "0.0.0.0:514"));
  ASSERT_TRUE((*got)->fd);
  EXPECT_EQ(write((*got)->fd.get(), "x", 1), 1);
  char byte = 0;
  EXPECT_EQ(read(reading.get(), &byte, 1), 1);
}

TEST(Channel, AnEndThatIsGoneIsSeen) {
  auto ends = Channel::make_pair();
  ASSERT_TRUE(ends);
  {
    const Channel gone = std::move(ends->first);
  }
  auto got = ends->second.receive();
  ASSERT_TRUE(got);
  EXPECT_FALSE(*got);
  EXPECT_FALSE(ends->second.send({"alive"}));
}

TEST(Channel, ATooLongMessageIsRefusedBeforeItIsSent) {
  auto ends = Channel::make_pair();
  ASSERT_TRUE(ends);
  EXPECT_FALSE(ends->first.send({std::string(Channel::kMaxBytes, 'x')}));
}

}  // namespace
}  // namespace yorozu::process
