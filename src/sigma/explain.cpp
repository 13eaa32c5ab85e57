#include "sigma/explain.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "sigma/explain_words.h"

namespace yorozu::sigma {
namespace {

using message::Id;
using message::Lang;

/// Tests of one field with one verb, said together.
struct Sentence {
  Words words;
  std::vector<std::string> values;
};

class TreeWriter {
 public:
  TreeWriter(Lang lang, std::string& out) : lang_(lang), out_(out) {}

  void write(const Node& node, int depth);

 private:
  void line(int depth, std::string_view label, std::string_view text) {
    out_.append(static_cast<std::size_t>(depth) * 2, ' ').append("- ");
    if (!label.empty()) out_.append(label).append(": ");
    out_.append(text).append("\n");
  }
  std::string say(const Sentence& sentence, Id joiner) const {
    const std::string values = join_values(sentence.values, joiner, lang_);
    return message::format(lang_, sentence.words.verb, sentence.words.field, values);
  }
  void write_not(const Node& node, int depth);
  void write_group(const Node& node, Id heading, int depth);

  Lang lang_;
  std::string& out_;
};

/// Plain tests among the children, put together where field and verb agree; children with a name of their own stay.
std::vector<Sentence> sentences_of(const Node& node, Lang lang) {
  std::vector<Sentence> out;
  for (const Node& child : node.children) {
    if (!child.test || !child.label.empty()) continue;
    Words words = words_of(*child.test, lang);
    const auto same = std::ranges::find_if(out, [&](const Sentence& sentence) {
      return sentence.words.verb == words.verb && sentence.words.field == words.field && !words.value.empty();
    });
    std::string value = words.value;
    if (same != out.end())
      same->values.push_back(std::move(value));
    else
      out.push_back({std::move(words), {std::move(value)}});
  }
  return out;
}

void TreeWriter::write_group(const Node& node, Id heading, int depth) {
  const std::vector<Sentence> sentences = sentences_of(node, lang_);
  const Id joiner = node.kind == Node::Kind::And ? Id::ExplainAnd : Id::ExplainOr;
  const auto is_plain = [](const Node& child) { return child.test && child.label.empty(); };
  const bool one_sentence = sentences.size() == 1 && std::ranges::all_of(node.children, is_plain);
  const bool plain_heading = heading == Id::ExplainAllOf || heading == Id::ExplainAnyOf;
  if (one_sentence && plain_heading) return line(depth, node.label, say(sentences.front(), joiner));
  line(depth, node.label, message::text(lang_, heading));
  for (const Sentence& sentence : sentences) line(depth + 1, "", say(sentence, joiner));
  for (const Node& child : node.children)
    if (!is_plain(child)) write(child, depth + 1);
}

void TreeWriter::write_not(const Node& node, int depth) {
  const Node& child = node.children.front();
  if (child.kind == Node::Kind::Or && child.label.empty()) return write_group(child, Id::ExplainNoneOf, depth);
  line(depth, node.label, message::text(lang_, Id::ExplainNotThis));
  write(child, depth + 1);
}

void TreeWriter::write(const Node& node, int depth) {
  switch (node.kind) {
    case Node::Kind::And:
      return write_group(node, Id::ExplainAllOf, depth);
    case Node::Kind::Or:
      return write_group(node, Id::ExplainAnyOf, depth);
    case Node::Kind::Not:
      return write_not(node, depth);
    case Node::Kind::Constant:
      return line(depth, node.label, message::text(lang_, node.constant ? Id::ExplainAlways : Id::ExplainNever));
    case Node::Kind::Test:
      break;
  }
  const Words words = words_of(*node.test, lang_);
  line(depth, node.label, message::format(lang_, words.verb, words.field, words.value));
}

std::string joined(const std::vector<std::string>& list) {
  std::string out;
  for (const std::string& text : list) out.append(out.empty() ? "" : ", ").append(text);
  return out;
}

std::string logsource_text(const Logsource& logsource) {
  std::string out;
  for (const std::string* part : {&logsource.product, &logsource.category, &logsource.service})
    if (!part->empty()) out.append(out.empty() ? "" : " / ").append(*part);
  return out;
}

}  // namespace

void append_head(const Metadata& meta, Lang lang, std::string& out) {
  const bool japanese = lang == Lang::Ja;
  const std::string& title = japanese && !meta.title_ja.empty() ? meta.title_ja : meta.title;
  const std::string& description = japanese && !meta.description_ja.empty() ? meta.description_ja : meta.description;
  out += message::format(lang, Id::ExplainHeading, title, to_string(meta.level)) + "\n";
  if (!description.empty()) out += description + (description.ends_with('\n') ? "" : "\n");
  std::vector<std::string> attack = meta.tactics();
  std::ranges::move(meta.techniques(), std::back_inserter(attack));
  if (!attack.empty()) out += message::format(lang, Id::ExplainTactics, joined(attack)) + "\n";
}

void append_tail(const Metadata& meta, Lang lang, std::string& out) {
  if (!meta.falsepositives.empty())
    out += message::format(lang, Id::ExplainFalsePositives, joined(meta.falsepositives)) + "\n";
}

std::string explain(const Rule& rule, Lang lang) {
  std::string out;
  append_head(rule.meta, lang, out);
  out += message::format(lang, Id::ExplainLogsource, logsource_text(rule.logsource)) + "\n";
  if (!rule.logsource.definition.empty())
    out += message::format(lang, Id::ExplainNeeds, rule.logsource.definition) + "\n";
  out.append(message::text(lang, Id::ExplainFiresWhen)).append("\n");
  TreeWriter(lang, out).write(rule.condition, 1);
  for (const std::string& list : rule.empty_placeholders)
    out += message::format(lang, Id::ExplainEmptyList, list) + "\n";
  if (!rule.alerts) out.append(message::text(lang, Id::ExplainSilent)).append("\n");
  append_tail(rule.meta, lang, out);
  return out;
}

}  // namespace yorozu::sigma
