/// One Connection reads, lets its Protocol find the frames, and hands each turn's frames over as one batch. The Server
/// holds the connections and the batches that the intake refused: while there is one, nobody reads, so at most a turn's
/// worth of frames waits here whatever the number of connections. All of it happens on the loop's thread; only the
/// intake calls from others, and what it calls just posts.
#include "ingest/syslog/stream_input.h"

#include <algorithm>
#include <condition_variable>
#include <deque>
#include <mutex>
#include <optional>
#include <unordered_map>
#include <vector>

#include "base/hash.h"
#include "base/try.h"
#include "ingest/syslog/rate_limit.h"

namespace yorozu::ingest::syslog {
namespace {

using Steady = std::chrono::steady_clock;

constexpr std::size_t kRead = std::size_t{64} << 10;
/// Then other connections have their turn; also what one batch holds.
constexpr std::size_t kTurn = std::size_t{256} << 10;
constexpr std::size_t kMaxUnanswered = 50000;  ///< RELP frames on the way to the disk; then the sender waits
constexpr std::size_t kMaxReplies = std::size_t{1} << 20;  ///< bytes that a peer does not fetch
constexpr std::chrono::milliseconds kWorthForgiving{100};

class Connection;

class Server : public std::enable_shared_from_this<Server> {
 public:
  Server(StreamOptions options, net::IoLoop& loop, Intake& intake, InputCounters& counters);

  Result<net::Endpoint> start();
  void stop();

  // For connections.
  const StreamOptions& options() const { return options_; }
  net::IoLoop& loop() { return loop_; }
  InputCounters& counters() { return counters_; }
  RateLimiter& limiter() { return limiter_; }
  PendingBudget& budget() { return budget_; }
  std::span<char> scratch() { return scratch_; }
  bool is_full() const { return !held_.empty(); }
  void turn_when_room(std::shared_ptr<Connection> connection) { waiting_.push_back(std::move(connection)); }
  void push(FrameBatch batch);
  void forget(std::uint64_t id);
  void something_settled() { changed_.notify_all(); }
  void report(const net::Endpoint& peer, std::string_view problem) const;

 private:
  void serve(net::TcpListener::Accepted accepted);
  void ask_for_room();
  void room();
  void sweep();
  void report_refused();
  bool is_settled() const;
  std::vector<std::shared_ptr<Connection>> all() const;

  StreamOptions options_;
  net::IoLoop& loop_;
  Intake& intake_;
  InputCounters& counters_;
  RateLimiter limiter_;
  PendingBudget budget_;
  std::vector<char> scratch_ = std::vector<char>(kRead);
  std::unique_ptr<net::TcpListener> listener_;
  std::unique_ptr<net::Timer> sweeper_;
  std::unordered_map<std::uint64_t, std::shared_ptr<Connection>> connections_;
  std::uint64_t next_id_ = 1;
  std::deque<FrameBatch> held_;                      ///< refused by the intake, in order
  std::deque<std::shared_ptr<Connection>> waiting_;  ///< may be read, when there is room
  Steady::time_point full_since_;
  std::uint64_t told_limit_ = 0, told_network_ = 0;  ///< refused connections that were reported
  bool stopping_ = false;
  std::mutex mutex_;  ///< guards nothing but the wait of stop()
  std::condition_variable changed_;
};

class Connection : public FrameSink, public std::enable_shared_from_this<Connection> {
 public:
  Connection(std::shared_ptr<Server> server, std::uint64_t id, net::TcpListener::Accepted accepted);

  /// The handshake, then turns of reading.
  void begin();
  void turn();
  /// Ends it when it has been too long without what it should do.
  void check_time(Steady::time_point now);
  void forgive(Steady::duration time);
  /// No byte more is read; what is unfinished is handed over.
  void finish();
  void close();
  std::size_t unanswered() const { return protocol_->unanswered(); }

  void frame(std::string_view text, std::optional<std::uint64_t> cut) override;

 private:
  void wait_for(net::StreamState state);
  void wait_writable();
  bool take_bytes(bool& more);
  void hand_over();
  void kept(bool durable);
  void next_turn(bool more);
  void send();

  // Shared: an intake callback may find the connection alive while the server is being taken down.
  std::shared_ptr<Server> server_;
  std::uint64_t id_;
  net::Endpoint from_;
  std::shared_ptr<net::TcpListener::Place> place_;
  std::unique_ptr<net::Stream> stream_;
  std::unique_ptr<net::Watch> watch_;  ///< gone when closed
  std::unique_ptr<net::Timer> throttle_;
  std::unique_ptr<Protocol> protocol_;
  std::string peer_;
  FrameBatch batch_;
  std::size_t chunk_ = 0;  ///< size of what is being taken apart
  Timestamp received_;     ///< of this turn
  std::string replies_;
  Steady::time_point last_byte_ = Steady::now();
  Steady::time_point frame_began_ = last_byte_;
  bool open_ = false;  ///< the handshake is done
  bool has_sent_frames_ = false;
  bool finished_ = false;
  bool waits_writable_ = false;
  bool turn_wants_write_ = false;
  bool parked_ = false;  ///< too much is unanswered
};

// ---- Connection

Connection::Connection(std::shared_ptr<Server> server, std::uint64_t id, net::TcpListener::Accepted accepted)
    : server_(std::move(server)),
      id_(id),
      from_(accepted.peer),
      place_(std::move(accepted.place)),
      peer_(accepted.peer.address.text()) {
  net::keep_alive(accepted.socket);
  stream_ = server_->options().stream(std::move(accepted.socket));
  watch_ = std::make_unique<net::Watch>(server_->loop(), stream_->descriptor());
  protocol_ = server_->options().protocol(server_->budget());
}

void Connection::begin() {
  const auto self = shared_from_this();
  const net::StreamResult result = stream_->begin();
  if (result.state == net::StreamState::Ready) {
    open_ = true;
    if (std::string subject = stream_->peer_subject(); !subject.empty()) peer_ = std::move(subject);
    turn();
    return;
  }
  if (result.state == net::StreamState::Ended || result.state == net::StreamState::Failed) {
    server_->report(from_, stream_->problem());
    close();
    return;
  }
  wait_for(result.state);
}

void Connection::wait_for(net::StreamState state) {
  turn_wants_write_ = state == net::StreamState::WantWrite;
  if (turn_wants_write_)
    wait_writable();
  else
    watch_->when_readable([this] { open_ ? turn() : begin(); });
}

void Connection::wait_writable() {
  if (waits_writable_) return;
  waits_writable_ = true;
  watch_->when_writable([this] {
    const auto self = shared_from_this();
    waits_writable_ = false;
    send();
    if (watch_ && turn_wants_write_) open_ ? turn() : begin();
  });
}

void Connection::turn() {
  const auto self = shared_from_this();
  if (!watch_ || finished_) return;
  if (server_->is_full()) {
    server_->turn_when_room(self);
    return;
  }
  bool more = false;
  const bool goes_on = take_bytes(more);
  if (!watch_) return;
  hand_over();
  send();
  if (!watch_) return;
  if (!goes_on || protocol_->is_over())
    close();
  else
    next_turn(more);
}

/// Reads until nothing is there or the turn is used up (`more`). False when the connection has ended.
bool Connection::take_bytes(bool& more) {
  turn_wants_write_ = false;
  received_ = Timestamp::none();
  const bool was_unfinished = protocol_->has_unfinished();
  const std::span<char> scratch = server_->scratch();
  for (std::size_t total = 0; total < kTurn;) {
    const net::StreamResult result = stream_->read(scratch);
    if (result.state == net::StreamState::WantRead) return true;
    if (result.state == net::StreamState::WantWrite) {
      turn_wants_write_ = true;
      return true;
    }
    if (result.state != net::StreamState::Ready) {
      protocol_->finish(*this);
      return false;
    }
    if (!received_.known()) {
      received_ = server_->options().now();
      last_byte_ = Steady::now();
      if (!was_unfinished) frame_began_ = last_byte_;
    }
    total += result.bytes;
    chunk_ = result.bytes;
    const std::size_t frames = batch_.frames.size();
    protocol_->take({scratch.data(), result.bytes}, *this, replies_);
    if (batch_.frames.size() != frames) frame_began_ = last_byte_;
    if (protocol_->is_over()) return true;
    if (result.bytes < scratch.size()) return true;  // that was all
  }
  more = true;
  return true;
}

void Connection::frame(std::string_view text, std::optional<std::uint64_t> cut) {
  if (batch_.frames.empty()) {
    batch_.arena.reserve(std::max(chunk_, text.size()) + chunk_ / 8 + 64);
    batch_.bytes = 0;
    if (!received_.known()) received_ = server_->options().now();
  }
  batch_.add(received_, text, {}, cut);
}

void Connection::hand_over() {
  if (batch_.frames.empty()) return;
  FrameBatch batch = std::exchange(batch_, FrameBatch());
  has_sent_frames_ = true;
  const std::size_t count = batch.frames.size();
  batch.input = server_->options().input;
  batch.peer = peer_;
  const SourceProfile& source = server_->options().sources.of(from_.address);
  batch.source_class = source.source_class;
  batch.zone = source.zone;
  batch.stream = hash64(batch.input, id_);
  batch.counters = &server_->counters();
  if (protocol_->answers()) {
    protocol_->batch_made();
    batch.done = [loop = &server_->loop(), weak = weak_from_this()](const Result<void>& result) {
      loop->post([weak, durable = result.has_value()] {
        if (const auto connection = weak.lock()) connection->kept(durable);
      });
    };
  }
  InputCounters& counters = server_->counters();
  counters.received += count;
  counters.bytes += batch.bytes;
  counters.last_seen_us = received_.us;
  server_->push(std::move(batch));

  const std::int64_t debt = server_->limiter().charge(from_.address, count, received_);
  if (debt > 0 && !throttle_) throttle_ = std::make_unique<net::Timer>(server_->loop());
  if (debt > 0)
    throttle_->in(std::chrono::milliseconds(debt / 1000 + 1), [this] {
      const auto self = shared_from_this();
      throttle_.reset();
      turn();
    });
}

void Connection::next_turn(bool more) {
  if (throttle_) return;  // its timer goes on
  if (protocol_->unanswered() > kMaxUnanswered) {
    parked_ = true;
    return;
  }
  if (more)  // TLS may hold bytes that the socket no longer shows
    server_->loop().post([weak = weak_from_this()] {
      if (const auto connection = weak.lock()) connection->turn();
    });
  else
    wait_for(turn_wants_write_ ? net::StreamState::WantWrite : net::StreamState::WantRead);
}

void Connection::kept(bool durable) {
  if (!watch_) return;
  if (!durable) {
    server_->counters().refused += protocol_->unanswered();
    close();  // without an answer: the sender still has them and tries again
    return;
  }
  protocol_->batch_kept(replies_);
  send();
  server_->something_settled();
  if (!watch_) return;
  if (protocol_->is_over()) {
    close();
  } else if (parked_ && protocol_->unanswered() <= kMaxUnanswered / 2) {
    parked_ = false;
    turn();
  }
}

void Connection::send() {
  while (watch_ && open_ && !replies_.empty()) {
    const net::StreamResult result = stream_->write(replies_);
    if (result.state == net::StreamState::Ready) {
      replies_.erase(0, result.bytes);
      continue;
    }
    if (result.state == net::StreamState::Failed || replies_.size() > kMaxReplies)
      close();
    else if (result.state == net::StreamState::WantWrite)
      wait_writable();
    return;  // WantRead: the next turn tries again
  }
}

void Connection::check_time(Steady::time_point now) {
  const StreamTimeouts& limits = server_->options().timeouts;
  if (!watch_ || throttle_ || parked_) return;
  if (!open_) {
    if (now - last_byte_ > limits.handshake) close();
    return;
  }
  const bool stuck = protocol_->has_unfinished() && now - frame_began_ > limits.frame;
  const auto idle = now - last_byte_;
  if (stuck || idle > limits.idle || (!has_sent_frames_ && idle > limits.first_frame)) {
    finish();
    close();
  }
}

void Connection::forgive(Steady::duration time) {
  last_byte_ += time;
  frame_began_ += time;
}

void Connection::finish() {
  if (!watch_ || finished_) return;
  finished_ = true;
  chunk_ = 0;
  received_ = Timestamp::none();
  protocol_->finish(*this);
  hand_over();
}

void Connection::close() {
  if (!watch_) return;
  const auto self = shared_from_this();
  if (!protocol_->problem().empty()) server_->report(from_, protocol_->problem());
  if (open_) {
    protocol_->farewell(replies_);
    if (!replies_.empty()) (void)stream_->write(replies_);
    stream_->end();
  }
  watch_.reset();
  throttle_.reset();
  stream_.reset();
  place_.reset();
  server_->forget(id_);
}

// ---- Server

Server::Server(StreamOptions options, net::IoLoop& loop, Intake& intake, InputCounters& counters)
    : options_(std::move(options)),
      loop_(loop),
      intake_(intake),
      counters_(counters),
      limiter_([this](const net::Address& peer) { return options_.sources.of(peer).rate; }),
      budget_(options_.pending_bytes) {}

Result<net::Endpoint> Server::start() {
  TRY_ASSIGN(listener_,
             net::TcpListener::open(loop_, std::move(options_.listen), options_.limits,
                                    [this](net::TcpListener::Accepted accepted) { serve(std::move(accepted)); }));
  loop_.call([&] {
    sweeper_ = std::make_unique<net::Timer>(loop_);
    sweep();
  });
  return listener_->local();
}

void Server::serve(net::TcpListener::Accepted accepted) {
  const std::uint64_t id = next_id_++;
  const auto connection = std::make_shared<Connection>(shared_from_this(), id, std::move(accepted));
  connections_.emplace(id, connection);
  counters_.connections = connections_.size();
  connection->begin();
}

void Server::forget(std::uint64_t id) {
  connections_.erase(id);
  counters_.connections = connections_.size();
  changed_.notify_all();
}

void Server::report(const net::Endpoint& peer, std::string_view problem) const {
  if (options_.report && !problem.empty())
    options_.report(std::string(options_.name).append(": ").append(peer.text()).append(": ").append(problem));
}

void Server::push(FrameBatch batch) {
  if (held_.empty() && intake_.try_push(batch)) return;
  held_.push_back(std::move(batch));
  if (held_.size() > 1) return;
  full_since_ = Steady::now();
  ask_for_room();
}

void Server::ask_for_room() {
  intake_.when_room([loop = &loop_, weak = weak_from_this()] {
    loop->post([weak] {
      if (const auto server = weak.lock()) server->room();
    });
  });
}

void Server::room() {
  while (!held_.empty() && intake_.try_push(held_.front())) held_.pop_front();
  if (!held_.empty()) {
    ask_for_room();
    return;
  }
  changed_.notify_all();
  if (const auto waited = Steady::now() - full_since_; waited > kWorthForgiving)  // is not the senders' fault
    for (const auto& [id, connection] : connections_) connection->forgive(waited);
  while (!waiting_.empty() && held_.empty()) {
    const auto connection = std::move(waiting_.front());
    waiting_.pop_front();
    connection->turn();
  }
}

/// In sums, because whoever is refused tries again and again.
void Server::report_refused() {
  const auto tell = [&](std::uint64_t total, std::uint64_t& told, std::string_view why) {
    if (total != told && options_.report)
      options_.report(options_.name + ": " + std::to_string(total - told) +
                      " connections refused: " + std::string(why));
    told = total;
  };
  tell(listener_->refused_by_limit(), told_limit_, "too many");
  tell(listener_->refused_by_network(), told_network_, "not from an allowed network");
}

void Server::sweep() {
  report_refused();
  if (held_.empty())
    for (const auto& connection : all()) connection->check_time(Steady::now());
  const StreamTimeouts& limits = options_.timeouts;
  const auto shortest = std::min({limits.handshake, limits.first_frame, limits.frame, limits.idle});
  sweeper_->in(std::clamp(shortest / 4, std::chrono::milliseconds(5), std::chrono::milliseconds(1000)),
               [this] { sweep(); });
}

std::vector<std::shared_ptr<Connection>> Server::all() const {
  std::vector<std::shared_ptr<Connection>> connections;
  connections.reserve(connections_.size());
  for (const auto& [id, connection] : connections_) connections.push_back(connection);
  return connections;
}

bool Server::is_settled() const {
  return held_.empty() && std::all_of(connections_.begin(), connections_.end(),
                                      [](const auto& entry) { return entry.second->unanswered() == 0; });
}

void Server::stop() {
  loop_.call([&] {
    if (stopping_) return;
    stopping_ = true;
    if (listener_) listener_->stop();
    sweeper_.reset();
    for (const auto& connection : all()) connection->finish();
  });
  const auto deadline = Steady::now() + options_.timeouts.stop;
  const auto settled = [&] {
    bool is = false;
    loop_.call([&] { is = is_settled(); });
    return is;
  };
  while (!settled() && Steady::now() < deadline) {
    std::unique_lock lock(mutex_);
    changed_.wait_for(lock, std::chrono::milliseconds(20));
  }
  loop_.call([&] {
    for (const FrameBatch& batch : held_)
      if (!batch.done) counters_.dropped += batch.frames.size();  // others are sent again
    held_.clear();
    waiting_.clear();
    for (const auto& connection : all()) connection->close();
    listener_.reset();
  });
}

// ---- the input

class StreamInput : public Input {
 public:
  StreamInput(StreamOptions options, net::IoLoop& loop, Intake& intake)
      : name_(options.name), server_(std::make_shared<Server>(std::move(options), loop, intake, counters_)) {}
  ~StreamInput() override { stop(); }

  Result<void> start() override {
    auto local = server_->start();
    if (!local) {
      problem_ = local.error().message;
      return std::unexpected(std::move(local).error());
    }
    address_ = local->text();
    return {};
  }
  void stop() override { server_->stop(); }
  InputState state() const override { return {.name = name_, .address = address_, .problem = problem_}; }
  const InputCounters& counters() const override { return counters_; }

 private:
  std::string name_, address_, problem_;  ///< written by start() only
  InputCounters counters_;
  std::shared_ptr<Server> server_;  // shared with connections and with callbacks that the intake still holds (weakly)
};

class PlainProtocol : public Protocol {
 public:
  explicit PlainProtocol(PendingBudget& budget) : framer_(budget) {}
  void take(std::string_view bytes, FrameSink& frames, std::string& reply) override {
    (void)reply;
    framer_.feed(bytes, frames);
  }
  void finish(FrameSink& frames) override { framer_.finish(frames); }
  bool has_unfinished() const override { return framer_.has_unfinished(); }

 private:
  SyslogFramer framer_;
};

}  // namespace

std::unique_ptr<Protocol> make_plain_protocol(PendingBudget& budget) {
  return std::make_unique<PlainProtocol>(budget);
}

std::unique_ptr<Input> make_stream_input(StreamOptions options, net::IoLoop& loop, Intake& intake) {
  return std::make_unique<StreamInput>(std::move(options), loop, intake);
}

}  // namespace yorozu::ingest::syslog
