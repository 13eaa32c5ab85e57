#include "codec/evtx/template_store.h"

#include <fmt/core.h>

#include <algorithm>
#include <cstring>

namespace yorozu::codec::evtx {

namespace {

void append_number(std::uint64_t number, std::string& out) {
  for (int i = 0; i < 4; ++i) out += static_cast<char>(number >> (8 * i));
}
void append_counted(std::string_view text, std::string& out) {
  append_number(text.size(), out);
  out += text;
}

void append_parts(const std::vector<Part>& parts, std::string& out) {
  append_number(parts.size(), out);
  for (const Part& part : parts) {
    out += static_cast<char>(part.kind);
    out += static_cast<char>(part.slot_type);
    append_number(part.slot, out);
    append_number(part.index, out);
    append_counted(part.text, out);
  }
}

/// Everything a tree says, unambiguously: two trees are equal when their texts are.
std::string canonical(const Tree& tree) {
  std::string out;
  append_parts(tree.roots, out);
  for (const Element& element : tree.elements) {
    append_counted(element.name, out);
    append_number(element.attributes.size(), out);
    for (const Attribute& attribute : element.attributes) {
      append_counted(attribute.name, out);
      append_parts(attribute.content, out);
    }
    append_parts(element.content, out);
    out += element.has_empty_tag ? '/' : '>';
  }
  return out;
}

void count_slots(const std::vector<Part>& parts, std::uint32_t& count) {
  for (const Part& part : parts)
    if (part.kind == PartKind::Slot || part.kind == PartKind::OptionalSlot)
      count = std::max<std::uint32_t>(count, part.slot + 1U);
}

std::uint32_t slot_count(const Tree& tree) {
  std::uint32_t count = 0;
  count_slots(tree.roots, count);
  for (const Element& element : tree.elements) {
    count_slots(element.content, count);
    for (const Attribute& attribute : element.attributes) count_slots(attribute.content, count);
  }
  return count;
}

bool equal_under_mask(const std::uint8_t* a, const std::uint8_t* b, const std::uint8_t* mask, std::size_t size) {
  std::uint64_t difference = 0;
  std::size_t i = 0;
  for (; i + 32 <= size; i += 32)
    for (std::size_t k = 0; k < 32; k += 8)
      difference |= (load_le<std::uint64_t>(a + i + k) ^ load_le<std::uint64_t>(b + i + k)) &
                    load_le<std::uint64_t>(mask + i + k);
  for (; i < size; ++i) difference |= static_cast<std::uint64_t>((a[i] ^ b[i]) & mask[i]);
  return difference == 0;
}

}  // namespace

bool TemplateStore::begin_chunk(ByteView chunk) {
  chunk_ = chunk;
  ++generation_;
  budget_ = kParseBudget;
  if (templates_.size() <= kMaxTemplates && bytes_ <= kMaxBytes) return false;
  layouts_.clear();
  templates_.clear();
  bytes_ = 0;
  return true;
}

const Template* TemplateStore::find_slowly(std::uint32_t offset) {
  Known& known = known_[(offset >> 3U) % known_.size()];
  const Template* const found = resolve(offset);
  known = {offset, generation_, found};
  return found;
}

const Template* TemplateStore::resolve(std::uint32_t offset) {
  if (offset < kChunkHeaderSize || offset > chunk_.size() || chunk_.size() - offset < definition_at::kBody) {
    error_ = fmt::format("template definition at {:#x} lies outside the chunk", offset);
    return nullptr;
  }
  const auto size = load_le<std::uint32_t>(chunk_.data() + offset + definition_at::kSize);
  const std::uint32_t body = offset + static_cast<std::uint32_t>(definition_at::kBody);
  if (size == 0 || size > chunk_.size() - body) {
    error_ = fmt::format("template definition at {:#x} has an impossible size", offset);
    return nullptr;
  }
  std::array<std::uint8_t, 20> key;
  std::memcpy(key.data(), chunk_.data() + offset + definition_at::kGuid, key.size());
  if (const auto seen = layouts_.find(key); seen != layouts_.end()) {
    for (Layout& layout : seen->second)
      if (matches(layout, body)) {
        const Template* const found = layout.found;
        if (&layout != seen->second.data()) std::swap(layout, seen->second.front());
        return found;
      }
  }
  return learn(body, size, key);
}

bool TemplateStore::matches(const Layout& layout, std::uint32_t body) const {
  const std::uint8_t* const at = chunk_.data() + body;
  if (!equal_under_mask(at, layout.bytes.data(), layout.mask.data(), layout.bytes.size())) return false;
  for (const NameReference& name : layout.names) {
    const auto offset = load_le<std::uint32_t>(at + name.at);
    if (name.is_inline) {
      if (offset != body + name.at + 4) return false;
      continue;
    }
    // The offset must not lead to the place behind itself either: then the name would be part of the definition.
    if (offset < kChunkHeaderSize || offset == body + name.at + 4 ||
        std::size_t{offset} + 4 + name.stored.size() > chunk_.size() ||
        std::memcmp(chunk_.data() + offset + 4, name.stored.data(), name.stored.size()) != 0)
      return false;
  }
  return true;
}

const Template* TemplateStore::learn(std::uint32_t body, std::uint32_t size, const std::array<std::uint8_t, 20>& key) {
  if (size > budget_) {
    error_ = "too many template definitions in one chunk";
    return nullptr;
  }
  budget_ -= size;
  auto parsed = parse_binary_xml(chunk_, body, body + size, Place::Definition);
  if (!parsed) {
    error_ = "template definition: " + parsed.error().message;
    return nullptr;
  }
  for (const Part& root : parsed->tree.roots)
    if (root.kind == PartKind::Instance) {
      error_ = "template definition that holds a template instance";
      return nullptr;
    }
  Layout layout;
  layout.bytes.assign(chunk_.begin() + body, chunk_.begin() + body + size);
  layout.mask.assign(size, 0xFF);
  for (const NameReference& name : parsed->names)
    std::memset(layout.mask.data() + name.at, 0, name.is_inline ? 8 : 4);  // and where the next name is
  layout.names = std::move(parsed->names);
  std::string says = canonical(parsed->tree);
  bytes_ += 2 * size + says.size() * 3 + layout.names.size() * 80;
  std::unique_ptr<Template>& slot = templates_[std::move(says)];
  if (!slot) {
    slot = std::make_unique<Template>();
    slot->id = static_cast<std::uint32_t>(templates_.size() - 1);
    slot->slot_count = slot_count(parsed->tree);
    slot->tree = std::move(parsed->tree);
  }
  layout.found = slot.get();
  const Template* const found = layout.found;
  std::vector<Layout>& layouts = layouts_[key];
  if (layouts.size() < kMaxLayouts)
    layouts.push_back(std::move(layout));
  else
    layouts.back() = std::move(layout);
  return found;
}

}  // namespace yorozu::codec::evtx
