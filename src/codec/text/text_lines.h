/// Plain text: every line is an event. What nearly every such file begins its lines with is recognised (syslog
/// prefixes, web access logs, auditd, Zeek's columns); everything else is the field Message alone. docs/inputs.md has
/// the fields.
#pragma once

#include <memory>
#include <string_view>

#include "codec/decoder.h"

namespace yorozu::codec::text {

/// Lines at the top of a file that name its columns (Zeek: all that begin with '#'); "" when it has none. What the
/// reader found here goes into Unit::header of every unit.
std::string_view find_header(std::string_view head);

std::unique_ptr<Splitter> make_splitter(const DecodeOptions& options);

/// `schema` and `logsources` outlive the decoder.
std::unique_ptr<UnitDecoder> make_decoder(event::Schema& schema, const event::LogsourceMap& logsources,
                                          const DecodeOptions& options);

}  // namespace yorozu::codec::text
