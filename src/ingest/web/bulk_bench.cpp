// _bulk: what a request costs before the pipeline has it (reading the body, framing, ids, gzip), and whole requests
// over TLS on the loopback into an intake that commits at once, client included.
#include <benchmark/benchmark.h>
#include <zlib.h>

#include <csignal>

#include "base/file.h"
#include "http/body_decoder.h"
#include "ingest/web/bulk_body.h"
#include "ingest/web/bulk_input.h"
#include "net/certificates.h"
#include "net/test_tls_client.h"
#include "net/tls.h"
#include "store/database.h"

namespace yorozu::ingest::web {
namespace {

constexpr int kEvents = 2000;

std::string event(int n) {
  std::string text =
      R"({"@timestamp":"2026-11-24T01:02:03.000Z","winlog":{"channel":"Security","event_id":"4625","record_id":)" +
      std::to_string(1000000 + n) + R"(},"event":{"code":"4625"},"message":")";
  while (text.size() < 462) text += "An account failed to log on. ";
  text.resize(462);
  return text + "\"}";
}
enum class Ids { None, Given };
std::string bulk(Ids ids, int round = 0) {
  std::string body;
  for (int n = 0; n < kEvents; ++n) {
    body += R"({"create":{"_index":"winlogbeat-8.17.0")";
    if (ids == Ids::Given) body += R"(,"_id":"AZkX)" + std::to_string(round * kEvents + n) + "\"";
    body += "}}\n" + event(n) + "\n";
  }
  return body;
}

std::string gzipped(const std::string& text) {
  z_stream stream = {};
  ::deflateInit2(&stream, 1, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY);  // level 1, as Beats
  std::string out(text.size() + 1000, '\0');
  stream.next_in = const_cast<Bytef*>(reinterpret_cast<const Bytef*>(text.data()));
  stream.avail_in = static_cast<uInt>(text.size());
  stream.next_out = reinterpret_cast<Bytef*>(out.data());
  stream.avail_out = static_cast<uInt>(out.size());
  ::deflate(&stream, Z_FINISH);
  out.resize(out.size() - stream.avail_out);
  ::deflateEnd(&stream);
  return out;
}

class InstantIntake final : public Intake {
 public:
  bool try_push(FrameBatch& batch) override {
    const FrameBatch mine = std::move(batch);
    mine.done({});
    return true;
  }
  void when_room(std::function<void()> ready) override { ready(); }
};

void read_body(benchmark::State& state) {
  const std::string body = bulk(Ids::None);
  BulkBody parsed;
  InputCounters counters;
  for (auto _ : state) {
    if (!parsed.parse(body, "")) std::abort();
    Batches batches("bulk", "192.0.2.1", event::SourceClass::Other, 1, counters);
    for (const BulkAction& action : parsed.actions()) batches.frame({1}, action.source, R"({"token":"a","index":"b"})");
    benchmark::DoNotOptimize(batches.frames());
  }
  state.SetItemsProcessed(static_cast<std::int64_t>(state.iterations()) * kEvents);
  state.SetBytesProcessed(static_cast<std::int64_t>(state.iterations() * body.size()));
}
BENCHMARK(read_body);

void recognise_ids(benchmark::State& state) {
  SeenIds seen;
  const std::string raw = event(1);
  std::int64_t n = 0;
  for (auto _ : state) {
    const auto print = seen.fingerprint("abcdefghijkl", "winlogbeat-8.17.0", std::to_string(n), raw);
    seen.claim(print, {n});
    seen.confirm(print, {n++});
  }
  state.SetItemsProcessed(static_cast<std::int64_t>(state.iterations()));
  state.counters["MB"] = static_cast<double>(seen.bytes_held()) / 1e6;
}
BENCHMARK(recognise_ids);

void unpack(benchmark::State& state) {
  const std::string packed = gzipped(bulk(Ids::None));
  std::size_t bytes = 0;
  for (auto _ : state) {
    auto decoder = http::BodyDecoder::make("gzip", std::uint64_t{1} << 30);
    std::string body;
    if (!(*decoder)->decode(packed, [&](std::string_view piece) -> Result<void> {
          body.append(piece);
          return {};
        }))
      std::abort();
    bytes += body.size();
  }
  state.SetItemsProcessed(static_cast<std::int64_t>(state.iterations()) * kEvents);
  state.SetBytesProcessed(static_cast<std::int64_t>(bytes));
}
BENCHMARK(unpack);

/// A whole server and one client that sends as fast as it is answered.
void over_tls(benchmark::State& state, Ids ids, bool gzip) {
  std::signal(SIGPIPE, SIG_IGN);
  const auto now = [] { return Timestamp{1790000000000000}; };
  const auto folder = TempDir::make();
  const auto database = store::Database::open(folder->path() / "state.db");
  const auto tokens = access::TokenStore::open(**database, now);
  const auto made = (*tokens)->add("bench", *access::parse_scopes("ingest.bulk"), {});
  const auto authority = net::CertificateAuthority::open(folder->path(), now());
  const auto own = authority->server_certificate({.dns = {"localhost"}, .addresses = {}}, now());
  const auto tls = net::TlsServer::make({.certificate_pem = own->certificate_pem, .key_pem = own->key_pem});
  net::IoLoop loop("bench");
  DoorOptions options;
  options.address = {net::Address::loopback(), 0};
  options.make_stream = [&](Fd socket) { return net::make_tls_stream(std::move(socket), **tls); };
  options.now = now;
  Door door(loop, std::move(options));
  InstantIntake intake;
  SeenIds seen;
  BulkInput input(door, intake, **tokens, seen, {});
  if (!input.start()) std::abort();
  const net::testing::TlsTestClient client({net::Address::loopback(), door.port()},
                                           {.ca_pem = authority->certificate_pem()});
  std::vector<std::string> requests;
  for (int round = 0; round < (ids == Ids::Given ? 200 : 1); ++round) {
    const std::string body = gzip ? gzipped(bulk(ids, round)) : bulk(ids, round);
    requests.push_back("POST /_bulk?filter_path=errors,items.*.status HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer " +
                       made->text + "\r\n" + (gzip ? "Content-Encoding: gzip\r\n" : "") +
                       "Content-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body);
  }
  std::size_t at = 0;
  for (auto _ : state) {
    client.send(requests[at++ % requests.size()]);
    std::string answer;
    while (!answer.ends_with("]}")) {
      const std::string more = client.receive();
      if (more.empty()) std::abort();
      answer += more;
    }
    if (answer.find("\"errors\":false") == std::string::npos && at <= requests.size()) std::abort();
  }
  state.SetItemsProcessed(static_cast<std::int64_t>(state.iterations()) * kEvents);
}
BENCHMARK_CAPTURE(over_tls, plain, Ids::None, false)->UseRealTime();
BENCHMARK_CAPTURE(over_tls, gzip, Ids::None, true)->UseRealTime();
BENCHMARK_CAPTURE(over_tls, ids, Ids::Given, false)->UseRealTime()->Iterations(200);

}  // namespace
}  // namespace yorozu::ingest::web

BENCHMARK_MAIN();
