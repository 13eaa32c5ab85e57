/// CSV and TSV with a header (RFC 4180; delimiters , ; tab |): every record is an event, its columns the fields.
///
/// Recognised by content: a first record of distinct names, and records of as many values after it. Quoted fields may
/// hold line ends; a record of more than kLongestRecord bytes has a quote that was never closed and ends at its line.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "codec/decoder.h"

namespace yorozu::codec::table {

inline constexpr std::size_t kLongestRecord = std::size_t{1} << 20;

/// Where the header stands in the file, and what parts its fields.
struct CsvLayout {
  std::size_t begin = 0, end = 0;  ///< bytes of the header record, line end included
  char delimiter = ',';
};

/// From the head of a file; nullopt when it is no such table. In front of the header there may be lines that begin with
/// '#', and what Windows' DHCP server writes at the top of its logs.
std::optional<CsvLayout> find_csv(ByteView head, Charset charset);

/// What goes into Unit::header: the delimiter, then the header's bytes.
std::string csv_header(ByteView head, const CsvLayout& layout);

/// Needs DecodeOptions::charset and ::delimiter.
std::unique_ptr<Splitter> make_csv_splitter(const DecodeOptions& options);
/// `schema` and `logsources` outlive the decoder.
std::unique_ptr<UnitDecoder> make_csv_decoder(event::Schema& schema, const event::LogsourceMap& logsources,
                                              const DecodeOptions& options);

}  // namespace yorozu::codec::table
