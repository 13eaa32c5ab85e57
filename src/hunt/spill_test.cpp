#include "hunt/spill.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>
#include <thread>

#include "base/file.h"

namespace yorozu::hunt {
namespace {

using Entries = std::vector<std::pair<SpillKey, std::string>>;

Entries read_all(Spill& spill) {
  Entries out;
  auto reader = spill.read();
  EXPECT_TRUE(reader.has_value()) << reader.error().message;
  SpillKey key;
  std::string_view payload;
  while (*reader->next(key, payload)) out.emplace_back(key, payload);
  return out;
}

Entries random_entries(std::size_t n, std::size_t largest) {
  std::mt19937_64 random(7);
  Entries out;
  for (std::size_t i = 0; i < n; ++i)
    out.push_back(
        {{{random() % 100, random() % 100, i, 0}}, std::string(random() % largest, static_cast<char>('a' + i % 26))});
  return out;
}

TEST(Spill, StaysInMemoryWhileThereIsRoom) {
  const auto dir = *TempDir::make();
  Spill spill = *Spill::open(dir.path(), std::size_t{8} << 20, 1);
  auto writer = spill.writer();
  writer.add({{2, 0, 0, 0}}, "second");
  writer.add({{1, 9, 9, 9}}, "first");
  const Entries got = read_all(spill);
  ASSERT_EQ(got.size(), 2U);
  EXPECT_EQ(got[0].second, "first");
  EXPECT_EQ(got[1].second, "second");
  EXPECT_EQ(spill.bytes_on_disk(), 0U);
}

TEST(Spill, SortsMoreThanItsMemoryHoldsFromSeveralThreads) {
  const auto dir = *TempDir::make();
  Entries all = random_entries(20'000, 800);
  Spill spill = *Spill::open(dir.path(), std::size_t{2} << 20, 2);
  {
    std::vector<std::jthread> threads;
    for (std::size_t t = 0; t < 2; ++t)
      threads.emplace_back([&, t] {
        auto writer = spill.writer();
        for (std::size_t i = t; i < all.size(); i += 2) writer.add(all[i].first, all[i].second);
      });
  }
  EXPECT_GT(spill.bytes_on_disk(), std::uint64_t{4} << 20);
  std::ranges::sort(all);
  EXPECT_EQ(read_all(spill), all);
  EXPECT_EQ(read_all(spill), all) << "a second reading starts anew";
}

TEST(Spill, PayloadLargerThanEveryBufferComesBack) {
  const auto dir = *TempDir::make();
  Spill spill = *Spill::open(dir.path(), 1, 1);
  auto writer = spill.writer();
  const std::string large(5'000'000, 'x');
  writer.add({{2, 0, 0, 0}}, large);
  writer.add({{1, 0, 0, 0}}, "");
  const Entries got = read_all(spill);
  ASSERT_EQ(got.size(), 2U);
  EXPECT_EQ(got[0].second, "");
  EXPECT_EQ(got[1].second, large);
}

TEST(Spill, FolderThatIsNotThereIsAnError) {
  const auto got = Spill::open("/no/such/folder", 1, 1);
  ASSERT_FALSE(got.has_value());
  EXPECT_EQ(got.error().code, ErrorCode::Io);
}

}  // namespace
}  // namespace yorozu::hunt
