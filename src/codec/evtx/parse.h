/// Binary XML, from bytes to a Tree ([MS-EVEN6] section 2.2.12). Every length and every reference is checked against
/// the chunk; elements nest at most kMaxElementDepth deep.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "codec/evtx/tree.h"

namespace yorozu::codec::evtx {

/// A name that a definition takes from somewhere in the chunk (or from itself: then it stands right behind).
struct NameReference {
  std::uint32_t at = 0;    ///< of the four bytes with the offset, from the start of the parsed range
  bool is_inline = false;  ///< the name itself follows, and is part of the range
  std::string stored;      ///< hash, length and characters as stored
};

struct Parsed {
  Tree tree;
  std::vector<NameReference> names;
  std::uint32_t end = 0;  ///< where parsing stopped, from the start of the chunk
};

enum class Place {
  Definition,  ///< inside a template definition: elements carry a dependency id
  Fragment,    ///< in a record or a value: they do not, in most files
};

/// Bytes of the name stored at `offset` (next 4, hash 2, length 2, characters, NUL); nullopt when none can stand there.
std::optional<std::uint32_t> stored_name_size(ByteView chunk, std::uint32_t offset);

/// `begin`..`end` lies inside `chunk`. Errors: InvalidInput, with the offset in the chunk.
Result<Parsed> parse_binary_xml(ByteView chunk, std::uint32_t begin, std::uint32_t end, Place place);

}  // namespace yorozu::codec::evtx
