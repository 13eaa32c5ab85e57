/// Where the next page of an answer begins, as a text that only this server can have made: base64url of a MAC and what
/// it is about. Clients hand it back as it is. Pure.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace yorozu::api {

using CursorKey = std::array<std::uint8_t, 32>;

/// `question`: what the page belongs to (route and parameters); a cursor is good for the same question only.
/// `position`: at most kMaxPosition bytes.
std::string make_cursor(const CursorKey& key, std::string_view question, std::string_view position);
/// The position; nullopt when the cursor is not ours, or of another question.
std::optional<std::string> read_cursor(const CursorKey& key, std::string_view question, std::string_view cursor);

inline constexpr std::size_t kMaxPosition = 1024;

}  // namespace yorozu::api
