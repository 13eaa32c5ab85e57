/// JSON logs (RFC 8259): lines, arrays, objects in a row, pretty-printed or not; UTF-8 or UTF-16. One object is one
/// event; objects inside the wrappers that exporters use ("Records", "value", a top-level array) are events of their
/// own.
///
/// The shape of each object is recognised by its keys (profile.h) and its fields get the names Sigma uses for that
/// source; what is not recognised is flattened with dots. Values stay views into the unit: nothing is unescaped here.
/// docs/inputs.md lists the shapes.
#pragma once

#include <memory>
#include <string_view>

#include "codec/decoder.h"

namespace yorozu::codec::json {

/// `text`: the head of a file, UTF-16 narrowed to bytes.
bool looks_like_json(std::string_view text);

std::unique_ptr<Splitter> make_splitter(const DecodeOptions& options);

/// `schema` and `logsources` outlive the decoder.
std::unique_ptr<UnitDecoder> make_decoder(event::Schema& schema, const event::LogsourceMap& logsources,
                                          const DecodeOptions& options);

}  // namespace yorozu::codec::json
