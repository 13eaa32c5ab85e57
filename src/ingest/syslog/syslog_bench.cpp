// What it costs to take syslog in: framing alone, then whole inputs over the loopback with an intake that only counts.
// loop_ns: processor time of the loop's thread for each frame (kernel included); the sender runs beside it.
#include <benchmark/benchmark.h>

#include <atomic>
#include <chrono>
#include <csignal>
#include <ctime>
#include <string>
#include <thread>

#include "base/file.h"
#include "ingest/syslog/framing.h"
#include "ingest/syslog/relp.h"
#include "ingest/syslog/stream_input.h"
#include "ingest/syslog/udp_input.h"
#include "net/certificates.h"
#include "net/test_client.h"
#include "net/test_tls_client.h"
#include "net/tls.h"

namespace yorozu::ingest::syslog {
namespace {

constexpr std::size_t kFrameBytes = 464;

std::string message(std::size_t i) {
  std::string text = "<134>1 2026-11-25T09:00:00.123456+09:00 fw-1 filter 4711 - - seq=" + std::to_string(i) + " ";
  text.resize(kFrameBytes, 'x');
  return text;
}
std::string lines(std::size_t count, bool counted) {
  std::string text;
  for (std::size_t i = 0; i < count; ++i)
    text += counted ? std::to_string(kFrameBytes) + " " + message(i) : message(i) + "\n";
  return text;
}

Timestamp now() {
  return {std::chrono::duration_cast<std::chrono::microseconds>(std::chrono::system_clock::now().time_since_epoch())
              .count()};
}

class CountingIntake : public Intake {
 public:
  bool try_push(FrameBatch& batch) override {
    const FrameBatch taken = std::move(batch);
    frames += taken.frames.size();
    ++batches;
    if (taken.done) taken.done({});
    return true;
  }
  void when_room(std::function<void()> ready) override { std::thread(std::move(ready)).detach(); }
  std::atomic<std::uint64_t> frames = 0, batches = 0;
};

struct CountingSink : FrameSink {
  std::uint64_t frames = 0;
  void frame(std::string_view, std::optional<std::uint64_t>) override { ++frames; }
};

double loop_seconds(net::IoLoop& loop) {
  timespec time{};
  loop.call([&] { ::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time); });
  return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_nsec) / 1e9;
}

void framing(benchmark::State& state) {
  const std::string text = lines(1000, state.range(0) != 0);
  PendingBudget budget;
  CountingSink sink;
  for (auto _ : state) {
    SyslogFramer framer(budget);
    for (std::size_t at = 0; at < text.size(); at += 65536) framer.feed(std::string_view(text).substr(at, 65536), sink);
  }
  state.SetItemsProcessed(static_cast<std::int64_t>(sink.frames));
  state.SetBytesProcessed(static_cast<std::int64_t>(sink.frames * kFrameBytes));
}
BENCHMARK(framing)->ArgName("counted")->Arg(0)->Arg(1);

/// `send(address, frames)` returns when all was written.
void measure(benchmark::State& state, StreamOptions options,
             const std::function<void(const net::Endpoint&, std::size_t)>& send) {
  std::signal(SIGPIPE, SIG_IGN);
  net::IoLoop loop("bench");
  CountingIntake intake;
  options.listen = net::Endpoint{.address = net::Address::loopback()};
  options.now = now;
  const auto input = make_stream_input(std::move(options), loop, intake);
  if (!input->start()) return;
  const net::Endpoint address = *net::parse_endpoint(input->state().address);
  const double before = loop_seconds(loop);
  constexpr std::size_t kFrames = 400000;
  for (auto _ : state) {
    const std::uint64_t until = intake.frames + kFrames;
    send(address, kFrames);
    while (intake.frames < until) std::this_thread::sleep_for(std::chrono::microseconds(100));
  }
  const auto frames = static_cast<double>(intake.frames);
  state.SetItemsProcessed(static_cast<std::int64_t>(intake.frames));
  state.counters["loop_ns"] = (loop_seconds(loop) - before) * 1e9 / frames;
  state.counters["frames_per_batch"] = frames / static_cast<double>(intake.batches);
}

void tcp(benchmark::State& state) {
  const std::string block = lines(1000, state.range(0) != 0);
  measure(state, {.name = "tcp", .input = "syslog.tcp"}, [&](const net::Endpoint& address, std::size_t frames) {
    const auto client = net::testing::TestClient::tcp(address);
    for (std::size_t sent = 0; sent < frames; sent += 1000) client.send(block);
  });
}
BENCHMARK(tcp)->ArgName("counted")->Arg(0)->Arg(1)->UseRealTime()->Unit(benchmark::kMillisecond);

void tls(benchmark::State& state) {
  const auto folder = TempDir::make();
  const auto authority = net::CertificateAuthority::open(folder->path(), now());
  const auto own = authority->server_certificate({.dns = {"localhost"}, .addresses = {}}, now());
  const auto server = *net::TlsServer::make({.certificate_pem = own->certificate_pem, .key_pem = own->key_pem});
  StreamOptions options{.name = "tls", .input = "syslog.tls"};
  options.stream = [&](Fd socket) { return net::make_tls_stream(std::move(socket), *server); };
  const std::string block = lines(1000, true);
  measure(state, std::move(options), [&](const net::Endpoint& address, std::size_t frames) {
    const net::testing::TlsTestClient client(address, {.ca_pem = authority->certificate_pem()});
    for (std::size_t sent = 0; sent < frames; sent += 1000) client.send(block);
    client.close();
  });
}
BENCHMARK(tls)->UseRealTime()->Unit(benchmark::kMillisecond);

/// Every message in flight at once; the answers are read beside.
void relp(benchmark::State& state) {
  StreamOptions options{.name = "relp", .input = "relp"};
  options.protocol = make_relp_protocol;
  measure(state, std::move(options), [&](const net::Endpoint& address, std::size_t frames) {
    const auto client = net::testing::TestClient::tcp(address);
    client.send("1 open 14 relp_version=0\n");
    std::thread answers([&] { client.receive_to_end(); });
    std::string block;
    for (std::size_t i = 0; i < frames; ++i) {
      block += std::to_string(2 + i) + " syslog " + std::to_string(kFrameBytes) + " " + message(i) + "\n";
      if (block.size() < 400000) continue;
      client.send(block);
      block.clear();
    }
    client.send(block + std::to_string(2 + frames) + " close 0\n");
    answers.join();
  });
}
BENCHMARK(relp)->UseRealTime()->Unit(benchmark::kMillisecond);

/// Paced: `rate` datagrams a second for three seconds from one sender; what was lost, where.
void udp(benchmark::State& state) {
  net::IoLoop loop("bench");
  CountingIntake intake;
  UdpOptions options;
  options.listen = net::Endpoint{.address = net::Address::loopback()};
  options.now = now;
  const auto input = make_udp_input(std::move(options), loop, intake);
  if (!input->start()) return;
  const auto client = net::testing::TestClient::udp(*net::parse_endpoint(input->state().address));
  const auto rate = static_cast<std::size_t>(state.range(0));
  const std::string text = message(0);
  std::size_t sent = 0;
  const double before = loop_seconds(loop);
  for (auto _ : state) {
    const auto began = std::chrono::steady_clock::now();
    for (std::size_t n = 0; n < 3 * rate; ++n, ++sent) {
      client.send(text);
      if (n % 100 == 99) std::this_thread::sleep_until(began + std::chrono::nanoseconds(n * 1'000'000'000 / rate));
    }
  }
  std::this_thread::sleep_for(std::chrono::milliseconds(1200));  // the last count of the kernel's drops
  const double spent = loop_seconds(loop) - before;
  const InputCounters& counters = input->counters();
  state.SetItemsProcessed(static_cast<std::int64_t>(sent));
  state.counters["loop_ns"] = spent * 1e9 / static_cast<double>(intake.frames);
  state.counters["frames_per_batch"] = static_cast<double>(intake.frames) / static_cast<double>(intake.batches);
  state.counters["lost_in_kernel"] = static_cast<double>(counters.dropped_by_kernel);
  state.counters["unaccounted"] =
      static_cast<double>(sent) - static_cast<double>(counters.received + counters.dropped_by_kernel);
}
BENCHMARK(udp)->ArgName("rate")->Arg(50000)->Arg(100000)->Arg(200000)->Iterations(1)->UseRealTime()->Unit(
    benchmark::kMillisecond);

}  // namespace
}  // namespace yorozu::ingest::syslog

BENCHMARK_MAIN();
