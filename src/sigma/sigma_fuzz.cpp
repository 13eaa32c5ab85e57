/// Any text as a Sigma file: it must load or be refused, in bounded time and memory, and what loads can be evaluated,
/// explained and written back.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>

#include "event/event.h"
#include "sigma/explain.h"
#include "sigma/load.h"
#include "sigma/naive.h"
#include "sigma/pattern.h"

namespace {

using namespace yorozu;

/// Written back and read again, a pattern is the same.
void check_patterns(const sigma::Node& node) {
  if (node.test)
    if (const auto* pattern = std::get_if<sigma::Pattern>(&node.test->matcher))
      if (sigma::parse_pattern(sigma::to_text(*pattern)).parts != pattern->parts) std::abort();
  for (const sigma::Node& child : node.children) check_patterns(child);
}

void evaluate(const sigma::Rule& rule) {
  event::Schema schema;
  event::EventBatch batch;
  const event::NameId names[] = {schema.names.intern("Image"), schema.names.intern("EventID")};
  batch.values = {event::utf8_value("C:\\Windows\\System32\\cmd.exe -a /b"), event::utf8_value("4688")};
  event::Event event;
  event.shape = event::shape_for(names, schema, batch);
  const sigma::EventFields fields(event, batch, schema.names);
  const sigma::Oracle oracle(rule.condition);
  if (oracle.matches(fields) != oracle.evaluate(fields).result) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size > 16384) return 0;
  sigma::LoadOptions options;
  options.placeholders = {{"L", {"one", "t*o"}}, {"E", {}}};
  const sigma::RuleText text{"fuzz.yml", std::string(reinterpret_cast<const char*>(data), size)};
  const sigma::RuleSet set = sigma::load({&text, 1}, options);
  if (set.failed > set.documents) std::abort();
  for (const sigma::Rule& rule : set.rules) {
    check_patterns(rule.condition);
    evaluate(rule);
    sigma::explain(rule, message::Lang::Ja);
  }
  for (const sigma::Correlation& correlation : set.correlations) sigma::explain(correlation, set, message::Lang::En);
  return 0;
}
