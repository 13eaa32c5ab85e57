#include "codec/formats/formats.h"

#include <algorithm>
#include <string>

#include "codec/evtx/evtx.h"
#include "codec/json/json.h"
#include "codec/lines.h"
#include "codec/table/csv.h"
#include "codec/table/w3c.h"
#include "codec/text/text_lines.h"
#include "codec/xml/xml.h"

namespace yorozu::codec {
namespace {

constexpr std::size_t kSniffed = std::size_t{16} * 1024;

/// The head as ASCII text without byte order mark and leading white space.
std::string sniffable(ByteView head, Charset charset) {
  head = head.subspan(byte_order_mark(head, charset));
  head = head.first(std::min(head.size(), kSniffed));
  std::string text;
  if (is_utf16(charset)) {
    text.resize(head.size() / 2);
    narrow_utf16(head, charset, text.data());
  } else {
    text = as_text(head);
  }
  text.erase(0, std::min(text.find_first_not_of(" \t\r\n"), text.size()));
  return text;
}

}  // namespace

Format detect_format(ByteView head) {
  // Chunks stand behind a file header of 4096 bytes, also where that header was wiped.
  if (evtx::looks_like_evtx(head) || (head.size() > 4096 && evtx::looks_like_evtx(head.subspan(4096))))
    return Format::Evtx;
  const Charset charset = detect_charset(head);
  if (charset == Charset::Binary) return Format::Text;
  const std::string text = sniffable(head, charset);
  if (json::looks_like_json(text)) return Format::Json;
  if (xml::looks_like_events(text)) return Format::Xml;
  if (!is_utf16(charset) && table::looks_like_w3c(text)) return Format::W3c;
  if (table::find_csv(head, charset)) return Format::Csv;
  return Format::Text;
}

std::string find_header(Format format, ByteView head, DecodeOptions& options) {
  if (format == Format::Csv) {
    const auto layout = table::find_csv(head, options.charset);
    if (!layout) return {};
    options.delimiter = layout->delimiter;
    return table::csv_header(head, *layout);
  }
  return format == Format::Text ? std::string(text::find_header(as_text(head))) : std::string();
}

std::unique_ptr<Splitter> make_splitter(Format format, const DecodeOptions& options) {
  switch (format) {
    case Format::Evtx:
      return evtx::make_splitter(options);
    case Format::Json:
      return json::make_splitter(options);
    case Format::Xml:
      return xml::make_splitter(options);
    case Format::Csv:
      return table::make_csv_splitter(options);
    case Format::W3c:
      return table::make_w3c_splitter(options);
    case Format::Text:
    case Format::Evidence:
      break;
  }
  return text::make_splitter(options);
}

std::unique_ptr<UnitDecoder> make_decoder(Format format, event::Schema& schema, const event::LogsourceMap& logsources,
                                          const DecodeOptions& options) {
  switch (format) {
    case Format::Evtx:
      return evtx::make_decoder(schema, logsources, options);
    case Format::Json:
      return json::make_decoder(schema, logsources, options);
    case Format::Xml:
      return xml::make_decoder(schema, logsources, options);
    case Format::Csv:
      return table::make_csv_decoder(schema, logsources, options);
    case Format::W3c:
      return table::make_w3c_decoder(schema, logsources, options);
    case Format::Text:
    case Format::Evidence:
      break;
  }
  return text::make_decoder(schema, logsources, options);
}

}  // namespace yorozu::codec
