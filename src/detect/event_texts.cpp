#include "detect/event_texts.h"

#include <algorithm>

#include "base/text.h"

namespace yorozu::detect {

namespace {

/// One monstrous value must not hold its memory for good.
constexpr std::size_t kKeepBytes = std::size_t{1} << 20;

}  // namespace

void EventTexts::start(const event::Event& event, const event::EventBatch& batch) {
  event_ = &event;
  batch_ = &batch;
  values_ = batch.values.data() + event.first_value;
  const std::size_t count = std::min<std::size_t>(event.shape->names.size(), UINT16_MAX);
  if (folded_.size() < count) {
    folded_.resize(count);
    raw_.resize(count);
    addresses_.resize(count);
  }
  if (++epoch_ == 0) {  // once in 2^32 events
    std::fill(folded_.begin(), folded_.end(), Slot{});
    std::fill(raw_.begin(), raw_.end(), Slot{});
    std::fill(addresses_.begin(), addresses_.end(), AddressSlot{});
    epoch_ = 1;
  }
  pieces_.clear();
  folded_text_.clear();
  raw_text_.clear();
  folded_text_.shrink(kKeepBytes);
  raw_text_.shrink(kKeepBytes);
}

void EventTexts::begin(Slot& slot, const event::Value& value, const Buffer& text) {
  slot.epoch = epoch_;
  slot.is_null = value.is_null();
  slot.is_array = value.is_array && !slot.is_null;
  slot.first = static_cast<std::uint32_t>(pieces_.size());
  slot.start = static_cast<std::uint32_t>(text.size());
}

void EventTexts::make_folded(std::uint16_t position, Slot& slot) {
  const event::Value& value = values_[position];
  begin(slot, value, folded_text_);
  if (value.type == event::ValueType::Utf16 && !value.is_array) {  // nearly all that is asked for
    char* const start = folded_text_.reserve(std::size_t{value.size} / 2 * 3 + 2);
    *start = kBegin;
    char* const end = write_utf8_folded(value.bytes(), start + 1);
    *end = kEnd;
    folded_text_.advance(static_cast<std::size_t>(end + 1 - start));
    slot.end = static_cast<std::uint32_t>(folded_text_.size());
    slot.only = {slot.start + 1, slot.end - 1};
    slot.count = 0;
    return;
  }
  const auto add = [this](const event::Value& element) {
    folded_text_.append(kBegin);
    const auto start = static_cast<std::uint32_t>(folded_text_.size());
    event::append_text_folded(element, folded_text_);
    const Piece piece{start, static_cast<std::uint32_t>(folded_text_.size())};
    folded_text_.append(kEnd);
    return piece;
  };
  if (slot.is_array)
    event::for_each_element(value, [&](const event::Value& element) { pieces_.push_back(add(element)); });
  else if (!slot.is_null)
    slot.only = add(value);
  slot.count = static_cast<std::uint32_t>(pieces_.size()) - slot.first;
  slot.end = static_cast<std::uint32_t>(folded_text_.size());
}

void EventTexts::make_raw(std::uint16_t position, Slot& slot) {
  const event::Value& value = values_[position];
  begin(slot, value, raw_text_);
  const auto add = [this](const event::Value& element) {
    const auto start = static_cast<std::uint32_t>(raw_text_.size());
    event::append_text(element, raw_text_);
    return Piece{start, static_cast<std::uint32_t>(raw_text_.size())};
  };
  if (slot.is_array)
    event::for_each_element(value, [&](const event::Value& element) { pieces_.push_back(add(element)); });
  else if (!slot.is_null)
    slot.only = add(value);
  slot.count = static_cast<std::uint32_t>(pieces_.size()) - slot.first;
}

void EventTexts::make_address(std::uint16_t position, AddressSlot& slot) {
  slot.epoch = epoch_;
  slot.address.reset();
  any_raw(position, [&slot](std::string_view text) {
    slot.address = sigma::parse_address(text);
    return true;
  });
}

std::string_view EventTexts::scan_text(std::uint16_t position) {
  const Slot& slot = folded(position);
  return {folded_text_.data() + slot.start, slot.end - slot.start};
}

}  // namespace yorozu::detect
