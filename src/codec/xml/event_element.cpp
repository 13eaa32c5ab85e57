#include "codec/xml/event_element.h"

#include <charconv>
#include <cstring>
#include <pugixml.hpp>
#include <unordered_map>

namespace yorozu::codec::xml {
namespace {

constexpr int kMaxDepth = 64;
constexpr std::size_t kMaxFields = 4096;
constexpr unsigned kParse = pugi::parse_cdata | pugi::parse_escapes | pugi::parse_ws_pcdata_single | pugi::parse_eol;

std::string_view local_name(const char* name) {
  const std::string_view text = name;
  const std::size_t colon = text.rfind(':');
  return colon == std::string_view::npos ? text : text.substr(colon + 1);
}

bool is_namespace(const char* name) {
  return std::strncmp(name, "xmlns", 5) == 0;
}

bool has_elements(pugi::xml_node node) {
  for (const pugi::xml_node child : node.children())
    if (child.type() == pugi::node_element) return true;
  return false;
}

template <class T>
bool read_number(std::string_view text, T& to) {
  while (text.starts_with(' ') || text.starts_with('\n') || text.starts_with('\t')) text.remove_prefix(1);
  T value{};
  if (std::from_chars(text.data(), text.data() + text.size(), value).ec != std::errc()) return false;
  to = value;
  return true;
}

}  // namespace

struct EventElementReader::Impl {
  event::NameTable& names;
  event::LogsourceId windows, linux;
  pugi::xml_document document;
  std::unordered_map<std::string, event::NameId> known;  ///< saves the table's lock; bounded
  Arena* arena = nullptr;
  EventFields* out = nullptr;

  Impl(event::NameTable& name_table, const event::LogsourceMap& logsources)
      : names(name_table),
        windows(logsources.id_of("windows", "", "").value_or(0)),
        linux(logsources.id_of("linux", "", "").value_or(0)) {}

  event::NameId id(std::string_view name) {
    const auto found = known.find(std::string(name));
    if (found != known.end()) return found->second;
    const event::NameId made = names.intern(name);
    if (known.size() < 65536) known.emplace(name, made);
    return made;
  }
  void add(std::string_view name, std::string_view text) {
    if (out->names.size() < kMaxFields) out->add(id(name), text);
  }

  /// Text of `node` itself. One piece is a view into the parsed buffer; several are joined in the arena.
  std::string_view text_of(pugi::xml_node node) {
    const char* first = nullptr;
    std::string joined;
    bool several = false;
    for (const pugi::xml_node child : node.children()) {
      if (child.type() != pugi::node_pcdata && child.type() != pugi::node_cdata) continue;
      if (first == nullptr) {
        first = child.value();
        continue;
      }
      if (!several) joined = first;
      several = true;
      joined += child.value();
    }
    if (several) return arena->copy(joined);
    return first == nullptr ? std::string_view() : std::string_view(first);
  }

  void attributes(pugi::xml_node node, std::string_view element) {
    for (const pugi::xml_attribute attribute : node.attributes()) {
      if (is_namespace(attribute.name())) continue;
      const std::string_view name = local_name(attribute.name());
      if (element == "EventID" && name == "Qualifiers")
        add("Qualifiers", attribute.value());
      else if (element == "Security" && name == "UserId")  // Sysmon for Linux
        add("Security_UserID", attribute.value());
      else
        add(std::string(element) + "_" + std::string(name), attribute.value());
    }
  }

  /// Leaf elements are fields of their own name, wherever they stand.
  void generic(pugi::xml_node node, bool is_data, int depth) {
    const std::string_view name = local_name(node.name());
    attributes(node, name);
    if (depth < kMaxDepth && has_elements(node)) {
      children(node, true, depth);
      return;
    }
    const std::string_view text = text_of(node);
    if (!text.empty() || (is_data && node.first_attribute().empty())) add(name, text);
  }

  void children(pugi::xml_node node, bool is_data, int depth) {
    for (const pugi::xml_node child : node.children())
      if (child.type() == pugi::node_element) generic(child, is_data, depth + 1);
  }

  void data(pugi::xml_node node, int depth) {
    const std::string_view element = local_name(node.name());
    std::string_view field = element;
    for (const pugi::xml_attribute attribute : node.attributes()) {
      if (std::strcmp(attribute.name(), "Name") == 0)
        field = attribute.value();
      else if (!is_namespace(attribute.name()))
        add(std::string(element) + "_" + std::string(local_name(attribute.name())), attribute.value());
    }
    if (has_elements(node))
      children(node, true, depth);
    else
      add(field.empty() ? element : field, text_of(node));
  }

  void event_data(pugi::xml_node node) {
    attributes(node, "EventData");
    for (const pugi::xml_node child : node.children()) {
      if (child.type() != pugi::node_element) continue;
      const std::string_view name = local_name(child.name());
      if (name == "Data" || name == "ComplexData")
        data(child, 1);
      else
        generic(child, true, 1);
    }
  }

  /// <RenderingInfo Culture="en-US"><Message>..</Message><Level>..</Level><Keywords><Keyword>..</Keyword></Keywords>
  void rendering(pugi::xml_node node) {
    for (const pugi::xml_node child : node.children()) {
      const std::string_view name = local_name(child.name());
      if (child.type() != pugi::node_element) continue;
      if (name == "Message")
        add("Message", text_of(child));
      else if (has_elements(child))
        for (const pugi::xml_node inner : child.children())
          add("RenderingInfo_" + std::string(local_name(inner.name())), text_of(inner));
      else if (const std::string_view text = text_of(child); !text.empty())
        add("RenderingInfo_" + std::string(name), text);
    }
  }

  void event(pugi::xml_node root) {
    for (const pugi::xml_node child : root.children()) {
      if (child.type() != pugi::node_element) continue;
      const std::string_view name = local_name(child.name());
      if (name == "System")
        children(child, false, 1);
      else if (name == "EventData")
        event_data(child);
      else if (name == "RenderingInfo")
        rendering(child);
      else
        generic(child, true, 1);
    }
  }

  /// Header values of the event, from the fields just collected.
  void lift() {
    for (std::size_t i = 0; i < out->names.size(); ++i) {
      const std::string_view text = as_text(out->values[i].bytes());
      switch (out->names[i]) {
        case event::name::kEventID:
          if (out->event_id == event::kNoEventId) read_number(text, out->event_id);
          break;
        case event::name::kEventRecordID:
          if (out->record_id == event::kNoRecordId) read_number(text, out->record_id);
          break;
        case event::name::kChannel:
          if (out->channel == event::name::kNone) out->channel = id(text);
          break;
        case event::name::kSystemTime:
          if (!out->time.known())
            if (const auto time = parse_time(text)) out->time = *time;
          break;
        case event::name::kComputer:
          if (out->host == event::kNoIndex && i < event::kNoIndex) out->host = static_cast<std::uint16_t>(i);
          break;
        default:
          break;
      }
    }
    out->logsource = names.text(out->channel).starts_with("Linux-Sysmon") ? linux : windows;
  }
};

EventElementReader::EventElementReader(event::NameTable& names, const event::LogsourceMap& logsources)
    : impl_(std::make_unique<Impl>(names, logsources)) {}

EventElementReader::~EventElementReader() = default;

std::string EventElementReader::read(std::string_view element, Arena& arena, EventFields& out) {
  out.clear();
  impl_->arena = &arena;
  impl_->out = &out;
  // Parsed in place, in memory that lives as long as the batch: names and values are views into it.
  const std::string_view copy = arena.copy(element);
  char* buffer = const_cast<char*>(copy.data());  // arena memory is writable; this copy is ours
  const pugi::xml_parse_result result =
      impl_->document.load_buffer_inplace(buffer, copy.size(), kParse, pugi::encoding_utf8);
  const pugi::xml_node root = impl_->document.document_element();
  if (local_name(root.name()) == "Event") impl_->event(root);
  impl_->lift();
  if (out.names.size() >= kMaxFields) return "more fields than an event can have";
  if (!result) return std::string("XML: ") + result.description() + " at byte " + std::to_string(result.offset);
  if (local_name(root.name()) != "Event") return "XML: not an <Event> element";
  return {};
}

}  // namespace yorozu::codec::xml
