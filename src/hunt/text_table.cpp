#include "hunt/text_table.h"

#include <algorithm>

#include "base/assert.h"
#include "base/display_width.h"
#include "base/escape.h"

namespace yorozu::hunt {

namespace {
bool is_number(const std::string& cell) {
  return std::ranges::all_of(cell, [](char c) { return (c >= '0' && c <= '9') || c == ','; });
}
}  // namespace

TextTable::TextTable(std::vector<std::string> headings, std::size_t largest)
    : headings_(std::move(headings)), largest_(largest) {}

void TextTable::add(std::vector<std::string> cells) {
  YOROZU_ASSERT(cells.size() == headings_.size(), "a row has a cell for each heading");
  for (std::string& cell : cells) cell = cut_to_width(terminal_safe(cell), largest_);
  rows_.push_back(std::move(cells));
}

std::string TextTable::text() const {
  std::vector<std::size_t> widths;
  std::vector<bool> right;
  for (std::size_t c = 0; c < headings_.size(); ++c) {
    std::size_t width = display_width(headings_[c]);
    bool numbers = !rows_.empty();
    for (const auto& row : rows_) {
      width = std::max(width, display_width(row[c]));
      numbers = numbers && is_number(row[c]);
    }
    widths.push_back(width);
    right.push_back(numbers);
  }
  std::string out;
  const auto line = [&](const std::vector<std::string>& cells) {
    std::string text;
    for (std::size_t c = 0; c < cells.size(); ++c) {
      if (c > 0) text += "  ";
      if (right[c])
        text.append(widths[c] - display_width(cells[c]), ' ').append(cells[c]);
      else
        text += padded(cells[c], widths[c]);
    }
    text.erase(text.find_last_not_of(' ') + 1);
    out += text + "\n";
  };
  line(headings_);
  for (const auto& row : rows_) line(row);
  return out;
}

}  // namespace yorozu::hunt
