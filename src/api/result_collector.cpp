#include "api/result_collector.h"

#include <charconv>
#include <nlohmann/json.hpp>
#include <utility>

namespace yorozu::api {
namespace {

std::uint64_t member(std::string_view object, const char* key) {
  const nlohmann::json document = nlohmann::json::parse(object, nullptr, false);
  if (!document.is_object() || !document.contains(key) || !document[key].is_number_unsigned()) return 0;
  return document[key].get<std::uint64_t>();
}

}  // namespace

std::optional<ResultLine> split_result_line(std::string_view line) {
  if (!line.starts_with("{\"") || !line.ends_with('}')) return std::nullopt;
  const std::size_t end = line.find('"', 2);
  if (end == std::string_view::npos || line.substr(end + 1, 1) != ":") return std::nullopt;
  return ResultLine{line.substr(2, end - 2), line.substr(end + 2, line.size() - end - 3)};
}

bool ResultCollector::add(std::string_view line) {
  const auto parts = split_result_line(line);
  if (!parts) return true;
  const std::lock_guard lock(mutex_);
  if (parts->kind == "row") {
    if (collected_.rows.size() + parts->value.size() > kMaxBytes && !collected_.rows.empty()) {
      collected_.is_full = true;
      return false;
    }
    if (!collected_.rows.empty()) collected_.rows += ',';
    collected_.rows += parts->value;
    // Rows begin with their number: a whole parse of each would cost more than all the rest.
    constexpr std::string_view kSeq = "{\"seq\":";
    if (parts->value.starts_with(kSeq))
      std::from_chars(parts->value.data() + kSeq.size(), parts->value.data() + parts->value.size(), last_seq_);
  } else if (parts->kind == "table") {
    collected_.table = parts->value;
  } else if (parts->kind == "histogram") {
    collected_.histogram = parts->value;
  } else if (parts->kind == "done") {
    collected_.done = parts->value;
    collected_.next_end_seq = member(parts->value, "next_end_seq");
  } else if (parts->kind == "error") {
    collected_.error = parts->value;
  }
  return true;
}

ResultCollector::Collected ResultCollector::take() {
  const std::lock_guard lock(mutex_);
  if (collected_.is_full) collected_.next_end_seq = last_seq_;
  return std::exchange(collected_, {});
}

}  // namespace yorozu::api
