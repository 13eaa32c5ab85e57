/// Which format a file is in, and the splitter and decoder for it: the one place that knows all of them.
#pragma once

#include <memory>
#include <string>

#include "codec/decoder.h"

namespace yorozu::codec {

/// Found from the bytes alone (the first 64 KiB are enough). Anything that is nothing else is Text.
Format detect_format(ByteView head);

/// Lines at the top of the file that name its columns, for Unit::header; sets options.delimiter of CSV files.
/// `options.charset` is set before.
std::string find_header(Format format, ByteView head, DecodeOptions& options);

std::unique_ptr<Splitter> make_splitter(Format format, const DecodeOptions& options);

/// `schema` and `logsources` outlive the decoder.
std::unique_ptr<UnitDecoder> make_decoder(Format format, event::Schema& schema, const event::LogsourceMap& logsources,
                                          const DecodeOptions& options);

}  // namespace yorozu::codec
