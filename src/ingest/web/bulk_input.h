/// Elasticsearch's `_bulk`, as Beats, Fluent Bit, Vector, Logstash, rsyslog, syslog-ng and NXLog send it. A frame is
/// the source line of an `index` or `create` action, byte for byte; via = {token, index, id}. Answered after the
/// commit.
#pragma once

#include <atomic>
#include <memory>
#include <string>

#include "access/token_store.h"
#include "ingest/input.h"
#include "ingest/web/door.h"
#include "ingest/web/elastic.h"
#include "ingest/web/seen_ids.h"
#include "ingest/web/sender.h"

namespace yorozu::ingest::web {

struct BulkOptions {
  ElasticIdentity identity;
  SourceProfiles sources = {};
  std::uint64_t max_body = std::uint64_t{100} << 20;  ///< as Elasticsearch's http.max_content_length
};

class BulkInput final : public Input {
 public:
  /// All references outlive the input and every batch it pushed.
  BulkInput(Door& door, Intake& intake, access::TokenStore& tokens, SeenIds& seen, BulkOptions options);
  ~BulkInput() override;

  Result<void> start() override;
  void stop() override;
  InputState state() const override;
  const InputCounters& counters() const override { return counters_; }

 private:
  struct Work;
  void add_routes();
  void answer_bulk(http::Request request, const http::Reply& reply, bool is_one_document);
  void take_in(const std::shared_ptr<Work>& work);
  void finish(Work& work, const std::vector<Fate>& fates);
  http::Response response_for(Work& work);
  std::string make_id();

  Door& door_;
  access::TokenStore& tokens_;
  SeenIds& seen_;
  const BulkOptions options_;
  InputCounters counters_;
  Sender sender_;
  std::atomic<std::uint64_t> next_seq_no_ = 0;
  const std::uint64_t id_prefix_;
  std::atomic<bool> is_running_ = false;
  std::string problem_;  ///< of start()
};

}  // namespace yorozu::ingest::web
