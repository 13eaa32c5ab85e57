#include "ingest/local/line_cutter.h"

#include <algorithm>
#include <cstring>
#include <optional>

namespace yorozu::ingest {
namespace {

std::size_t unit_size(LineUnits units) {
  return units == LineUnits::Bytes ? 1 : 2;
}

char16_t unit_at(std::string_view bytes, std::size_t at, LineUnits units) {
  const auto byte = [&](std::size_t i) { return static_cast<std::uint8_t>(bytes[i]); };
  if (units == LineUnits::Bytes) return byte(at);
  const int first = byte(at), second = byte(at + 1);
  return static_cast<char16_t>(units == LineUnits::Utf16Le ? second << 8 | first : first << 8 | second);
}

/// UTF-8 of whole UTF-16; false at a lone surrogate.
bool convert(std::string_view bytes, LineUnits units, std::string& out) {
  out.clear();
  for (std::size_t at = 0; at + 1 < bytes.size(); at += 2) {
    char32_t c = unit_at(bytes, at, units);
    if (c >= 0xDC00 && c < 0xE000) return false;
    if (c >= 0xD800 && c < 0xDC00) {
      if (at + 3 >= bytes.size()) return false;
      const char16_t low = unit_at(bytes, at + 2, units);
      if (low < 0xDC00 || low >= 0xE000) return false;
      c = 0x10000 + ((c - 0xD800) << 10 | (low - 0xDC00U));
      at += 2;
    }
    append_code_point(c, out);
  }
  return true;
}

}  // namespace

void LineCutter::restart(std::uint64_t offset) {
  offset_ = line_start_ = offset;
  length_ = 0;
  rest_.clear();
  rest_.shrink_to_fit();
}

std::size_t LineCutter::find_break(std::string_view bytes) const {
  if (units_ == LineUnits::Bytes) return bytes.find('\n');
  for (std::size_t at = 0; at + 1 < bytes.size(); at += 2)
    if (unit_at(bytes, at, units_) == '\n') return at;
  return std::string_view::npos;
}

std::size_t LineCutter::filler(std::string_view bytes) const {
  const std::size_t size = unit_size(units_);
  std::size_t at = 0;
  while (at + size <= bytes.size() && unit_at(bytes, at, units_) == 0) at += size;
  return at;
}

void LineCutter::feed(std::string_view bytes, const Each& each) {
  const std::size_t unit = unit_size(units_);
  bytes = bytes.substr(0, bytes.size() / unit * unit);
  while (!bytes.empty()) {
    if (length_ == 0) {
      const std::size_t skipped = filler(bytes);
      bytes.remove_prefix(skipped);
      offset_ += skipped;
      line_start_ = offset_;
    }
    const std::size_t found = find_break(bytes);
    const std::string_view part = bytes.substr(0, found);
    if (found == std::string_view::npos) {
      add_to_rest(part);
      offset_ += part.size();
      return;
    }
    if (length_ == 0) {
      give(line_start_, part.substr(0, max_line_), part.size(), each);
    } else {
      add_to_rest(part);
      give(line_start_, rest_, length_, each);
    }
    bytes.remove_prefix(part.size() + unit);
    restart(offset_ + part.size() + unit);
  }
}

void LineCutter::take_rest(const Each& each) {
  if (length_ == 0) return;
  give(line_start_, rest_, length_, each);
  restart(offset_);
}

void LineCutter::add_to_rest(std::string_view part) {
  if (rest_.size() < max_line_) rest_.append(part.substr(0, max_line_ - rest_.size()));
  length_ += part.size();
}

void LineCutter::give(std::uint64_t offset, std::string_view kept, std::uint64_t length, const Each& each) {
  CutLine line{.offset = offset, .raw = kept, .length = length, .is_cut = length > kept.size()};
  const std::size_t unit = unit_size(units_);
  if (!line.is_cut && kept.size() >= unit && unit_at(kept, kept.size() - unit, units_) == '\r') {
    line.raw.remove_suffix(unit);
    line.length -= unit;
  }
  if (line.raw.empty()) return;
  if (units_ != LineUnits::Bytes && convert(line.raw, units_, converted_)) {
    line.raw = converted_;
    line.converted = true;
    if (line.raw.size() > max_line_) {  // Japanese grows by half
      std::size_t end = max_line_;
      while (end > 0 && (static_cast<std::uint8_t>(converted_[end]) & 0xC0U) == 0x80U) --end;
      line.raw = line.raw.substr(0, end);
      line.is_cut = true;
    }
  }
  each(line);
}

}  // namespace yorozu::ingest
