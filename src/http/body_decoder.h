/// Takes the content encoding off a body, piece by piece, with a ceiling for what comes out. gzip (RFC 1952, several
/// members too), deflate (RFC 1950) and identity. Pure.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string_view>

#include "base/result.h"

namespace yorozu::http {

class BodyDecoder {
 public:
  using Sink = std::function<Result<void>(std::string_view decoded)>;

  /// `encoding`: the header, "" without one. Errors: Unsupported.
  static Result<std::unique_ptr<BodyDecoder>> make(std::string_view encoding, std::uint64_t ceiling);
  virtual ~BodyDecoder() = default;

  /// Errors: InvalidInput, Overloaded when more than the ceiling comes out, those of `sink`.
  virtual Result<void> decode(std::string_view encoded, const Sink& sink) = 0;
  /// Errors: InvalidInput when the encoded body is not at its end.
  virtual Result<void> finish() = 0;
};

}  // namespace yorozu::http
