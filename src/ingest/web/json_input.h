/// POST /ingest/json: JSON lines (application/x-ndjson). Each line that is not empty is a frame of input `json`;
/// via = {token}. The answer, after the commit, says how many lines were taken: {"accepted":N}. When not all were (429,
/// 503), N lines from the front of the body are durable and the rest is to be sent again.
#pragma once

#include <atomic>
#include <string>

#include "access/token_store.h"
#include "ingest/input.h"
#include "ingest/web/door.h"
#include "ingest/web/sender.h"

namespace yorozu::ingest::web {

struct JsonOptions {
  SourceProfiles sources = {};
  std::uint64_t max_body = std::uint64_t{100} << 20;
};

class JsonInput final : public Input {
 public:
  /// All references outlive the input and every batch it pushed.
  JsonInput(Door& door, Intake& intake, access::TokenStore& tokens, JsonOptions options);
  ~JsonInput() override;

  Result<void> start() override;
  void stop() override;
  InputState state() const override;
  const InputCounters& counters() const override { return counters_; }

 private:
  void take_lines(const http::Request& request, const http::Reply& reply);

  Door& door_;
  const JsonOptions options_;
  InputCounters counters_;
  Sender sender_;
  std::atomic<bool> is_running_ = false;
  std::string problem_;  ///< of start()
};

}  // namespace yorozu::ingest::web
