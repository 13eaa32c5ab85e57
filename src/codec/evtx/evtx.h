/// Windows event logs (.evtx): chunks of 64 KiB, binary XML with templates. Our own reader, for files of any age and in
/// any state: what is damaged is named, what is readable is delivered. docs/evtx.md has the format and the differences
/// to other readers.
#pragma once

#include <memory>

#include "codec/decoder.h"
#include "event/event.h"

namespace yorozu::codec::evtx {

/// A log, or chunks without the header of one. 8 bytes are enough.
bool looks_like_evtx(ByteView head);

/// Units of up to 16 chunks; with options.carve, whole chunks wherever they begin.
std::unique_ptr<Splitter> make_splitter(const DecodeOptions& options);

/// For units of the splitter made with the same options. `schema` and `logsources` outlive the decoder.
std::unique_ptr<UnitDecoder> make_decoder(event::Schema& schema, const event::LogsourceMap& logsources,
                                          const DecodeOptions& options);

}  // namespace yorozu::codec::evtx
