#include "app/indexing/progress_line.h"

#include <nlohmann/json.hpp>

namespace yorozu::indexing {

using archive::index::IndexerProgress;
using nlohmann::json;

std::string progress_line(const IndexerProgress& progress) {
  return json{{"segments", progress.segments},
              {"behind", progress.behind},
              {"behind_bytes", progress.behind_bytes},
              {"behind_since_us", progress.behind_since.us},
              {"built", progress.built},
              {"built_events", progress.built_events},
              {"merged", progress.merged},
              {"found_damaged", progress.found_damaged},
              {"problem", progress.problem}}
      .dump(-1, ' ', false, json::error_handler_t::replace);
}

std::optional<IndexerProgress> parse_progress_line(std::string_view line) {
  const json object = json::parse(line, nullptr, false);
  if (!object.is_object()) return std::nullopt;
  try {
    IndexerProgress out;
    object.at("segments").get_to(out.segments);
    object.at("behind").get_to(out.behind);
    object.at("behind_bytes").get_to(out.behind_bytes);
    object.at("behind_since_us").get_to(out.behind_since.us);
    object.at("built").get_to(out.built);
    object.at("built_events").get_to(out.built_events);
    object.at("merged").get_to(out.merged);
    object.at("found_damaged").get_to(out.found_damaged);
    object.at("problem").get_to(out.problem);
    return out;
  } catch (const json::exception&) {
    return std::nullopt;
  }
}

}  // namespace yorozu::indexing
