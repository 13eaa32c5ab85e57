#include "base/buffer.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <string>
#include <vector>

#include "base/arena.h"
#include "base/bytes.h"
#include "base/result.h"
#include "base/try.h"

namespace yorozu {
namespace {

TEST(Buffer, KeepsWhatWasAppendedWhileItGrows) {
  Buffer buffer;
  std::string expected;
  for (int i = 0; i < 2000; ++i) {
    const std::string piece(static_cast<std::size_t>(i % 37), static_cast<char>('a' + i % 26));
    buffer.append(piece);
    buffer.append('|');
    expected += piece + '|';
  }
  EXPECT_EQ(buffer.view(), expected);
  EXPECT_EQ(buffer.view_from(expected.size() - 5), expected.substr(expected.size() - 5));
}

TEST(Buffer, ClearKeepsItsMemoryAndShrinkGivesItBack) {
  Buffer buffer;
  buffer.append(std::string(10000, 'x'));
  const char* const before = buffer.data();
  buffer.clear();
  buffer.append("y");
  EXPECT_EQ(buffer.data(), before);
  buffer.shrink(1 << 20);
  EXPECT_EQ(buffer.view(), "y");
  buffer.shrink(100);
  EXPECT_TRUE(buffer.empty());
  EXPECT_EQ(buffer.data(), nullptr);
}

TEST(Buffer, TruncateGoesBackToAnEarlierSize) {
  Buffer buffer;
  buffer.append("kept");
  const std::size_t mark = buffer.size();
  buffer.append(" and not");
  buffer.truncate(mark);
  EXPECT_EQ(buffer.view(), "kept");
}

TEST(Arena, GivesAlignedPiecesThatStayInPlace) {
  Arena arena;
  const std::string_view first = arena.copy("first");
  std::vector<std::uint8_t*> pieces;
  for (int i = 1; i <= 3000; ++i) {
    std::uint8_t* const piece = arena.allocate(static_cast<std::size_t>(i));
    EXPECT_EQ(reinterpret_cast<std::uintptr_t>(piece) % 8, 0U);
    std::fill_n(piece, i, static_cast<std::uint8_t>(i));
    pieces.push_back(piece);
  }
  for (int i = 1; i <= 3000; ++i)
    ASSERT_EQ(pieces[static_cast<std::size_t>(i - 1)][i - 1], static_cast<std::uint8_t>(i));
  EXPECT_EQ(first, "first");
}

TEST(Arena, ClearKeepsOneBlockOnly) {
  Arena arena;
  arena.allocate(1000);
  const std::size_t one_block = arena.bytes_held();
  arena.allocate(std::size_t{1} << 20);
  EXPECT_GT(arena.bytes_held(), std::size_t{1} << 20);
  arena.clear();
  EXPECT_EQ(arena.bytes_held(), one_block);
}

TEST(ByteReader, ReadsLittleEndianNumbersAndPieces) {
  const std::uint8_t bytes[] = {1, 2, 3, 4, 5, 6, 7};
  ByteReader reader(bytes);
  EXPECT_EQ(reader.read<std::uint16_t>(), 0x0201);
  EXPECT_EQ(reader.take(2).front(), 3);
  EXPECT_EQ(reader.position(), 4U);
  EXPECT_EQ(reader.remaining(), 3U);
  EXPECT_TRUE(reader.ok());
}

TEST(ByteReader, NeverReadsBeyondItsEndAndStaysBroken) {
  const std::uint8_t bytes[] = {1, 2, 3};
  ByteReader reader(bytes);
  EXPECT_EQ(reader.read<std::uint32_t>(), 0U);
  EXPECT_FALSE(reader.ok());
  EXPECT_EQ(reader.read<std::uint8_t>(), 0);
  EXPECT_TRUE(reader.take(static_cast<std::size_t>(-1)).empty());
  EXPECT_EQ(reader.remaining(), 0U);
}

Result<int> half_of(int n) {
  if (n % 2 != 0) return fail(ErrorCode::InvalidInput, "odd");
  return n / 2;
}
Result<int> quarter_of(int n) {
  TRY_ASSIGN(const int half, half_of(n));
  TRY(half_of(half));
  return half_of(half);
}

TEST(Result, TryReturnsTheFirstErrorAndContextStandsInFrontOfIt) {
  EXPECT_EQ(quarter_of(12), 3);
  auto error = quarter_of(6).error();
  EXPECT_EQ(error.code, ErrorCode::InvalidInput);
  EXPECT_EQ(std::move(error).in("line 3").message, "line 3: odd");
  EXPECT_EQ(to_string(ErrorCode::NotFound), "not found");
}

}  // namespace
}  // namespace yorozu
