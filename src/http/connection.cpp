#include "http/connection.h"

#include <fmt/format.h>

#include <array>
#include <exception>
#include <utility>

#include "base/try.h"
#include "http/outgoing.h"

namespace yorozu::http {
namespace {

/// A refused body up to this size is read away, so that the connection can go on; beyond, it is cheaper to close.
constexpr std::uint64_t kDiscardBytes = std::uint64_t{1} << 20;

std::string http_date(Timestamp time) {  // RFC 9110 section 5.6.7
  static constexpr std::array<const char*, 7> days = {"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
  static constexpr std::array<const char*, 12> months = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                                         "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  const CivilTime c = to_civil(time);
  return fmt::format("{}, {:02} {} {:04} {:02}:{:02}:{:02} GMT", days[static_cast<std::size_t>(c.weekday)], c.day,
                     months[static_cast<std::size_t>(c.month - 1)], c.year, c.hour, c.minute, c.second);
}

/// A value of ours may quote what a client sent; it must not end its line.
void append_header(std::string_view name, std::string_view value, std::string& out) {
  out.append(name).append(": ");
  for (const char c : value) out += static_cast<unsigned char>(c) < 0x20 || c == 0x7F ? ' ' : c;
  out.append("\r\n");
}

}  // namespace

Connection::~Connection() {
  context_.body_memory_left += reserved_;
}

void Connection::start() {
  arm(context_.limits.handshake);
  pump();
}

void Connection::stop() {
  const auto self = shared_from_this();
  keep_alive_ = false;
  if (is_idle() && state_ != State::Lingering) close();
}

bool Connection::is_idle() const {
  return state_ == State::Handshake || state_ == State::Lingering ||
         (state_ == State::Reading && !head_began_ && out_.empty() && in_.empty());
}

void Connection::on_closed() {
  if (client_gone_) client_gone_->signal();
}

Connection::Next Connection::step() {
  switch (state_) {
    case State::Handshake:
      return handshake();
    case State::Reading:
      return upgrade_ ? upgrade() : read_request();
    case State::Streaming:
      return stream_some();
    case State::Lingering:
      return linger();
    case State::Waiting:
      break;
  }
  return client_gone_ && client_gone_->is_awaited() ? watch_client() : Next::Wait;
}

Connection::Next Connection::handshake() {
  const net::StreamResult result = carrier_.stream->begin();
  if (result.state != net::StreamState::Ready) return wait_for(result);
  state_ = State::Reading;
  arm(context_.limits.idle);
  return Next::Again;
}

void Connection::wrote_out() {
  if (is_answering_)
    end_answer();
  else if (state_ == State::Streaming)
    disarm();  // the next piece may take its time
}

Connection::Next Connection::linger() {
  std::array<char, kReadBytes> nowhere;
  return wait_for(carrier_.stream->read(nowhere));
}

Connection::Next Connection::read_request() {
  if (in_.empty()) {
    // The parser may have its end already without another byte.
    if (!head_is_complete_ || parser_.next({}).event != RequestParser::Event::End) return read_some();
    return end_request();
  }
  if (!head_began_) {
    head_began_ = true;
    arm(context_.limits.head);
  }
  const auto [event, consumed, body] = parser_.next(in_.view().substr(0, kReadBytes * 5));
  Next next = Next::Again;
  switch (event) {
    case RequestParser::Event::NeedMore:
      in_.begin += consumed;
      if (!head_is_complete_ && parser_.is_fresh()) head_began_ = false;  // only empty lines
      return read_some();
    case RequestParser::Event::Head:
      next = begin_request();
      break;
    case RequestParser::Event::Body:
      next = refusal_ ? discard(body.size()) : take_body(body);
      break;
    case RequestParser::Event::End:
      next = end_request();
      break;
    case RequestParser::Event::Failed:
      ++context_.bad_requests;
      keep_alive_ = false;
      return answer(problem(parser_.problem_status(), reason_phrase(parser_.problem_status()), parser_.problem()));
  }
  in_.begin += consumed;
  return next;
}

Connection::Next Connection::begin_request() {
  ++context_.requests;
  head_is_complete_ = true;
  request_.head = std::move(parser_.head());
  RequestHead& head = request_.head;
  head.peer = carrier_.peer;
  head.tls_subject = carrier_.stream->peer_subject();
  head.connection = carrier_.number;
  is_head_request_ = head.method == "HEAD";
  const std::string_view wish = head.headers.value_or("connection");
  keep_alive_ = !context_.is_stopping && (head.is_http_1_0 ? has_token(wish, "keep-alive") : !has_token(wish, "close"));

  Router::Found found = context_.router.find(head.method, head.path);
  if (found.route == nullptr && found.allowed.empty())
    return refuse(problem(404, reason_phrase(404), "nothing is served at this path"));
  if (found.route == nullptr) {
    Response response = problem(405, reason_phrase(405));
    response.headers.add("Allow", found.allowed);
    return refuse(std::move(response));
  }
  route_ = found.route;
  head.parameters = std::move(found.parameters);
  if (auto refusal = route_->admit(head)) return refuse(std::move(*refusal));

  if (head.content_length.value_or(0) > route_->max_body)
    return refuse(route_->refuse(413, fmt::format("at most {} bytes are taken at once", route_->max_body)));
  auto decoder = BodyDecoder::make(head.headers.value_or("content-encoding"), route_->max_body);
  if (!decoder) return refuse(route_->refuse(415, decoder.error().message));
  decoder_ = std::move(*decoder);
  if (route_->open_body) {
    body_stream_ = route_->open_body(head);
  } else if (const std::uint64_t length = head.content_length.value_or(0); length > 0) {
    if (!reserve(length)) return body_failed({ErrorCode::Timeout, "too many requests are being read"});
    request_.body.reserve(length);
  }
  if (const auto expect = head.headers.find("expect")) {
    if (!equal_without_case(*expect, "100-continue")) return refuse(route_->refuse(417, "only 100-continue is known"));
    if (head.has_body()) out_ = "HTTP/1.1 100 Continue\r\n\r\n";
  }
  arm(context_.limits.body);
  return Next::Again;
}

Connection::Next Connection::refuse(Response response) {
  const RequestHead& head = request_.head;
  const bool is_awaited = head.headers.find("expect").has_value();  // the body comes after our word only
  if (!head.has_body()) {
    body_is_complete_ = true;
  } else if (is_awaited || head.content_length.value_or(0) > kDiscardBytes) {
    return answer(response);
  }
  if (body_is_complete_) return answer(response);
  refusal_ = std::move(response);
  arm(context_.limits.body);
  return Next::Again;
}

Connection::Next Connection::discard(std::size_t bytes) {
  discarded_ += bytes;
  if (discarded_ > kDiscardBytes) return answer(*refusal_);
  return count_progress(bytes);
}

Connection::Next Connection::count_progress(std::size_t bytes) {
  progress_ += bytes;
  if (progress_ >= kProgressBytes) arm(context_.limits.body);
  return Next::Again;
}

Connection::Next Connection::take_body(std::string_view encoded) {
  const Result<void> done = decoder_->decode(encoded, [this](std::string_view decoded) { return keep(decoded); });
  if (!done) return body_failed(done.error());
  if (!piece_.empty()) return hand_to_stream();
  return count_progress(encoded.size());
}

Result<void> Connection::keep(std::string_view decoded) {
  if (body_stream_) {
    piece_.append(decoded);
    return {};
  }
  std::string& body = request_.body;
  const std::uint64_t wanted = body.size() + decoded.size();
  // As the string grows: by half and more.
  if (wanted > reserved_ && !reserve(std::max<std::uint64_t>(wanted - reserved_, reserved_ / 2 + kProgressBytes)))
    return fail(ErrorCode::Timeout, "too many requests are being read");
  if (wanted > body.capacity()) body.reserve(reserved_);
  body.append(decoded);
  return {};
}

bool Connection::reserve(std::uint64_t bytes) {
  if (bytes > context_.body_memory_left) return false;
  context_.body_memory_left -= bytes;
  reserved_ += bytes;
  return true;
}

Connection::Next Connection::body_failed(const Error& error) {
  request_.body = {};
  if (body_stream_) {
    keep_alive_ = false;
    body_stream_.reset();
  }
  if (error.code != ErrorCode::Timeout)
    return refuse(route_->refuse(error.code == ErrorCode::Overloaded ? 413 : 400, error.message));
  ++context_.refused_busy;
  Response response = route_->refuse(429, error.message);
  if (!response.headers.find("Retry-After")) response.headers.add("Retry-After", "1");
  return refuse(std::move(response));
}

Connection::Next Connection::hand_to_stream() {
  state_ = State::Waiting;
  disarm();
  // The bytes have to live until `done`, even when this connection ends before.
  auto piece = std::make_shared<const std::string>(std::exchange(piece_, {}));
  const std::string_view bytes = *piece;
  body_stream_->take(
      bytes, [piece = std::move(piece), gate = context_.gate, weak = weak_from_this()](const Result<void>& done) {
        gate->post([weak, done] {
          if (const auto self = weak.lock()) static_cast<Connection&>(*self).stream_took(done);
        });
      });
  return Next::Again;
}

void Connection::stream_took(Result<void> done) {
  if (is_over() || state_ != State::Waiting) return;
  if (!done) {
    body_stream_->finish(make_reply());
    return;
  }
  state_ = State::Reading;
  arm(context_.limits.body);
  pump();
}

Connection::Next Connection::end_request() {
  body_is_complete_ = true;
  if (refusal_) return answer(*refusal_);
  if (const Result<void> done = decoder_->finish(); !done) return body_failed(done.error());
  if (route_->open_socket) return begin_socket();
  state_ = State::Waiting;
  disarm();
  request_.received = context_.now();
  if (body_stream_)
    body_stream_->finish(make_reply());
  else
    route_->answer(std::move(request_), make_reply());
  return Next::Again;
}

Connection::Next Connection::begin_socket() {
  auto upgrade = Upgrade::begin(request_.head, *route_, kept_);
  if (!upgrade) return answer(upgrade.error());
  upgrade_ = std::move(*upgrade);
  out_ = upgrade_->answer();
  arm(context_.limits.write);
  return Next::Again;
}

Connection::Next Connection::upgrade() {
  const auto self = shared_from_this();  // the server lets go of this one
  auto next = std::move(*upgrade_).connection(kept_, hand_over(), std::move(in_));
  context_.replace(next.first, next.second);
  return Next::Wait;
}

Reply Connection::make_reply() {
  client_gone_ = std::make_shared<ClientGone>();
  return Reply(
      [gate = context_.gate, weak = weak_from_this()](Reply::Make make) {
        gate->post([weak, make = std::move(make)] {
          if (const auto self = weak.lock()) static_cast<Connection&>(*self).answered_elsewhere(make);
        });
      },
      client_gone_);
}

void Connection::answered_elsewhere(const Reply::Make& make) {
  if (is_over() || state_ != State::Waiting) return;
  const auto self = shared_from_this();
  state_ = State::Reading;
  try {
    answer(make());
  } catch (const std::exception&) {  // memory
    return close();
  }
  pump();
}

Connection::Next Connection::answer(const Response& response) {
  close_after_ = !keep_alive_ || context_.is_stopping || !body_is_complete_;
  out_ = fmt::format("HTTP/1.1 {} {}\r\n", response.status, reason_phrase(response.status));
  append_header("Date", http_date(context_.now()), out_);
  if (!response.content_type.empty()) append_header("Content-Type", response.content_type, out_);
  const bool has_no_body = response.status == 204 || response.status == 304;
  const bool is_chunked = response.stream && !request_.head.is_http_1_0;
  if (response.stream && !is_chunked) close_after_ = true;  // the end of the connection is the end of the body
  if (is_chunked)
    append_header("Transfer-Encoding", "chunked", out_);
  else if (!response.stream && !has_no_body)
    append_header("Content-Length", std::to_string(response.body.size()), out_);
  for (const auto& [name, value] : response.headers.all()) append_header(name, value, out_);
  if (close_after_)
    append_header("Connection", "close", out_);
  else if (request_.head.is_http_1_0)
    append_header("Connection", "keep-alive", out_);
  out_ += "\r\n";
  arm(context_.limits.write);
  if (response.stream) begin_stream(response.stream);
  if (state_ == State::Streaming) return Next::Again;
  if (!is_head_request_ && !has_no_body) out_ += response.body;
  is_answering_ = true;
  return Next::Again;
}

void Connection::begin_stream(const std::shared_ptr<Outgoing>& stream) {
  if (is_head_request_) return stream->gone();
  stream_ = stream;
  state_ = State::Streaming;
  stream_->set_wake(pump_later());
}

Connection::Next Connection::stream_some() {
  std::string piece;
  const Outgoing::State state = stream_->take(piece);
  if (state == Outgoing::State::Aborted) return Next::Close;
  const bool is_chunked = !request_.head.is_http_1_0;
  if (!piece.empty()) {
    if (is_chunked) out_ = fmt::format("{:x}\r\n", piece.size());
    out_ += piece;
    if (is_chunked) out_ += "\r\n";
  }
  if (state == Outgoing::State::Ended) {
    if (is_chunked) out_ += "0\r\n\r\n";
    is_answering_ = true;
    state_ = State::Reading;
    if (out_.empty()) {
      end_answer();
      return Next::Again;
    }
  } else if (out_.empty()) {
    return watch_client();
  }
  arm(context_.limits.write);
  return Next::Again;
}

/// What the client sends ahead is kept, up to a bound; that it has gone is noticed.
Connection::Next Connection::watch_client() {
  if (in_.view().size() >= kReadBytes) return Next::Wait;
  return read_some();
}

void Connection::end_answer() {
  is_answering_ = false;
  context_.body_memory_left += reserved_;
  reserved_ = 0;
  request_ = {};
  decoder_.reset();
  body_stream_.reset();
  piece_ = {};
  if (client_gone_) std::exchange(client_gone_, nullptr)->forget();
  if (stream_) std::exchange(stream_, nullptr)->gone();
  if (close_after_) {
    state_ = State::Lingering;
    in_.release();
    carrier_.stream->end();
    arm(context_.limits.linger);
    return;
  }
  parser_ = RequestParser();
  head_began_ = head_is_complete_ = body_is_complete_ = false;
  refusal_.reset();
  is_head_request_ = false;
  keep_alive_ = true;
  discarded_ = 0;
  arm(context_.limits.idle);
}

}  // namespace yorozu::http
