#include "base/hash.h"

#include <gtest/gtest.h>

namespace yorozu {
namespace {

TEST(Hash, FastHashIsTheSameOnEveryMachine) {
  EXPECT_EQ(hash64(std::string_view()), 0x2D06800538D394C2U);  // XXH3's own test vector for no input
  EXPECT_NE(hash64("a"), hash64("b"));
  EXPECT_NE(hash64("a", 1), hash64("a", 2));
}

TEST(Hash, Sha256MatchesTheStandardsExamples) {  // FIPS 180-2 appendix B
  EXPECT_EQ(to_hex(sha256(as_bytes("abc"))), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  EXPECT_EQ(to_hex(sha256({})), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
}

TEST(Hash, StreamInPiecesEqualsTheWhole) {
  Sha256Stream stream;
  stream.update(as_bytes("a"));
  stream.update({});
  stream.update(as_bytes("bc"));
  EXPECT_EQ(stream.finish(), sha256(as_bytes("abc")));
}

TEST(Hash, KeyedHashDependsOnTheKey) {
  const std::string key_a(32, 'a'), key_b(32, 'b');
  const KeyedHash a = keyed_hash(as_bytes(key_a), as_bytes("text"));
  EXPECT_TRUE(equal_constant_time(a, keyed_hash(as_bytes(key_a), as_bytes("text"))));
  EXPECT_FALSE(equal_constant_time(a, keyed_hash(as_bytes(key_b), as_bytes("text"))));
  EXPECT_FALSE(equal_constant_time(a, ByteView(a).first(31)));
}

TEST(Hash, HexHasTwoLowerCaseDigitsAByte) {
  const std::uint8_t bytes[] = {0x00, 0x0F, 0xAB, 0xFF};
  EXPECT_EQ(to_hex(bytes), "000fabff");
}

}  // namespace
}  // namespace yorozu
