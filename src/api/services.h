/// What the API asks of the server: small interfaces, declared here by the one who calls, implemented where the server
/// is put together. Every one is thread-safe. Texts in errors reach clients only with InvalidInput, NotFound and
/// Conflict; what else goes wrong is said in general words.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "archive/archive.h"
#include "archive/retention.h"
#include "archive/search/search.h"
#include "base/result.h"
#include "base/time.h"
#include "detect/engine.h"
#include "event/source_class.h"
#include "ingest/pipeline.h"
#include "inventory/inventory.h"

namespace yorozu::api {

/// One line of an answer that comes piece by piece: a JSON object as archive/search/result_lines.h writes it, without
/// line end. From any thread, one at a time, in order. False: nobody wants more; stop soon. A search may be held in
/// this call while its client is slow to read; a tail never is.
using OnLine = std::function<bool(std::string_view line)>;
/// Called once, after the last line, whatever happened. An error says that the lines are not all of the answer;
/// Cancelled after cancel() or an OnLine that gave false.
using OnDone = std::function<void(Result<void>)>;

/// Something that goes on until it has an end or is cancelled. Letting go of the handle does not end it.
class Running {
 public:
  virtual ~Running() = default;
  /// Returns at once; OnDone comes still, if it has not come before. From any thread. Idempotent.
  virtual void cancel() = 0;
};

/// `limit` 0: all rows.
struct SearchRequest : archive::search::SearchRequest {
  std::string principal;  ///< public id of the token: searches are shared out fairly between these
};

/// start() of this and of TailService is called on the thread that serves connections: it returns at once, and calls
/// neither of its functions itself.
class SearchService {
 public:
  virtual ~SearchService() = default;
  /// `query` parses. Errors: Overloaded when too many searches run already.
  virtual Result<std::shared_ptr<Running>> start(const SearchRequest& request, OnLine on_line, OnDone on_done) = 0;
};

struct TailRequest {
  std::string query;
  std::uint64_t from_seq = 0;  ///< the first line to look at; 0: the next one that is committed
  std::string principal;
};

class TailService {
 public:
  virtual ~TailService() = default;
  /// Row lines of committed events that match, oldest first, until cancelled. Errors: Overloaded.
  virtual Result<std::shared_ptr<Running>> start(const TailRequest& request, OnLine on_line, OnDone on_done) = 0;
};

class EventService {
 public:
  virtual ~EventService() = default;
  /// The events with a number in [first, first + count), in order, each as the JSON object that stands behind "row" in
  /// a row line. Numbers that are not there are left out.
  virtual Result<std::vector<std::string>> rows(std::uint64_t first, std::size_t count) = 0;
};

struct SavedSearch {
  std::string id;    ///< [a-z0-9-]{1,64}
  std::string name;  ///< for people, 1 to 200 characters
  std::string query;
  std::string from, to;  ///< as a person wrote them: "now-24h", a time, ""
  std::uint64_t version = 0;
  Timestamp changed;
  std::string changed_by;  ///< public id of a token, or "local"
};

class SavedSearchService {
 public:
  virtual ~SavedSearchService() = default;
  virtual Result<std::vector<SavedSearch>> list() = 0;  ///< in order of id
  virtual Result<SavedSearch> get(std::string_view id) = 0;
  /// Makes or replaces; `version` and `changed` are set by the service. `expected`: Conflict unless this is the version
  /// that is there now (0: unless there is none); nullopt: in any case.
  virtual Result<SavedSearch> put(SavedSearch search, std::optional<std::uint64_t> expected) = 0;
  virtual Result<void> remove(std::string_view id, std::optional<std::uint64_t> expected) = 0;
};

struct InputStatus {
  std::string name;     ///< "syslog.udp", "journald"
  std::string address;  ///< "0.0.0.0:514", a path
  std::string problem;  ///< "": it runs
  std::uint64_t received = 0, decoded = 0, undecoded = 0, dropped = 0, dropped_by_kernel = 0, refused = 0, bytes = 0,
                connections = 0;
  Timestamp last_seen = {};
  std::int64_t lag_us = 0;
};
struct ListenerStatus {
  std::string name, transport, address, authentication;
};
struct RuleCounts {
  std::string origin;
  std::uint64_t rules = 0, correlations = 0, not_understood = 0;
};
struct SearchCounts {
  std::uint64_t running = 0;
  std::uint64_t started = 0, finished = 0, cancelled = 0, failed = 0, refused = 0;
};
struct IndexCounts {
  std::uint64_t segments = 0, segments_indexed = 0;
  std::uint64_t bytes = 0;
  std::string problem;
};
struct Status {
  std::string version;
  Timestamp started, now;
  std::string sandbox;
  std::vector<InputStatus> inputs;
  std::vector<ListenerStatus> listeners;
  ingest::PipelineStatus pipeline;
  archive::ArchiveStatus archive;
  std::uint64_t segments = 0, segment_bytes = 0, raw_bytes = 0, damages = 0;
  RuleCounts rules;
  SearchCounts searches;
  IndexCounts index;
};

class StatusService {
 public:
  virtual ~StatusService() = default;
  virtual Status status() = 0;
};

/// A device or program that somebody entered with `yorozu sources add`.
struct Source {
  std::string name, kind;
  std::string input;  ///< where it comes in: InputStatus::name
  std::vector<std::string> networks;
  event::SourceClass source_class = event::SourceClass::Other;
};

class SourceService {
 public:
  virtual ~SourceService() = default;
  virtual std::vector<Source> sources() = 0;
};

class RuleService {
 public:
  virtual ~RuleService() = default;
  /// The set in force.
  virtual std::shared_ptr<const detect::CompiledRules> rules() = 0;
  /// Indices are of the set that rules() gives at the time.
  virtual std::vector<detect::CannotFire> cannot_fire() = 0;
};

struct InventoryLag {
  std::uint64_t lines = 0;
  std::string problem;
};
class InventoryService {
 public:
  virtual ~InventoryService() = default;
  virtual Result<std::vector<inventory::Asset>> list(inventory::Kind kind, const inventory::Page& page) = 0;
  virtual Result<inventory::KindTotal> total(inventory::Kind kind) = 0;
  virtual InventoryLag lag() = 0;
};

class ArchiveService {
 public:
  virtual ~ArchiveService() = default;
  virtual std::vector<archive::SegmentInfo> segments() = 0;
  virtual std::vector<archive::ArchiveDamage> damages() = 0;
  virtual archive::RetentionRules retention() = 0;
};

/// All of them; each outlives the API.
struct Services {
  SearchService& search;
  TailService& tail;
  EventService& events;
  SavedSearchService& saved;
  StatusService& status;
  SourceService& sources;
  RuleService& rules;
  InventoryService& inventory;
  ArchiveService& archive;
};

}  // namespace yorozu::api
