/// One fragment of binary XML in a record or in a value: mostly a template and the values for its slots.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "codec/evtx/layout.h"
#include "codec/evtx/stored_value.h"
#include "codec/evtx/template_store.h"
#include "codec/evtx/tree.h"

namespace yorozu::codec::evtx {

/// A value's place: bytes from the start of the chunk.
struct StoredSlot {
  std::uint32_t offset = 0;
  std::uint16_t size = 0;
  std::uint8_t type = 0;

  bool is_binary_xml() const { return type == kBinXmlType && size != 0; }
};

/// `definition` and slots `first_slot`.. of the reader; or a tree of its own (no template).
struct Instance {
  const Template* definition = nullptr;
  std::size_t first_slot = 0;
  std::uint32_t slot_count = 0;
  std::optional<Tree> own;
  std::uint32_t end = 0;  ///< behind the last value, from the start of the chunk
};

/// Reads instances out of one chunk after the other. Slots lie on a stack: take `mark()` before, `release` it after.
class InstanceReader {
 public:
  explicit InstanceReader(TemplateStore& templates) : templates_(templates) {}

  /// The fragment in `begin`..`end` of the store's chunk. False when nothing of it can be read; `problem()` says why,
  /// and also what was wrong with a fragment that could be read in part.
  bool read(std::uint32_t begin, std::uint32_t end, Instance& into);

  /// Whether a fragment in `begin`..`end` begins with an element.
  bool is_element_at(std::uint32_t begin, std::uint32_t end) const;
  /// Where another fragment begins at `at` (behind the one just read), else `end`: some writers put two in one value.
  std::uint32_t next_fragment(std::uint32_t at, std::uint32_t end) const;

  const StoredSlot* slots(const Instance& of) const { return slots_.data() + of.first_slot; }
  StoredSlot slot(const Instance& of, std::uint32_t index) const {
    return index < of.slot_count ? slots_[of.first_slot + index] : StoredSlot{};
  }
  event::Value value(StoredSlot slot) const {
    return to_value(templates_.chunk().data() + slot.offset, slot.size, slot.type);
  }
  ByteView chunk() const { return templates_.chunk(); }

  std::size_t mark() const { return slots_.size(); }
  void release(std::size_t mark) { slots_.resize(mark); }

  /// The first thing that was wrong since clear_problem(); "" when all was well.
  const std::string& problem() const { return problem_; }
  void clear_problem() { problem_.clear(); }
  void note(std::string what) {
    if (problem_.empty()) problem_ = std::move(what);
  }

 private:
  bool read_template(std::uint32_t at, std::uint32_t end, Instance& into);
  std::uint32_t read_slots(std::uint32_t at, std::uint32_t end, std::uint32_t count);

  TemplateStore& templates_;
  std::vector<StoredSlot> slots_;
  std::string problem_;
};

}  // namespace yorozu::codec::evtx
