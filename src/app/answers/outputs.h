/// The forms one by one; output.h is for everybody else.
#pragma once

#include "app/answers/output.h"

namespace yorozu::answers {

std::unique_ptr<AnswerOutput> make_table_output(OutputOptions options);
std::unique_ptr<AnswerOutput> make_line_output(OutputOptions options);  ///< Jsonl and Raw
std::unique_ptr<AnswerOutput> make_csv_output(OutputOptions options);
std::unique_ptr<AnswerOutput> make_parquet_output(OutputOptions options);

/// Texts of the values that a row's `fields` has under these names, "" where it has none.
std::vector<std::string> cells_of(const archive::search::Row& row, const std::vector<std::string>& columns);

}  // namespace yorozu::answers
