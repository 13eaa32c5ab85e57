#include "api/cursor.h"

#include <sodium.h>

#include "base/hash.h"

namespace yorozu::api {
namespace {

constexpr std::size_t kMacBytes = 16;
constexpr std::size_t kMaxCursor = 2 * (kMacBytes + kMaxPosition);

std::string_view mac_of(const CursorKey& key, std::string_view question, std::string_view position, KeyedHash& memory) {
  std::string text = std::to_string(question.size());
  text.append(":").append(question).append(position);
  memory = keyed_hash(key, as_bytes(text));
  return as_text(ByteView(memory)).substr(0, kMacBytes);
}

}  // namespace

std::string make_cursor(const CursorKey& key, std::string_view question, std::string_view position) {
  KeyedHash memory;
  std::string bytes(mac_of(key, question, position, memory));
  bytes += position.substr(0, kMaxPosition);
  std::string text(sodium_base64_encoded_len(bytes.size(), sodium_base64_VARIANT_URLSAFE_NO_PADDING), '\0');
  sodium_bin2base64(text.data(), text.size(), as_bytes(bytes).data(), bytes.size(),
                    sodium_base64_VARIANT_URLSAFE_NO_PADDING);
  text.pop_back();  // the final zero
  return text;
}

std::optional<std::string> read_cursor(const CursorKey& key, std::string_view question, std::string_view cursor) {
  if (cursor.size() > kMaxCursor) return std::nullopt;
  std::string bytes(cursor.size(), '\0');
  std::size_t size = 0;
  if (sodium_base642bin(reinterpret_cast<unsigned char*>(bytes.data()), bytes.size(), cursor.data(), cursor.size(),
                        nullptr, &size, nullptr, sodium_base64_VARIANT_URLSAFE_NO_PADDING) != 0 ||
      size < kMacBytes)
    return std::nullopt;
  bytes.resize(size);
  const std::string_view position = std::string_view(bytes).substr(kMacBytes);
  KeyedHash memory;
  if (!equal_constant_time(as_bytes(mac_of(key, question, position, memory)),
                           as_bytes(std::string_view(bytes).substr(0, kMacBytes))))
    return std::nullopt;
  return std::string(position);
}

}  // namespace yorozu::api
