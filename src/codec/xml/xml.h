/// Windows events as XML ([MS-EVEN6] event schema): what Event Viewer and wevtutil export, single, one after the other,
/// or wrapped in <Events>; UTF-8 or UTF-16. Fields have the names that EVTX gives them. No DTD, no entities but the
/// five.
#pragma once

#include <memory>
#include <string_view>

#include "codec/decoder.h"

namespace yorozu::codec::xml {

/// `text`: the head of a file, UTF-16 narrowed to bytes. True when the first element is <Event> or <Events>.
bool looks_like_events(std::string_view text);

std::unique_ptr<Splitter> make_splitter(const DecodeOptions& options);

/// `schema` and `logsources` outlive the decoder.
std::unique_ptr<UnitDecoder> make_decoder(event::Schema& schema, const event::LogsourceMap& logsources,
                                          const DecodeOptions& options);

}  // namespace yorozu::codec::xml
