/// Interned strings: field names, channels, providers. An id is the same for the whole process and never goes away, so
/// that shapes and compiled rules compare integers. Bounded: what comes after the bound gets kOverflow and is counted.
#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <memory>
#include <mutex>
#include <string_view>
#include <unordered_map>

#include "base/arena.h"

namespace yorozu::event {

using NameId = std::uint32_t;

/// Names every decoder knows; interned first, in this order, so that their ids are constants.
namespace name {
enum : NameId {
  kNone,      ///< "": no name (a channel that is not there)
  kOverflow,  ///< stands for every name after the bound
  kData,      ///< "Data": unnamed <Data> of EventData
  kProviderName,
  kProviderGuid,
  kEventSourceName,
  kEventID,
  kQualifiers,
  kVersion,
  kLevel,
  kTask,
  kOpcode,
  kKeywords,
  kSystemTime,  ///< "TimeCreated_SystemTime"
  kEventRecordID,
  kActivityID,         ///< "Correlation_ActivityID"
  kRelatedActivityID,  ///< "Correlation_RelatedActivityID"
  kProcessID,          ///< "Execution_ProcessID"
  kThreadID,           ///< "Execution_ThreadID"
  kChannel,
  kComputer,
  kSecurityUserID,  ///< "Security_UserID"
  kMessage,         ///< the text of a plain line; rendered messages of exports
  kCount
};
}  // namespace name

/// Thread-safe.
class NameTable {
 public:
  static constexpr std::size_t kMaxNames = 1U << 18;
  static constexpr std::size_t kMaxNameBytes = 1024;  ///< longer names are cut on a character border

  NameTable();
  NameTable(const NameTable&) = delete;
  NameTable& operator=(const NameTable&) = delete;

  NameId intern(std::string_view name);
  /// kNone when nobody interned it (and for "").
  NameId find(std::string_view name) const;
  /// Valid as long as the table.
  std::string_view text(NameId id) const;
  std::size_t size() const { return size_.load(std::memory_order_acquire); }
  std::uint64_t overflowed() const { return overflowed_.load(std::memory_order_relaxed); }

 private:
  static constexpr std::size_t kPage = 4096;
  using Page = std::array<std::string_view, kPage>;

  mutable std::mutex mutex_;  ///< guards ids_ and arena_; pages are published through size_
  std::unordered_map<std::string_view, NameId> ids_;
  Arena arena_;
  std::array<std::unique_ptr<Page>, kMaxNames / kPage> pages_;
  std::atomic<std::size_t> size_ = 0;
  std::atomic<std::uint64_t> overflowed_ = 0;
};

}  // namespace yorozu::event
