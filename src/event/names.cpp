#include "event/names.h"

#include <initializer_list>

#include "base/assert.h"

namespace yorozu::event {

NameTable::NameTable() {
  const std::initializer_list<std::string_view> well_known = {"",
                                                              "(too many names)",
                                                              "Data",
                                                              "Provider_Name",
                                                              "Provider_Guid",
                                                              "Provider_EventSourceName",
                                                              "EventID",
                                                              "Qualifiers",
                                                              "Version",
                                                              "Level",
                                                              "Task",
                                                              "Opcode",
                                                              "Keywords",
                                                              "TimeCreated_SystemTime",
                                                              "EventRecordID",
                                                              "Correlation_ActivityID",
                                                              "Correlation_RelatedActivityID",
                                                              "Execution_ProcessID",
                                                              "Execution_ThreadID",
                                                              "Channel",
                                                              "Computer",
                                                              "Security_UserID",
                                                              "Message"};
  for (const std::string_view text : well_known) intern(text);
  YOROZU_ASSERT(size() == name::kCount, "the list above names every constant of namespace name, in order");
}

NameId NameTable::intern(std::string_view text) {
  if (text.size() > kMaxNameBytes) {
    std::size_t cut = kMaxNameBytes;
    while (cut > 0 && (static_cast<unsigned char>(text[cut]) & 0xC0U) == 0x80U) --cut;
    text = text.substr(0, cut);
  }
  const std::scoped_lock lock(mutex_);
  if (const auto found = ids_.find(text); found != ids_.end()) return found->second;
  const std::size_t id = size_.load(std::memory_order_relaxed);
  if (id == kMaxNames) {
    overflowed_.fetch_add(1, std::memory_order_relaxed);
    return name::kOverflow;
  }
  std::unique_ptr<Page>& page = pages_[id / kPage];
  if (!page) page = std::make_unique<Page>();
  const std::string_view kept = arena_.copy(text);
  (*page)[id % kPage] = kept;
  ids_.emplace(kept, static_cast<NameId>(id));
  size_.store(id + 1, std::memory_order_release);
  return static_cast<NameId>(id);
}

NameId NameTable::find(std::string_view text) const {
  const std::scoped_lock lock(mutex_);
  const auto found = ids_.find(text);
  return found == ids_.end() ? name::kNone : found->second;
}

std::string_view NameTable::text(NameId id) const {
  YOROZU_ASSERT(id < size(), "ids come from this table");
  return (*pages_[id / kPage])[id % kPage];
}

}  // namespace yorozu::event
