/// RELP, the server's half, as librelp's documentation (doc/relp) describes it: frames `TXNR SP COMMAND SP DATALEN
/// [SP DATA] LF`, each command of the client answered by `rsp` with its number, in the order of the commands. A syslog
/// message is answered `200 OK` only when it is durable. Versions 0 and 1; no starttls (TLS is below, when wanted), no
/// windows (the sender has one). Pure.
#pragma once

#include <cstdint>
#include <deque>
#include <memory>
#include <string>
#include <string_view>

#include "ingest/syslog/protocol.h"

namespace yorozu::ingest::syslog {

/// One frame of RELP. `data` is valid during the call and cut when `length` says more.
struct RelpFrame {
  std::uint32_t txnr = 0;
  std::string_view command;
  std::string_view data;
  std::uint64_t length = 0;
};

class RelpSink {
 public:
  virtual ~RelpSink() = default;
  virtual void frame(const RelpFrame& frame) = 0;
};

/// Frames out of bytes, however these were cut on the way. After the first byte that no frame can have there, problem()
/// tells and nothing more is read: the specification wants such a connection closed.
class RelpReader {
 public:
  explicit RelpReader(PendingBudget& budget) : data_(budget) {}
  void feed(std::string_view bytes, RelpSink& sink);
  std::string_view problem() const { return problem_; }
  bool has_unfinished() const { return state_ != State::Txnr || digits_ > 0; }

 private:
  enum class State { Txnr, Command, Length, Data, Trailer };
  void header(char c);
  void number(char c, std::uint64_t& value, State next);
  std::string_view data(std::string_view bytes, RelpSink& sink);
  void fail(std::string_view why) { problem_ = why; }

  State state_ = State::Txnr;
  std::uint64_t txnr_ = 0, length_ = 0;
  std::size_t digits_ = 0;  ///< of the number that is being read
  std::string command_;
  PendingFrame data_;
  std::string_view problem_;
};

/// A session: offers, messages, answers.
class RelpSession : public Protocol, private RelpSink {
 public:
  explicit RelpSession(PendingBudget& budget) : reader_(budget) {}

  void take(std::string_view bytes, FrameSink& frames, std::string& reply) override;
  /// What is unfinished has no answer: its sender has it still.
  void finish(FrameSink& frames) override { (void)frames; }
  bool has_unfinished() const override { return reader_.has_unfinished(); }
  bool is_over() const override { return !problem().empty() || (closing_ && answers_.empty()); }
  std::string_view problem() const override { return problem_.empty() ? reader_.problem() : problem_; }
  bool answers() const override { return true; }
  void batch_made() override { ++made_; }
  void batch_kept(std::string& reply) override;
  std::size_t unanswered() const override { return messages_; }
  void farewell(std::string& reply) override;

 private:
  /// An answer that waits for its turn: for all before it, and (a message) for the commit of its batch.
  enum class Kind : std::uint8_t { Message, Ok, Offers, Unknown };
  struct Answer {
    std::uint32_t txnr;
    Kind kind;
    std::uint64_t batch;
  };

  void frame(const RelpFrame& frame) override;
  void open(const RelpFrame& frame);
  void message(const RelpFrame& frame);
  void send_answers(std::string& reply);
  void queue(std::uint32_t txnr, Kind kind) { answers_.push_back({txnr, kind, made_}); }

  RelpReader reader_;
  FrameSink* frames_ = nullptr;  ///< during take()
  std::deque<Answer> answers_;
  std::size_t messages_ = 0;           ///< of these
  std::uint64_t made_ = 0, kept_ = 0;  ///< batches
  bool opened_ = false, closing_ = false;
  char version_ = '0';
  std::string_view problem_;
};

std::unique_ptr<Protocol> make_relp_protocol(PendingBudget& budget);

}  // namespace yorozu::ingest::syslog
