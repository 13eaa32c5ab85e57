// A layer for the ATT&CK Navigator (layer format 4.5): every technique that findings point to, coloured by how many.
#include <algorithm>
#include <map>
#include <string>
#include <vector>

#include "base/json_writer.h"
#include "hunt/row_output.h"

namespace yorozu::hunt {

namespace {

struct Technique {
  std::uint64_t count = 0;
  sigma::Level level = sigma::Level::Informational;
  std::map<std::string, std::uint64_t> rules;
};

class Navigator final : public RowOutput {
 public:
  Navigator(const RuleTable& rules, TextOutput& out) : rules_(rules), out_(out), counts_(rules.size()) {}

  Result<void> row(const Row& row) override {
    counts_[row.rule] += row.count;
    return {};
  }
  Result<void> finish(const HuntSummary&) override {
    write_layer();
    return out_.flush();
  }

 private:
  std::map<std::string, Technique> techniques() const {
    std::map<std::string, Technique> out;
    for (std::size_t i = 0; i < counts_.size(); ++i) {
      if (counts_[i] == 0) continue;
      for (const std::string& id : rules_[i].techniques) {
        Technique& technique = out[id];
        technique.count += counts_[i];
        technique.level = std::max(technique.level, rules_[i].level);
        technique.rules[rules_[i].title] += counts_[i];
      }
    }
    return out;
  }

  void write_layer() {
    const auto found = techniques();
    std::uint64_t most = 1;
    for (const auto& [id, technique] : found) most = std::max(most, technique.count);
    JsonWriter json(out_.buffer());
    json.begin_object();
    json.key("name").value("Yorozu hunt");
    json.key("versions").begin_object().key("attack").value("17").key("navigator").value("5.1.0");
    json.key("layer").value("4.5").end_object();
    json.key("domain").value("enterprise-attack");
    json.key("description").value("Techniques that findings of yorozu hunt point to; score: number of findings");
    json.key("sorting").value(3);  // by score, descending
    json.key("techniques").begin_array();
    for (const auto& [id, technique] : found) write_technique(json, id, technique);
    json.end_array();
    json.key("gradient").begin_object().key("colors").begin_array();
    for (const char* color : {"#fff3c4", "#f2994a", "#b3261e"}) json.value(color);
    json.end_array().key("minValue").value(0).key("maxValue").value(most).end_object();
    json.key("hideDisabled").value(false).key("showTacticRowBackground").value(false);
    json.end_object();
    out_.buffer().push_back('\n');
  }

  static void write_technique(JsonWriter& json, const std::string& id, const Technique& technique) {
    std::string comment;
    for (const auto& [title, count] : technique.rules)
      comment.append(comment.empty() ? "" : "\n").append(std::to_string(count)).append(" x ").append(title);
    json.begin_object().key("techniqueID").value(id).key("score").value(technique.count);
    json.key("comment").value(comment).key("enabled").value(true);
    json.key("showSubtechniques").value(id.find('.') != std::string::npos);
    json.key("metadata").begin_array().begin_object();
    json.key("name").value("level").key("value").value(sigma::to_string(technique.level));
    json.end_object().end_array().end_object();
  }

  const RuleTable& rules_;
  TextOutput& out_;
  std::vector<std::uint64_t> counts_;
};

}  // namespace

std::unique_ptr<RowOutput> detail::make_navigator(const RuleTable& rules, TextOutput& out) {
  return std::make_unique<Navigator>(rules, out);
}

}  // namespace yorozu::hunt
