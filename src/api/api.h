/// The machine door: REST under /api/v1 as docs/openapi.yaml describes it, /metrics, /healthz, /readyz. It translates
/// between HTTP and Services, checks each route's authorisation (route_table.h), and decides nothing.
#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <string_view>

#include "access/token_store.h"
#include "api/services.h"
#include "base/time.h"
#include "http/router.h"

namespace yorozu::api {

struct ApiOptions {
  /// Most requests of one address, and of one token, in a minute; beyond that 429. 0: no limit.
  unsigned requests_per_address = 600;
  unsigned requests_per_token = 1200;
  unsigned workers = 2;  ///< threads that answer what may have to read
  std::size_t tails = 50;
  std::function<Timestamp()> now = {};
  /// Told, from any thread, why an answer was 500: clients get the id of the request and no more.
  std::function<void(std::string_view request_id, std::string_view why)> report = {};
};

class Api {
 public:
  /// References and what `options.now` uses outlive it.
  Api(const Services& services, access::TokenStore& tokens, ApiOptions options);
  /// Every search and tail that it started has ended afterwards, as soon as its service says so. Close the server that
  /// has its routes first.
  ~Api();
  Api(const Api&) = delete;
  Api& operator=(const Api&) = delete;

  /// All of them, for a server on a listener of their own.
  void add_routes(http::Router& router);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace yorozu::api
