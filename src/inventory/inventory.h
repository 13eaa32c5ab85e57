/// What was seen in the logs: hosts, addresses, users, devices, senders, each with the first and the last time, the
/// number of events and where they came from. A view of the archive: it can be thrown away and made again from the
/// first line with the same result.
///
/// Bounded: of each kind kLimits names are kept, the first ones; events that speak of others are counted.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "archive/archive.h"
#include "base/result.h"
#include "base/time.h"
#include "event/logsource.h"
#include "event/source_class.h"
#include "inventory/sighting.h"
#include "store/database.h"

namespace yorozu::inventory {

/// By Kind - 1.
inline constexpr std::array<std::uint64_t, kKinds> kLimits = {100'000, 100'000, 50'000, 100'000, 100'000, 20'000};

struct SeenBy {
  std::string input;  ///< "syslog.tcp", "journald" ...
  event::SourceClass source_class = event::SourceClass::Other;
  Timestamp first, last;
  std::uint64_t events = 0;
};

struct Asset {
  std::string name;  ///< as it was written when it was seen first
  Timestamp first, last;
  std::uint64_t first_seq = 0, last_seq = 0;
  std::uint64_t events = 0;
  std::vector<SeenBy> by;  ///< in order of input and class
};

/// A page of a list, in order of name.
struct Page {
  std::size_t limit = 100;  ///< at most 1,000
  std::string after;        ///< the last name of the page before; "": from the beginning
  Timestamp seen_since;     ///< last seen at or after; unknown: all
};

struct KindTotal {
  std::uint64_t names = 0;
  std::uint64_t events_not_listed = 0;  ///< that spoke of names beyond the limit
};

class Inventory {
 public:
  /// `database` and `logsources` outlive it. Errors: as Database.
  static Result<std::unique_ptr<Inventory>> open(store::Database& database, const event::LogsourceMap& logsources);
  ~Inventory();

  /// The next line to take in; durable.
  std::uint64_t next_seq() const;
  /// Takes in lines from next_seq() on, up to `max_lines`, in one transaction together with the new next_seq(). Gives
  /// the number of lines; 0 when none came within `timeout_us`. One thread at a time.
  Result<std::uint64_t> follow(archive::CommitFeed& feed, std::size_t max_lines, std::int64_t timeout_us);
  /// Forgets everything: follow() begins at the first line again.
  Result<void> clear();

  Result<std::vector<Asset>> list(Kind kind, const Page& page) const;
  Result<std::vector<Asset>> hosts(const Page& page) const { return list(Kind::Host, page); }
  Result<std::vector<Asset>> addresses(const Page& page) const { return list(Kind::Address, page); }
  Result<std::vector<Asset>> users(const Page& page) const { return list(Kind::User, page); }
  Result<std::vector<Asset>> devices(const Page& page) const { return list(Kind::Device, page); }
  Result<std::vector<Asset>> senders(const Page& page) const { return list(Kind::Sender, page); }
  Result<KindTotal> total(Kind kind) const;

 private:
  struct Impl;
  explicit Inventory(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace yorozu::inventory
