/// Which fields have values that stand in lines, so that filters made of texts and values know them.
#pragma once

#include <string>

#include "event/event.h"

namespace yorozu::archive::search {

/// Of "" (anywhere) too. Facts of the archive (`seq`, `input` ...) and of the head of an event (`event_id`, `time` ...)
/// are none: a number may be written in other ways.
bool is_stored(const std::string& field, const event::Schema& schema);
/// Filters of the index know some facts besides: channel, event id, record id.
bool is_in_filters(const std::string& field, const event::Schema& schema);

}  // namespace yorozu::archive::search
