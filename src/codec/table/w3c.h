/// Logs that name their columns in a line `#Fields:` (W3C extended log format, WD-logfile-960323): IIS, HTTP.sys,
/// Windows firewall (pfirewall.log), Exchange, proxies (SGOS), CloudFront. The line may come again with other columns.
#pragma once

#include <list>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>

#include "base/arena.h"
#include "codec/decoder.h"
#include "codec/event_fields.h"

namespace yorozu::codec::table {

/// `head`: UTF-8 or ASCII. True when it begins with `#` lines and one of them is `#Fields:`.
bool looks_like_w3c(std::string_view head);

/// The columns in force.
class W3cColumns {
 public:
  W3cColumns(event::NameTable& names, const event::LogsourceMap& logsources) : names_(names), logsources_(logsources) {}

  /// A line that begins with '#'.
  void read_directive(std::string_view line);
  bool is_there() const { return !columns_.empty(); }

  enum class Row { Read, WrongCount };
  /// Adds the fields of `line`. Names are those of the `#Fields:` line, with `cs(User-Agent)` as cs-user-agent and so
  /// on, as Sigma writes them; "-" is left out; `cs-uri` is made of stem and query where it is missing. date and time
  /// are UTC, or local where a directive says so. WrongCount: what could be named was added.
  Row read(std::string_view line, Arena& arena, EventFields& out) const;

 private:
  enum class Use : std::uint8_t { Field, Date, Time, Both, Agent, Host, Stem, Query, Action };
  struct Column {
    event::NameId name;
    Use use = Use::Field;
  };
  void take_fields(std::string_view names);
  void split(std::string_view line, Arena& arena, std::vector<std::string_view>& values) const;

  event::NameTable& names_;
  const event::LogsourceMap& logsources_;
  std::string software_;
  std::vector<Column> columns_;
  bool has_commas_ = false;
  bool has_uri_ = false;
  bool is_local_ = false;
  event::LogsourceId logsource_ = 0;
  event::SourceClass source_class_ = event::SourceClass::Other;
  event::NameId cs_uri_ = 0, blocked_ = 0;
};

/// Live: lines of many files, one by one; remembers the columns of each stream. Bounded: the stream that was silent for
/// longest is forgotten.
class StreamColumns {
 public:
  static constexpr std::size_t kMaxStreams = 1024;
  StreamColumns(event::NameTable& names, const event::LogsourceMap& logsources)
      : names_(names), logsources_(logsources) {}

  enum class Line { NotOurs, Directive, Row };
  /// NotOurs, and nothing added: no `#Fields:` was seen in this stream, or the line does not fit it (another number of
  /// values, no time): several files may share a stream.
  Line read(std::string_view stream, std::string_view line, Arena& arena, EventFields& out);
  /// As if no stream had spoken yet.
  void clear();

 private:
  struct Stream {
    std::string name;
    W3cColumns columns;
  };
  event::NameTable& names_;
  const event::LogsourceMap& logsources_;
  EventFields row_;
  std::list<Stream> streams_;  ///< the one that spoke last stands last
  std::unordered_map<std::string, std::list<Stream>::iterator> by_name_;
};

std::unique_ptr<Splitter> make_w3c_splitter(const DecodeOptions& options);
/// `schema` and `logsources` outlive the decoder.
std::unique_ptr<UnitDecoder> make_w3c_decoder(event::Schema& schema, const event::LogsourceMap& logsources,
                                              const DecodeOptions& options);

}  // namespace yorozu::codec::table
