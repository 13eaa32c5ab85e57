/// A connection that speaks HTTP: reads requests, finds their route, writes answers.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "http/body_decoder.h"
#include "http/open_connection.h"
#include "http/request_parser.h"
#include "http/websocket_connection.h"

namespace yorozu::http {

class Connection final : public OpenConnection {
 public:
  using OpenConnection::OpenConnection;
  ~Connection() override;

  void start() override;
  void stop() override;

 private:
  enum class State {
    Handshake,
    Reading,    ///< head or body
    Waiting,    ///< for an answer, or for a BodyStream
    Streaming,  ///< an answer that comes piece by piece
    Lingering,
  };

  Next step() override;
  void wrote_out() override;
  bool is_idle() const override;
  void on_closed() override;
  Next handshake();
  Next read_request();
  Next stream_some();
  Next watch_client();
  Next linger();

  Next begin_request();
  Next refuse(Response response);
  Next discard(std::size_t bytes);
  Next count_progress(std::size_t bytes);
  Next take_body(std::string_view encoded);
  Result<void> keep(std::string_view decoded);
  Next body_failed(const Error& error);
  Next end_request();
  Next hand_to_stream();
  void stream_took(Result<void> done);
  Next answer(const Response& response);
  void answered_elsewhere(const Reply::Make& make);
  void end_answer();
  Next begin_socket();
  Next upgrade();
  void begin_stream(const std::shared_ptr<Outgoing>& stream);
  Reply make_reply();
  bool reserve(std::uint64_t bytes);

  State state_ = State::Handshake;
  bool is_answering_ = false;  ///< what is in out_ is the answer
  bool close_after_ = false;

  RequestParser parser_;
  bool head_began_ = false;
  bool head_is_complete_ = false;
  const Route* route_ = nullptr;
  bool is_head_request_ = false;
  bool keep_alive_ = true;
  std::unique_ptr<BodyDecoder> decoder_;
  std::unique_ptr<BodyStream> body_stream_;
  std::string piece_;  ///< on its way to body_stream_
  Request request_;
  std::optional<Response> refusal_;  ///< given when the body was read away
  std::uint64_t discarded_ = 0;
  std::uint64_t reserved_ = 0;
  bool body_is_complete_ = false;
  std::shared_ptr<ClientGone> client_gone_;  ///< of the request that is being answered
  std::shared_ptr<Outgoing> stream_;         ///< the body of the answer
  std::unique_ptr<Upgrade> upgrade_;         ///< taken when the answer 101 is written
};

}  // namespace yorozu::http
