/// Which records form one event. The kernel writes an event as several records of one time and serial number, and those
/// of different events and machines arrive interleaved, sometimes a little out of order.
///
/// Pure and bounded: it keeps numbers (tokens) that the caller gave, no text and no clock. A group of records is
/// **complete** when
///   - its EOE ("end of event") record came, or its type stands alone (stands_alone()),
///   - kDistance other events began in the same stream after its last record; kShortDistance when one of them is
///     kTimeout younger by its own time,
///   - nothing was added for kTimeout by the caller's clock,
///   - it has kMaxRecords records, or kMaxOpen groups are open and it is the oldest.
/// A record that comes after its group was complete is a group of its own.
#pragma once

#include <cstdint>
#include <list>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "base/time.h"
#include "codec/audit/stamp.h"

namespace yorozu::codec::audit {

struct Group {
  std::vector<std::uint64_t> tokens;  ///< of its records, in order of arrival; the last one is the event's own
};

class AuditAssembler {
 public:
  static constexpr std::int64_t kTimeoutUs = 2'000'000;
  static constexpr std::size_t kDistance = 64, kShortDistance = 8;
  static constexpr std::size_t kMaxRecords = 1024;
  static constexpr std::size_t kMaxOpen = 4096;

  /// A record of `stream` (host and input, file ...: records of different streams or nodes are never one event). `now`:
  /// the caller's clock, never going back; always the same (unknown) when there is none, as in files.
  /// Appends to `complete` what is complete now, in order of completion.
  void add(std::string_view stream, const Stamp& record, std::uint64_t token, Timestamp now,
           std::vector<Group>& complete);

  /// Groups to which nothing was added for kTimeout, oldest first. Live callers call it at next_expiry().
  void expire(Timestamp now, std::vector<Group>& complete);

  /// All that is open, oldest first: the stream ends (end of a unit, shutdown).
  void flush(std::vector<Group>& complete);

  std::size_t open_groups() const { return open_; }
  /// When expire() will next have something to give; unknown when nothing is open.
  Timestamp next_expiry() const;

 private:
  struct Open {
    Timestamp time;
    std::uint64_t serial = 0;
    Timestamp touched;              ///< by the caller's clock
    std::uint64_t begun_after = 0;  ///< events begun in this stream when the last record came
    Group group;
  };
  struct Stream {
    std::string key;
    std::vector<Open> open;  ///< oldest first; kDistance keeps it short
    std::uint64_t begun = 0;
    Timestamp newest;  ///< latest time of an event
  };
  using Streams = std::list<Stream>;

  Streams::iterator stream_of(std::string_view name, std::string_view node);
  void close_old(Stream& stream, Timestamp now, std::vector<Group>& complete);
  void close_oldest(std::vector<Group>& complete);
  void forget(Streams::iterator stream);

  Streams streams_;  ///< only those with open groups; the one that spoke last stands last
  std::unordered_map<std::string, Streams::iterator> by_key_;
  std::string key_;  ///< reused
  std::size_t open_ = 0;
};

}  // namespace yorozu::codec::audit
