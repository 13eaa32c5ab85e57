/// An event as one line for people: `2026-11-24 10:02:03.456 +09:00  PC1  Security 4625  TargetUserName: bob ¦ ...`.
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "base/time.h"
#include "event/event.h"
#include "query/evaluate.h"

namespace yorozu::hunt {

/// Control characters are made visible; with `color`, what `hits` found is marked. `only`: names of the fields to show.
std::string event_line(const event::Event& event, const event::EventBatch& batch, const event::Schema& schema,
                       const TimeZone& zone, std::span<const std::string> only, std::span<const query::Hit> hits,
                       bool color);

/// `text` safe for a terminal, every place where one of `needles` (normal form) stands in it marked. Only places where
/// normal form changed letters' case are found: a hit in half-width kana stays unmarked.
std::string marked(std::string_view text, std::span<const std::string_view> needles);

}  // namespace yorozu::hunt
