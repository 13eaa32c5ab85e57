#include "ingest/syslog/relp.h"

#include <algorithm>

namespace yorozu::ingest::syslog {
namespace {

constexpr std::size_t kMaxDigits = 9;    // NUMBER = 1*9DIGIT
constexpr std::size_t kMaxCommand = 32;  // COMMAND = 1*32ALPHA
constexpr std::uint64_t kMaxOffers = 32768;

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}
bool is_letter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

void append_response(std::uint32_t txnr, std::string_view data, std::string& out) {
  out.append(std::to_string(txnr)).append(" rsp ").append(std::to_string(data.size())).append(" ");
  out.append(data).append("\n");
}

}  // namespace

// ---- frames

void RelpReader::feed(std::string_view bytes, RelpSink& sink) {
  while (!bytes.empty() && problem_.empty()) {
    if (state_ == State::Data) {
      bytes = data(bytes, sink);
      continue;
    }
    if (state_ == State::Trailer) {
      if (bytes.front() != '\n') return fail("a RELP frame does not end where it should");
      sink.frame({.txnr = static_cast<std::uint32_t>(txnr_),
                  .command = command_,
                  .data = data_.kept(),
                  .length = data_.length()});
      data_.clear();
      txnr_ = 0;
      state_ = State::Txnr;
    } else {
      header(bytes.front());
      if (state_ == State::Trailer) continue;  // a length of 0: this very byte is the trailer
    }
    bytes.remove_prefix(1);
  }
}

void RelpReader::header(char c) {
  switch (state_) {
    case State::Txnr:
      number(c, txnr_, State::Command);
      if (state_ == State::Command) command_.clear();
      return;
    case State::Command:
      if (is_letter(c) && command_.size() < kMaxCommand) {
        command_.push_back(c);
      } else if (c == ' ' && !command_.empty()) {
        state_ = State::Length;
        length_ = 0;
      } else {
        fail("the command of a RELP frame is not one");
      }
      return;
    default:
      // Without data nothing stands between length and trailer, though some senders put the blank there.
      if (c == '\n' && digits_ > 0 && length_ == 0) {
        digits_ = 0;
        state_ = State::Trailer;
        return;
      }
      number(c, length_, State::Data);
  }
}

void RelpReader::number(char c, std::uint64_t& value, State next) {
  if (is_digit(c) && digits_ < kMaxDigits) {
    value = value * 10 + static_cast<std::uint64_t>(c - '0');
    ++digits_;
  } else if (c == ' ' && digits_ > 0) {
    digits_ = 0;
    state_ = next;
  } else {
    fail("a RELP frame does not begin with its numbers");
  }
}

std::string_view RelpReader::data(std::string_view bytes, RelpSink& sink) {
  const std::uint64_t missing = length_ - data_.length();
  const auto take = static_cast<std::size_t>(std::min<std::uint64_t>(missing, bytes.size()));
  if (data_.empty() && take == length_ && take < bytes.size() && bytes[take] == '\n') {  // all of it is here
    sink.frame({.txnr = static_cast<std::uint32_t>(txnr_),
                .command = command_,
                .data = bytes.substr(0, take),
                .length = length_});
    txnr_ = 0;
    state_ = State::Txnr;
    return bytes.substr(take + 1);
  }
  data_.append(bytes.substr(0, take));
  if (data_.length() == length_) state_ = State::Trailer;
  return bytes.substr(take);
}

// ---- session

void RelpSession::take(std::string_view bytes, FrameSink& frames, std::string& reply) {
  frames_ = &frames;
  if (problem_.empty()) reader_.feed(bytes, *this);
  frames_ = nullptr;
  send_answers(reply);
}

void RelpSession::frame(const RelpFrame& frame) {
  if (!problem_.empty() || frame.txnr == 0) return;  // 0: a hint, which nobody answers
  if (closing_) {
    problem_ = "a RELP command after close";
  } else if (frame.command == "open") {
    open(frame);
  } else if (!opened_) {
    problem_ = "a RELP command before open";
  } else if (frame.command == "syslog") {
    message(frame);
  } else if (frame.command == "close") {
    closing_ = true;
    queue(frame.txnr, Kind::Ok);
  } else {
    queue(frame.txnr, Kind::Unknown);
  }
}

void RelpSession::open(const RelpFrame& frame) {
  if (opened_ || frame.length > kMaxOffers) {
    problem_ = opened_ ? "RELP open twice" : "RELP offers without end";
    return;
  }
  std::string_view offers = frame.data;
  constexpr std::string_view kVersion = "relp_version=";
  bool has_version = false;
  while (!offers.empty()) {
    const std::string_view offer = offers.substr(0, offers.find('\n'));
    offers.remove_prefix(std::min(offer.size() + 1, offers.size()));
    if (!offer.starts_with(kVersion)) continue;
    has_version = true;
    version_ = offer.substr(kVersion.size()) == "0" ? '0' : '1';
  }
  if (!has_version) {
    problem_ = "RELP open without relp_version";
    return;
  }
  opened_ = true;
  queue(frame.txnr, Kind::Offers);
}

void RelpSession::message(const RelpFrame& frame) {
  std::string_view text = frame.data;
  std::uint64_t length = frame.length;
  if (text.size() == length) {
    text = without_terminator(text);
    length = text.size();
  }
  if (length == 0) {
    queue(frame.txnr, Kind::Ok);  // nothing that could be kept
    return;
  }
  emit_frame(text, length, *frames_);
  queue(frame.txnr, Kind::Message);
  ++messages_;
}

void RelpSession::batch_kept(std::string& reply) {
  ++kept_;
  send_answers(reply);
}

void RelpSession::send_answers(std::string& reply) {
  for (; !answers_.empty(); answers_.pop_front()) {
    const Answer& answer = answers_.front();
    switch (answer.kind) {
      case Kind::Message:
        if (answer.batch >= kept_) return;
        --messages_;
        [[fallthrough]];
      case Kind::Ok:
        append_response(answer.txnr, "200 OK", reply);
        break;
      case Kind::Offers:
        append_response(answer.txnr,
                        std::string("200 OK\nrelp_version=") + version_ + "\nrelp_software=yorozu\ncommands=syslog",
                        reply);
        break;
      case Kind::Unknown:
        append_response(answer.txnr, "500 unknown command", reply);
        break;
    }
  }
}

void RelpSession::farewell(std::string& reply) {
  if (opened_) reply.append("0 serverclose 0\n");
}

std::unique_ptr<Protocol> make_relp_protocol(PendingBudget& budget) {
  return std::make_unique<RelpSession>(budget);
}

}  // namespace yorozu::ingest::syslog
