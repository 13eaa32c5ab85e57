/// Ways out of the generator. Addresses other than this machine's own loopback are refused: it is a load, not a tool
/// against others.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace yorozu::load {

struct Delivery {
  std::uint64_t accepted = 0;
  std::uint64_t refused = 0;   ///< _bulk: items that were answered with neither 2xx nor 429
  std::uint64_t repeated = 0;  ///< _bulk: items that were sent again after 429 or a broken request
};

class Sender {
 public:
  virtual ~Sender() = default;
  /// `ends`: where each message of `batch` ends. Returns when the batch is handed to the kernel; _bulk: is answered.
  virtual Result<Delivery> send(std::string_view batch, std::span<const std::uint32_t> ends) = 0;
  /// Waits until the other side has read everything, where that can be known.
  virtual Result<void> finish() { return {}; }
};

struct SenderOptions {
  std::string token;    ///< _bulk: Authorization: ApiKey
  std::string ca_file;  ///< _bulk over TLS: whom to trust; empty: the system's
  bool verify = true;
};

/// "file:PATH", "tcp:HOST:PORT", "udp:HOST:PORT", "bulk:URL" (http or https).
Result<std::unique_ptr<Sender>> open_sender(const std::string& target, const SenderOptions& options);

/// Of a _bulk answer: the statuses of its items in order.
std::vector<int> item_statuses(std::string_view answer);

}  // namespace yorozu::load
