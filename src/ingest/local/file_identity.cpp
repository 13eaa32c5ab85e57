#include "ingest/local/file_identity.h"

#include <fmt/core.h>

#include <array>
#include <charconv>

#include "base/hash.h"

namespace yorozu::ingest {
namespace {

template <class Number>
bool read_number(std::string_view text, int base, Number& out) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), out, base);
  return error == std::errc() && end == text.data() + text.size();
}

}  // namespace

Head head_of(std::string_view beginning) {
  beginning = beginning.substr(0, kHeadBytes);
  const Sha256 digest = sha256(as_bytes(beginning));
  std::uint64_t hash = 0;
  for (std::size_t i = 0; i < 8; ++i) hash = hash << 8 | digest[i];
  return {static_cast<std::uint32_t>(beginning.size()), hash};
}

bool begins_like(std::string_view beginning, const Head& head) {
  return beginning.size() >= head.bytes && head_of(beginning.substr(0, head.bytes)) == head;
}

std::string to_text(const FileIdentity& identity) {
  return fmt::format("{}:{}:{}:{:016x}", identity.inode.device, identity.inode.number, identity.head.bytes,
                     identity.head.hash);
}

std::optional<FileIdentity> parse_file_identity(std::string_view text) {
  std::array<std::string_view, 4> parts;
  for (std::size_t i = 0; i < parts.size(); ++i) {
    const std::size_t colon = i + 1 < parts.size() ? text.find(':') : text.size();
    if (colon == std::string_view::npos) return std::nullopt;
    parts[i] = text.substr(0, colon);
    text.remove_prefix(std::min(colon + 1, text.size()));
  }
  FileIdentity identity;
  if (!read_number(parts[0], 10, identity.inode.device) || !read_number(parts[1], 10, identity.inode.number) ||
      !read_number(parts[2], 10, identity.head.bytes) || identity.head.bytes > kHeadBytes || parts[3].size() != 16 ||
      !read_number(parts[3], 16, identity.head.hash))
    return std::nullopt;
  return identity;
}

}  // namespace yorozu::ingest
