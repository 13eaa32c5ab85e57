/// Texts of the values of one event, made when somebody first asks and kept until the next event. A value that is an
/// array is several texts.
///
/// Folded texts of a position stand in one run, each between kBegin and kEnd, so that anchored literals are plain
/// literals with one of these bytes in front or behind: \x01 element \x02 \x01 element \x02.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "base/buffer.h"
#include "event/event.h"
#include "sigma/cidr.h"

namespace yorozu::detect {

class EventTexts {
 public:
  static constexpr char kBegin = '\x01';
  static constexpr char kEnd = '\x02';

  /// Forgets the texts of the event before.
  void start(const event::Event& event, const event::EventBatch& batch);

  const event::Event& event() const { return *event_; }
  const event::EventBatch& batch() const { return *batch_; }
  const event::Value& value(std::uint16_t position) const { return values_[position]; }

  /// True when `accept(text)` is true for the text of one element; false for null values.
  template <class F>
  bool any_folded(std::uint16_t position, F&& accept) {
    return any(folded(position), folded_text_, accept);
  }
  template <class F>
  bool any_raw(std::uint16_t position, F&& accept) {
    return any(raw(position), raw_text_, accept);
  }
  /// The same for addresses; elements that are none are passed over. Parsed once: lists of networks ask many times.
  template <class F>
  bool any_address(std::uint16_t position, F&& accept) {
    if (values_[position].is_array)
      return any_raw(position, [&accept](std::string_view text) {
        const auto address = sigma::parse_address(text);
        return address && accept(*address);
      });
    const AddressSlot& slot = address(position);
    return slot.address && accept(*slot.address);
  }
  /// The folded elements with their sentinels; "" for a null value. Void after the next call of any member.
  std::string_view scan_text(std::uint16_t position);
  /// Where the elements of `position` stand in scan_text(position): [begin, end) of the bytes between the sentinels.
  template <class F>
  bool any_bounds(std::uint16_t position, F&& accept) {
    const Slot& slot = folded(position);
    if (slot.is_null) return false;
    if (!slot.is_array) return accept(slot.only.begin - slot.start, slot.only.end - slot.start);
    for (std::uint32_t i = 0; i < slot.count; ++i) {
      const Piece& piece = pieces_[slot.first + i];
      if (accept(piece.begin - slot.start, piece.end - slot.start)) return true;
    }
    return false;
  }
  /// Several positions in one run: texts that are made after mark() follow each other in since(mark).
  std::size_t mark() const { return folded_text_.size(); }
  void make(std::uint16_t position) { folded(position); }
  std::string_view since(std::size_t mark) const { return folded_text_.view_from(mark); }

 private:
  struct Piece {
    std::uint32_t begin, end;
  };
  struct Slot {
    std::uint32_t epoch = 0;
    std::uint32_t start = 0, end = 0;    ///< in the text, sentinels included
    Piece only{0, 0};                    ///< of a value that is no array
    std::uint32_t first = 0, count = 0;  ///< of an array: in pieces_
    bool is_array = false, is_null = false;
  };
  const Slot& folded(std::uint16_t position) {
    Slot& slot = folded_.data()[position];
    if (slot.epoch != epoch_) make_folded(position, slot);
    return slot;
  }
  const Slot& raw(std::uint16_t position) {
    Slot& slot = raw_.data()[position];
    if (slot.epoch != epoch_) make_raw(position, slot);
    return slot;
  }
  struct AddressSlot {
    std::uint32_t epoch = 0;
    std::optional<sigma::Address> address;
  };
  const AddressSlot& address(std::uint16_t position) {
    AddressSlot& slot = addresses_.data()[position];
    if (slot.epoch != epoch_) make_address(position, slot);
    return slot;
  }
  void make_address(std::uint16_t position, AddressSlot& slot);
  void begin(Slot& slot, const event::Value& value, const Buffer& text);
  void make_folded(std::uint16_t position, Slot& slot);
  void make_raw(std::uint16_t position, Slot& slot);

  template <class F>
  bool any(const Slot& slot, const Buffer& text, F&& accept) {
    if (slot.is_null) return false;
    if (!slot.is_array) return accept(std::string_view(text.data() + slot.only.begin, slot.only.end - slot.only.begin));
    for (std::uint32_t i = 0; i < slot.count; ++i) {
      const Piece& piece = pieces_[slot.first + i];
      if (accept(std::string_view(text.data() + piece.begin, piece.end - piece.begin))) return true;
    }
    return false;
  }

  const event::Event* event_ = nullptr;
  const event::EventBatch* batch_ = nullptr;
  const event::Value* values_ = nullptr;
  std::uint32_t epoch_ = 0;
  std::vector<Slot> folded_, raw_;
  std::vector<AddressSlot> addresses_;
  std::vector<Piece> pieces_;
  Buffer folded_text_, raw_text_;
};

}  // namespace yorozu::detect
