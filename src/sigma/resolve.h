/// Correlations name their rules; this finds them, puts chains in order and decides who alerts.
#pragma once

#include <vector>

#include "sigma/rule.h"

namespace yorozu::sigma {

/// Adds to `set.correlations` those of `parsed` whose members all exist, members before those who rest on them; cycles,
/// unknown and ambiguous names are errors in `set.diagnostics` and count in `set.failed`. Sets Rule::alerts and
/// Correlation::alerts: what a correlation uses alerts by itself only if one that uses it says `generate: true`.
void resolve_correlations(std::vector<Correlation> parsed, RuleSet& set);

}  // namespace yorozu::sigma
