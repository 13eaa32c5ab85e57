#include "codec/evtx/instance.h"

#include <fmt/core.h>

#include <algorithm>

namespace yorozu::codec::evtx {

namespace {
/// Token, unknown byte, template id, offset of the definition.
constexpr std::uint32_t kInstanceHead = 10;
}  // namespace

bool InstanceReader::read(std::uint32_t begin, std::uint32_t end, Instance& into) {
  const std::uint8_t* const chunk = templates_.chunk().data();
  std::uint32_t at = begin;
  while (end - at >= 4 && chunk[at] == static_cast<std::uint8_t>(Token::FragmentHeader)) at += 4;
  if (at < end && chunk[at] == static_cast<std::uint8_t>(Token::TemplateInstance)) return read_template(at, end, into);

  auto parsed = parse_binary_xml(templates_.chunk(), at, end, Place::Fragment);
  if (!parsed) {
    note(parsed.error().message);
    return false;
  }
  into = {};
  into.own = std::move(parsed->tree);
  into.end = parsed->end;
  return true;
}

bool InstanceReader::is_element_at(std::uint32_t begin, std::uint32_t end) const {
  const std::uint8_t* const chunk = templates_.chunk().data();
  while (end - begin >= 4 && chunk[begin] == static_cast<std::uint8_t>(Token::FragmentHeader)) begin += 4;
  return begin < end && (chunk[begin] & ~kTokenFlag) == static_cast<std::uint8_t>(Token::OpenStartElement);
}

std::uint32_t InstanceReader::next_fragment(std::uint32_t at, std::uint32_t end) const {
  const std::uint8_t* const chunk = templates_.chunk().data();
  while (at < end && chunk[at] == static_cast<std::uint8_t>(Token::EndOfStream)) ++at;
  if (end - at < 2 || chunk[at + 1] != 1) return end;  // both have a 1 here
  const auto token = static_cast<Token>(chunk[at]);
  return token == Token::FragmentHeader || token == Token::TemplateInstance ? at : end;
}

bool InstanceReader::read_template(std::uint32_t at, std::uint32_t end, Instance& into) {
  const ByteView chunk = templates_.chunk();
  if (end - at < kInstanceHead + 4) {
    note(fmt::format("template instance at {:#x} is cut off", at));
    return false;
  }
  const auto definition_id = load_le<std::uint32_t>(chunk.data() + at + 2);
  const auto definition = load_le<std::uint32_t>(chunk.data() + at + 6);
  into.definition = templates_.find(definition);
  into.own.reset();
  into.first_slot = slots_.size();
  into.slot_count = 0;
  into.end = end;
  if (into.definition == nullptr) note(templates_.error());

  at += kInstanceHead;
  if (definition == at) {  // it stands right here
    const auto size =
        end - at < definition_at::kBody ? UINT32_MAX : load_le<std::uint32_t>(chunk.data() + at + definition_at::kSize);
    if (end - at < definition_at::kBody || size > end - at - definition_at::kBody) {
      note(fmt::format("template definition at {:#x} is longer than its record", at));
      return into.definition != nullptr;
    }
    at += static_cast<std::uint32_t>(definition_at::kBody) + size;
  } else if (into.definition != nullptr &&
             load_le<std::uint32_t>(chunk.data() + definition + definition_at::kGuid) != definition_id) {
    // The place was written over by another definition: its names would be put to the wrong values.
    note(fmt::format("template definition at {:#x} is not the one of this record", definition));
    into.definition = nullptr;
  }
  if (end - at < 4) {
    note(fmt::format("values of the template instance are missing at {:#x}", at));
    return into.definition != nullptr;
  }
  into.slot_count = load_le<std::uint32_t>(chunk.data() + at);
  if (into.slot_count > (end - at - 4) / 4) {
    note(fmt::format("template instance announces {} values, more than fit", into.slot_count));
    into.slot_count = 0;
    return into.definition != nullptr;
  }
  into.end = read_slots(at + 4, end, into.slot_count);
  if (into.definition != nullptr && into.slot_count < into.definition->slot_count)
    note(fmt::format("template wants {} values, the record has {}", into.definition->slot_count, into.slot_count));
  return true;
}

/// Descriptors (size 2, type 1, zero 1), then the values one after the other.
std::uint32_t InstanceReader::read_slots(std::uint32_t at, std::uint32_t end, std::uint32_t count) {
  const std::uint8_t* descriptor = templates_.chunk().data() + at;
  std::uint32_t offset = at + 4 * count;
  slots_.resize(slots_.size() + count);
  StoredSlot* out = slots_.data() + slots_.size() - count;
  for (std::uint32_t i = 0; i < count; ++i, descriptor += 4) {
    auto size = load_le<std::uint16_t>(descriptor);
    if (size > end - offset) [[unlikely]] {
      note(fmt::format("value {} is longer than what is left of the record", i));
      size = static_cast<std::uint16_t>(end - offset);
    }
    out[i] = {offset, size, descriptor[2]};
    offset += size;
  }
  return offset;
}

}  // namespace yorozu::codec::evtx
