/// Questions over an evidence archive: of a running server, a copied folder, a medium; with or without its index. Rows
/// come newest first by sequence number, as they are found.
///
/// What a question means is defined by reading every line: each is decoded as its input says (archive/events), and
/// query::Evaluator decides. Index and prefilters only leave out what cannot match; the tests hold every fast way
/// against the plain one. Writes nothing, takes no lock. docs/architecture.md, "The way of a question".
#pragma once

#include <cstdint>
#include <expected>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "archive/archive.h"
#include "base/result.h"
#include "base/time.h"
#include "query/expression.h"

namespace yorozu::query {
struct Table;
}

namespace yorozu::archive::search {

enum class IndexUse : std::uint8_t { Allowed, Never };

/// A question, as it travels from whoever asks to the process that answers (result_lines.h).
struct SearchRequest {
  std::string query;           ///< the language of src/query, pipes included
  Timestamp from, to;          ///< time of events: from `from` on, before `to`; unknown: open
  std::uint64_t limit = 1000;  ///< rows; 0: all. Tables of `stats` and its like have the bounds of their stage
  /// Only lines with numbers from `first_seq` on and below `end_seq` count; 0: no bound. A server gives the end of what
  /// is durable; a reader of pages gives the last number it has seen.
  std::uint64_t first_seq = 0, end_seq = 0;
  IndexUse index = IndexUse::Allowed;
  bool wants_histogram = false;  ///< counts over time of all that matches, not only of the rows within `limit`
  bool wants_explain = false;    ///< SearchSummary::steps
  std::int64_t timeout_us = 0;   ///< what was found until then is the answer, marked as not complete; 0: none
  std::string zone;              ///< IANA name: where days begin, and of times in the query that name none; "": UTC
  bool operator==(const SearchRequest&) const = default;
};

/// Where the archive lies.
struct Folders {
  std::filesystem::path archive;  ///< with journal/ and segments/
  std::filesystem::path index;    ///< need not exist
};
/// `path` may be a data folder (with archive/ and index/ in it) or an archive folder (whose index stands beside it).
/// Errors: NotFound.
Result<Folders> find_folders(const std::filesystem::path& path);

/// One event that matches.
struct Row {
  std::uint64_t seq = 0;              ///< of its last frame
  std::vector<std::uint64_t> frames;  ///< all its frames when there are several
  Timestamp time;                     ///< of the event; that of its arrival when it states none
  Timestamp received;
  std::string input, peer;
  std::string host;          ///< as the event says; "": unknown
  std::string source_class;  ///< "firewall", "auth" ...
  std::string raw;           ///< text of its frames, valid UTF-8
  std::string raw_b64;       ///< the bytes of its frame when they are others than `raw`; else ""
  std::string fields;        ///< one JSON object of its fields under their own names (event/event_json.h)
  bool operator==(const Row&) const = default;
};

struct Progress {
  std::uint64_t bytes_done = 0, bytes_total = 0;  ///< on disk, of what has to be looked at
  std::uint64_t matches = 0;                      ///< so far
  std::uint64_t reached_seq = 0;                  ///< all above it has been answered
  bool operator==(const Progress&) const = default;
};

/// Counts of matching events over time. Buckets without events are not listed.
struct Histogram {
  std::int64_t bucket_us = 0;  ///< begins at multiples of it since 1970
  struct Bucket {
    Timestamp begin;
    std::uint64_t count = 0;
    bool operator==(const Bucket&) const = default;
  };
  std::vector<Bucket> buckets;  ///< by time; at most kMaxBuckets
  static constexpr std::size_t kMaxBuckets = 1000;
  bool operator==(const Histogram&) const = default;
};

/// How the answer was come by.
struct Effort {
  std::uint64_t segments = 0, segments_by_time = 0, segments_by_filter = 0, segments_by_columns = 0;
  std::uint64_t blocks = 0, blocks_by_time = 0, blocks_by_filter = 0, blocks_by_text = 0;  ///< left out by each
  std::uint64_t blocks_read = 0, bytes_read = 0;  ///< blocks unpacked; bytes as they stand on disk
  std::uint64_t text_bytes = 0;                   ///< unpacked
  std::uint64_t lines_decoded = 0;
  bool operator==(const Effort&) const = default;
};

enum class Ending : std::uint8_t {
  Complete,  ///< all there is has been looked at
  Limit,     ///< enough rows; there may be more
  Timeout,
  Cancelled,  ///< the sink did not want more
};
std::string_view to_string(Ending ending);

struct SearchSummary {
  Ending ending = Ending::Complete;
  std::uint64_t matches = 0;       ///< events that matched among those looked at
  std::uint64_t next_end_seq = 0;  ///< `end_seq` of the request that goes on behind the last row; 0: nothing is left
  std::int64_t elapsed_us = 0;
  Effort effort;
  std::vector<std::string> steps;        ///< with wants_explain: what was done and why, for people, in English
  std::vector<std::string> not_indexed;  ///< why the index was not used, a line each
  /// What could not be read: the answer lacks whatever stood there.
  std::vector<ArchiveDamage> damages;
};

/// Takes the answer, in the thread that called answer(). false: no more, please.
class SearchSink {
 public:
  virtual ~SearchSink() = default;
  virtual bool row(const Row& row) = 0;
  /// At least ten times a second while nothing else comes.
  virtual bool progress(const Progress&) { return true; }
  /// The result of a query whose stages make one (`stats`, `top` ...); once, at the end.
  virtual bool table(const query::Table&) { return true; }
  /// At the end, when it was wanted.
  virtual bool histogram(const Histogram&) { return true; }
};

/// Why there is no answer: a query that is none, with its place; or an archive that cannot be read.
struct SearchFailure {
  Error error;
  std::optional<query::ParseError> query;
};

/// Uses two threads of its own, and memory within a fixed bound however much there is. A file that went away between
/// listing and opening (a journal that was sealed) is looked for again: what was confirmed when the search began is
/// found.
std::expected<SearchSummary, SearchFailure> answer(const SearchRequest& request, const Folders& folders,
                                                   SearchSink& sink);

/// Rows of these numbers, in the order given; what is not there or cannot be read is left out. A number within an event
/// of several frames gives that event.
Result<std::vector<Row>> fetch_lines(const Folders& folders, const std::vector<std::uint64_t>& seqs);
/// The lines around `seq`: up to `before` and `after` of them, in order of seq.
Result<std::vector<Row>> fetch_around(const Folders& folders, std::uint64_t seq, std::uint64_t before,
                                      std::uint64_t after);

}  // namespace yorozu::archive::search
