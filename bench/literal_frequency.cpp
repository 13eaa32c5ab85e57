// Makes src/detect/data/literal_frequency.tsv: which short runs of bytes stand how often in which field, counted in
// sample logs. Only files whose name has an even hash count; measurements run on the others.
//   literal_frequency RULES PATH... > src/detect/data/literal_frequency.tsv
#include <cstdio>
#include <map>
#include <set>
#include <unordered_map>
#include <unordered_set>

#include "base/hash.h"
#include "corpus.h"
#include "detect/event_texts.h"
#include "event/logsource.h"
#include "hunt/rule_source.h"

namespace {

using namespace yorozu;

constexpr std::uint32_t kFewest = 100;  // values of a field that make a statement
constexpr double kRarest = 0.02;        // of the events that have the field
constexpr std::size_t kLongest = 4000;  // bytes of one value that are looked at

struct Field {
  std::uint32_t events = 0;
  std::unordered_map<std::string, std::uint32_t> grams;
};

void count(std::string_view text, Field& field) {
  ++field.events;
  std::unordered_set<std::string_view> seen;
  text = text.substr(0, kLongest);
  for (std::size_t size = 3; size <= 4; ++size)
    for (std::size_t at = 0; at + size <= text.size(); ++at) seen.insert(text.substr(at, size));
  for (const std::string_view gram : seen) ++field.grams[std::string(gram)];
}

void collect(const sigma::Node& node, std::set<std::string>& fields) {
  if (node.test && std::holds_alternative<sigma::Pattern>(node.test->matcher)) fields.insert(node.test->field);
  for (const sigma::Node& child : node.children) collect(child, fields);
}

/// Names that rules compare with texts, and what the map of logsources makes of them.
std::set<std::string> fields_of_rules(const std::string& folder) {
  std::set<std::string> out;
  const std::string paths[] = {folder};
  const auto texts = hunt::read_rules(paths);
  if (!texts) return out;
  for (const sigma::Rule& rule : sigma::load(texts->texts).rules) collect(rule.condition, out);
  for (const std::uint32_t id : {4688U, 4657U, 5156U})
    for (const event::Role& role : event::LogsourceMap::builtin().roles({0, "Security", id}))
      for (const auto& [rule_name, name] : role.renames) out.insert(name);
  return out;
}

}  // namespace

int main(int argc, char** argv) {
  event::Schema schema;
  const event::LogsourceMap& map = event::LogsourceMap::builtin();
  std::map<std::string, Field> fields;
  std::map<codec::Format, std::unique_ptr<codec::UnitDecoder>> decoders;
  detect::EventTexts texts;
  event::EventBatch batch;
  if (argc < 3) return 2;
  const std::set<std::string> wanted = fields_of_rules(argv[1]);
  for (const bench::CorpusFile& file : bench::read_corpus({argv + 2, argv + argc}, {".evtx", ".json", ".jsonl"})) {
    if (!bench::is_for_tables(file.name)) continue;
    auto& decoder = decoders[file.format];
    if (!decoder) decoder = codec::make_decoder(file.format, schema, map, {});
    bench::for_each_batch(file, *decoder, batch, [&](const event::EventBatch& events) {
      for (const event::Event& event : events.events) {
        texts.start(event, events);
        for (std::size_t i = 0; i < event.shape->names.size(); ++i) {
          const std::string name(schema.names.text(event.shape->names[i]));
          if (!wanted.contains(name)) continue;
          const std::string_view text = texts.scan_text(static_cast<std::uint16_t>(i));
          if (!text.empty()) count(text, fields[name]);
        }
      }
    });
  }
  std::printf("# Field, events that had it; below it: bytes in hex, percent of them that contain these bytes.\n");
  std::printf("# Made by bench/literal_frequency.cpp; docs/detection.md says from what.\n");
  for (const auto& [name, field] : fields) {
    if (field.events < kFewest || name.find_first_of("\t\n") != name.npos) continue;
    std::printf("%s\t%u\n", name.c_str(), field.events);
    const std::map<std::string, std::uint32_t> sorted(field.grams.begin(), field.grams.end());
    for (const auto& [gram, events] : sorted) {
      const double share = events / static_cast<double>(field.events);
      if (share >= kRarest) std::printf("\t%s\t%.0f\n", to_hex(as_bytes(gram)).c_str(), 100 * share);
    }
  }
  return 0;
}
