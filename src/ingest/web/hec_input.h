/// Splunk's HTTP Event Collector: /services/collector, /event, /raw, /ack, /health. A frame is an event object, byte
/// for byte (input `hec`), or a line sent to /raw (input `hec.raw`); via = {token, host, source, sourcetype, index,
/// time, fields}.
///
/// Every request is answered after its commit, so an answer is an acknowledgement already. A request with a channel
/// gets an ackId too, as clients with indexer acknowledgement expect: since an id is only given out for what is
/// durable, and ids grow over restarts as well, asking for one needs no memory of channels.
#pragma once

#include <atomic>
#include <memory>
#include <string>

#include "access/token_store.h"
#include "ingest/input.h"
#include "ingest/web/door.h"
#include "ingest/web/hec_body.h"
#include "ingest/web/sender.h"

namespace yorozu::ingest::web {

struct HecOptions {
  SourceProfiles sources = {};
  std::uint64_t max_body = std::uint64_t{100} << 20;
};

class HecInput final : public Input {
 public:
  /// All references outlive the input and every batch it pushed.
  HecInput(Door& door, Intake& intake, access::TokenStore& tokens, HecOptions options);
  ~HecInput() override;

  Result<void> start() override;
  void stop() override;
  InputState state() const override;
  const InputCounters& counters() const override { return counters_; }

 private:
  void add_routes();
  std::optional<http::Response> admit(http::RequestHead& head) const;
  void take_events(const http::Request& request, const http::Reply& reply);
  void take_lines(const http::Request& request, const http::Reply& reply);
  void send(Batches batches, const http::RequestHead& head, const http::Reply& reply);
  http::Response answer_acks(const http::Request& request) const;

  Door& door_;
  access::TokenStore& tokens_;
  const HecOptions options_;
  InputCounters counters_;
  Sender sender_;
  std::atomic<std::uint64_t> next_ack_;  ///< begins at the time of start in microseconds
  std::atomic<bool> is_running_ = false;
  std::string problem_;  ///< of start()
};

}  // namespace yorozu::ingest::web
