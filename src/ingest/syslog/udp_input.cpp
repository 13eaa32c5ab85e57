#include "ingest/syslog/udp_input.h"

#include <atomic>
#include <optional>
#include <vector>

#include "base/hash.h"
#include "base/try.h"
#include "ingest/syslog/framing.h"
#include "ingest/syslog/rate_limit.h"
#include "net/udp_socket.h"

namespace yorozu::ingest::syslog {
namespace {

/// A wake-up that found this many datagrams will soon be followed by another: wait, so that they come together. The
/// buffer holds far more than arrives meanwhile, and each wake-up saved is time for decoding.
constexpr std::size_t kBusy = 4;
constexpr std::chrono::milliseconds kGather{2};
/// Losses in the kernel are looked for also when nothing arrives any more.
constexpr std::chrono::milliseconds kLookForDrops{1000};
constexpr std::size_t kFirstBlock = 2048;  ///< most senders have a frame or two in a receive
constexpr int kReceivesAtOnce = 8;         ///< then others on the loop have their turn

constexpr int kReceivesAtEnd = 64;

class UdpInput : public Input {
 public:
  UdpInput(UdpOptions options, net::IoLoop& loop, Intake& intake)
      : options_(std::move(options)),
        loop_(loop),
        intake_(intake),
        limiter_([this](const net::Address& peer) { return options_.sources.of(peer).rate; }) {}
  ~UdpInput() override { stop(); }

  Result<void> start() override;
  void stop() override;
  InputState state() const override { return {.name = options_.name, .address = address_, .problem = problem_}; }
  const InputCounters& counters() const override { return counters_; }

 private:
  void wait();
  void receive();
  void take(std::span<const net::Datagram> datagrams);
  FrameBatch& batch_for(const net::Address& from);
  void push();
  void count_kernel_drops();

  UdpOptions options_;
  net::IoLoop& loop_;
  Intake& intake_;
  InputCounters counters_;
  std::string address_, problem_;  ///< written by start() only

  // All that follows: on the loop's thread.
  RateLimiter limiter_;
  std::optional<net::UdpSocket> socket_;
  std::unique_ptr<net::Watch> watch_;
  std::unique_ptr<net::Timer> gather_, drops_;
  struct Open {
    net::Address from;
    FrameBatch batch;
  };
  std::vector<Open> open_;  ///< of this receive, one for each sender
};

Result<void> UdpInput::start() {
  auto opened = net::UdpSocket::open(std::move(options_.listen), options_.receive_buffer);
  if (!opened) {
    problem_ = opened.error().message;
    return std::unexpected(std::move(opened).error());
  }
  address_ = opened->local().text();
  if (opened->granted_buffer() < options_.receive_buffer)
    problem_ = "the kernel granted a receive buffer of " + std::to_string(opened->granted_buffer()) + " bytes of " +
               std::to_string(options_.receive_buffer) + ": raise net.core.rmem_max";
  loop_.call([&] {
    socket_.emplace(*std::move(opened));
    watch_ = std::make_unique<net::Watch>(loop_, socket_->descriptor());
    gather_ = std::make_unique<net::Timer>(loop_);
    drops_ = std::make_unique<net::Timer>(loop_);
    count_kernel_drops();
    wait();
  });
  return {};
}

void UdpInput::stop() {
  loop_.call([&] {
    if (!socket_) return;
    watch_.reset();
    gather_.reset();
    drops_.reset();
    // What had arrived; a sender that never rests must not keep us here.
    for (int round = 0; round < kReceivesAtEnd; ++round) take(socket_->receive());
    counters_.dropped_by_kernel += socket_->take_kernel_drops();
    socket_.reset();
  });
}

void UdpInput::wait() {
  watch_->when_readable([this] { receive(); });
}

void UdpInput::receive() {
  std::size_t count = 0;
  for (int round = 0; round < kReceivesAtOnce; ++round) {
    const auto datagrams = socket_->receive();
    take(datagrams);
    count += datagrams.size();
    if (datagrams.size() < net::UdpSocket::kBatch) break;
  }
  if (count >= kBusy)
    gather_->in(kGather, [this] { wait(); });
  else
    wait();
}

void UdpInput::take(std::span<const net::Datagram> datagrams) {
  if (datagrams.empty()) return;
  const Timestamp now = options_.now();
  std::uint64_t received = 0, bytes = 0, dropped = 0;
  for (const net::Datagram& datagram : datagrams) {
    const std::string_view frame = without_terminator(datagram.bytes);
    if (frame.empty()) continue;
    ++received;
    bytes += frame.size();
    if (options_.allowed.allows(datagram.from) && limiter_.allows(datagram.from, now))
      batch_for(datagram.from).add(now, frame);
    else
      ++dropped;
  }
  counters_.received += received;
  counters_.bytes += bytes;
  counters_.dropped += dropped;
  counters_.last_seen_us = now.us;
  push();
}

FrameBatch& UdpInput::batch_for(const net::Address& from) {
  // Backwards: datagrams of one sender come in a row. A receive holds kBatch datagrams, so this list is short.
  for (std::size_t i = open_.size(); i-- > 0;)
    if (open_[i].from == from) return open_[i].batch;
  FrameBatch& batch = open_.emplace_back(Open{.from = from, .batch = {}}).batch;
  batch.arena.reserve(kFirstBlock);
  batch.input = "syslog.udp";
  batch.peer = from.text();
  const SourceProfile& source = options_.sources.of(from);
  batch.source_class = source.source_class;
  batch.zone = source.zone;
  batch.stream = hash64(ByteView(from.bytes()), from.scope());
  batch.counters = &counters_;
  return batch;
}

void UdpInput::push() {
  for (Open& open : open_)
    if (!intake_.try_push(open.batch)) counters_.dropped += open.batch.frames.size();
  open_.clear();
}

void UdpInput::count_kernel_drops() {
  counters_.dropped_by_kernel += socket_->take_kernel_drops();
  drops_->in(kLookForDrops, [this] { count_kernel_drops(); });
}

}  // namespace

std::unique_ptr<Input> make_udp_input(UdpOptions options, net::IoLoop& loop, Intake& intake) {
  return std::make_unique<UdpInput>(std::move(options), loop, intake);
}

}  // namespace yorozu::ingest::syslog
