#include "http/body_decoder.h"

#include <gtest/gtest.h>
#include <zlib.h>

#include <string>

namespace yorozu::http {
namespace {

std::string compressed(std::string_view text, int window_bits) {
  z_stream stream = {};
  EXPECT_EQ(::deflateInit2(&stream, 6, Z_DEFLATED, window_bits, 8, Z_DEFAULT_STRATEGY), Z_OK);
  std::string out(text.size() + 1000, '\0');
  stream.next_in = const_cast<Bytef*>(reinterpret_cast<const Bytef*>(text.data()));
  stream.avail_in = static_cast<uInt>(text.size());
  stream.next_out = reinterpret_cast<Bytef*>(out.data());
  stream.avail_out = static_cast<uInt>(out.size());
  EXPECT_EQ(::deflate(&stream, Z_FINISH), Z_STREAM_END);
  out.resize(out.size() - stream.avail_out);
  ::deflateEnd(&stream);
  return out;
}
std::string gzip(std::string_view text) {
  return compressed(text, 15 + 16);
}

/// In pieces of `step` bytes; "error CODE" at the end when it fails.
std::string decoded(std::string_view encoding, std::string_view bytes, std::size_t step,
                    std::uint64_t ceiling = 1 << 20) {
  auto decoder = BodyDecoder::make(encoding, ceiling);
  if (!decoder) return "error " + std::string(to_string(decoder.error().code));
  std::string out;
  const auto sink = [&](std::string_view piece) -> Result<void> {
    out += piece;
    return {};
  };
  Result<void> done;
  for (; done && !bytes.empty(); bytes.remove_prefix(std::min(step, bytes.size())))
    done = (*decoder)->decode(bytes.substr(0, step), sink);
  if (done) done = (*decoder)->finish();
  if (!done) return "error " + std::string(to_string(done.error().code));
  return out;
}

TEST(BodyDecoder, EachEncodingGivesTheText) {
  std::string text;
  for (int i = 0; i < 20000; ++i) text += "line " + std::to_string(i) + "\n";
  for (const std::size_t step : {1000U, 60000U, 1000000U}) {
    EXPECT_EQ(decoded("", text, step), text);
    EXPECT_EQ(decoded("GZIP", gzip(text), step), text);
    EXPECT_EQ(decoded("deflate", compressed(text, 15), step), text);
    EXPECT_EQ(decoded("gzip", gzip(text) + gzip("tail"), step), text + "tail");
  }
  EXPECT_EQ(decoded("gzip", gzip("small"), 1), "small");
  EXPECT_EQ(decoded("gzip", gzip(""), 1), "");
  EXPECT_EQ(decoded("gzip", "", 1), "");
}

TEST(BodyDecoder, DamageEarlyEndsAndUnknownEncodingsAreErrors) {
  const std::string invalid = "error " + std::string(to_string(ErrorCode::InvalidInput));
  const std::string good = gzip("some text that is long enough");
  EXPECT_EQ(decoded("gzip", good.substr(0, good.size() - 1), 5), invalid);
  EXPECT_EQ(decoded("gzip", "no gzip at all", 5), invalid);
  EXPECT_EQ(decoded("gzip", good + "rubbish", 5), invalid);
  std::string flipped = good;
  flipped[flipped.size() - 6] ^= 1;  // its checksum
  EXPECT_EQ(decoded("gzip", flipped, 5), invalid);
  EXPECT_EQ(decoded("br", good, 5), "error " + std::string(to_string(ErrorCode::Unsupported)));
  EXPECT_EQ(decoded("gzip, gzip", good, 5), "error " + std::string(to_string(ErrorCode::Unsupported)));
}

TEST(BodyDecoder, ABombIsStoppedAtTheCeiling) {
  const std::string bomb = gzip(std::string(std::size_t{50} << 20, '\0'));
  const std::string overloaded = "error " + std::string(to_string(ErrorCode::Overloaded));
  EXPECT_EQ(decoded("gzip", bomb, bomb.size()), overloaded);
  EXPECT_EQ(decoded("", std::string(100, 'x'), 100, 99), overloaded);
  EXPECT_EQ(decoded("", std::string(100, 'x'), 100, 100), std::string(100, 'x'));
}

}  // namespace
}  // namespace yorozu::http
