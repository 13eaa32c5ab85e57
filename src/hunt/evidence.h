/// The evidence archive as an input of hunt, grep, stats and dump: a folder of it (of a server, or a copy of one), or
/// its lines in a file. Each line is decoded as the input it came in by says, so that rules find in the archive what
/// they found live.
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "base/result.h"
#include "codec/decoder.h"
#include "hunt/input_source.h"

namespace yorozu::hunt {

/// Has journals and segments.
bool is_evidence_folder(const std::string& path);
/// Bytes on disk of journals and segments, for progress.
std::uint64_t evidence_bytes(const std::string& path);

/// The text of all lines in order of seq. Nothing is written, no lock is taken: a running server is read as it is now.
Result<std::unique_ptr<ByteSource>> open_evidence(const std::string& folder);

/// A file that begins with a line of the archive.
bool looks_like_evidence(ByteView head);

/// Event::line is the sequence number; an event that states no time has the time of its arrival. Event::raw is the
/// frame.
std::unique_ptr<codec::UnitDecoder> make_evidence_decoder(event::Schema& schema, const event::LogsourceMap& logsources);

}  // namespace yorozu::hunt
