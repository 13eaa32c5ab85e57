/// Columns for people: a heading, rows, widths measured as a terminal shows them.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

namespace yorozu::hunt {

class TextTable {
 public:
  /// `largest`: cells are cut to so many columns.
  explicit TextTable(std::vector<std::string> headings, std::size_t largest = 60);
  void add(std::vector<std::string> cells);  ///< as many as headings; control characters become visible
  /// Columns that hold nothing but digits stand right. Lines end with a newline.
  std::string text() const;
  std::size_t rows() const { return rows_.size(); }

 private:
  std::vector<std::string> headings_;
  std::vector<std::vector<std::string>> rows_;
  std::size_t largest_;
};

}  // namespace yorozu::hunt
