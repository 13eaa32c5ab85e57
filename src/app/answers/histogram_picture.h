/// Counts over time as a line of blocks for a terminal.
#pragma once

#include <cstddef>
#include <string>

#include "archive/search/search.h"
#include "base/time.h"

namespace yorozu::answers {

/// Two lines: `▁▃█ ▂` (one character a span, at most `columns`), and under it when it begins and ends and what a full
/// block means. "" when there is nothing to show. No words: it needs no translation.
std::string histogram_picture(const archive::search::Histogram& histogram, const TimeZone& zone, std::size_t columns);

}  // namespace yorozu::answers
