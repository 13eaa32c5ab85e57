/// What a decoder process writes about one file: records and damages in order, then how many there were. Items: one
/// byte of kind, 4 bytes of length (little-endian), text. The reader bounds every length; a stream without its end
/// means that the decoder died.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/file.h"
#include "base/result.h"

namespace yorozu::upload {

inline constexpr std::uint32_t kMaxItemBytes = std::uint32_t{64} << 20;

enum class ItemKind : std::uint8_t { Record = 'R', Damage = 'D', End = 'E', Unreadable = 'U' };

struct Item {
  ItemKind kind = ItemKind::End;
  std::string text;  ///< the record; what is damaged; why nothing can be read
};

class RecordWriter {
 public:
  explicit RecordWriter(Fd pipe) : pipe_(std::move(pipe)) {}
  /// Errors: Io when nobody reads any more. Longer texts are cut.
  Result<void> write(ItemKind kind, std::string_view text);
  Result<void> flush();

 private:
  Fd pipe_;
  std::string buffer_;
};

class RecordReader {
 public:
  explicit RecordReader(Fd pipe) : pipe_(std::move(pipe)) {}
  /// nullopt: the stream ended. Errors: Corrupt for an unknown kind or a length beyond kMaxItemBytes, Io.
  Result<std::optional<Item>> next();

 private:
  Result<bool> fill(std::size_t wanted);
  Fd pipe_;
  std::string buffer_;
  std::size_t at_ = 0;
};

}  // namespace yorozu::upload
