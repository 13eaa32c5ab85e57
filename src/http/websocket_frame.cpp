#include "http/websocket_frame.h"

#include <utility>

#include "base/text.h"

namespace yorozu::http {
namespace {

constexpr std::size_t kMaxControl = 125;

std::uint64_t big_endian(std::string_view bytes) {
  std::uint64_t value = 0;
  for (const char c : bytes) value = value << 8 | static_cast<unsigned char>(c);
  return value;
}

void append_big_endian(std::uint64_t value, int bytes, std::string& out) {
  for (int i = bytes - 1; i >= 0; --i) out += static_cast<char>(value >> (8 * i) & 0xFF);
}

bool is_control(Opcode opcode) {
  return opcode >= Opcode::Close;
}

bool is_known(unsigned opcode) {
  return opcode <= 2 || (opcode >= 8 && opcode <= 10);
}

/// Section 7.4: what a peer may say.
bool is_status(std::uint64_t status) {
  return (status >= 1000 && status <= 1014 && status != 1004 && status != 1005 && status != 1006) ||
         (status >= 3000 && status <= 4999);
}

}  // namespace

void append_frame(Opcode opcode, std::string_view payload, std::string& out) {
  out += static_cast<char>(0x80U | static_cast<unsigned>(opcode));
  if (payload.size() < 126) {
    out += static_cast<char>(payload.size());
  } else if (payload.size() < 0x10000) {
    out += static_cast<char>(126);
    append_big_endian(payload.size(), 2, out);
  } else {
    out += static_cast<char>(127);
    append_big_endian(payload.size(), 8, out);
  }
  out += payload;
}

void append_close(std::uint16_t status, std::string_view reason, std::string& out) {
  std::string payload;
  append_big_endian(status, 2, payload);
  reason = reason.substr(0, kMaxControl - 2);
  while (!is_valid_utf8(reason)) reason.remove_suffix(1);
  append_frame(Opcode::Close, payload.append(reason), out);
}

FrameReader::Step FrameReader::fail(std::uint16_t status) {
  status_ = status;
  return {Event::Failed, 0};
}

FrameReader::Step FrameReader::next(std::string_view input) {
  if (input.size() < 2) return {};
  const auto first = static_cast<unsigned char>(input[0]), second = static_cast<unsigned char>(input[1]);
  const bool is_last = (first & 0x80U) != 0, is_masked = (second & 0x80U) != 0;
  if ((first & 0x70U) != 0 || !is_known(first & 0xFU) || !is_masked) return fail(1002);
  const auto opcode = static_cast<Opcode>(first & 0xFU);

  std::uint64_t length = second & 0x7FU;
  std::size_t head = 2;
  if (length >= 126) {
    const std::size_t bytes = length == 126 ? 2 : 8;
    if (input.size() < head + bytes) return {};
    length = big_endian(input.substr(head, bytes));
    if (length < (bytes == 2 ? 126U : 0x10000U)) return fail(1002);  // the shortest spelling is the only one
    head += bytes;
  }
  if (is_control(opcode) && (!is_last || length > kMaxControl)) return fail(1002);
  if (!is_control(opcode) && (opcode == Opcode::Continuation) != (message_kind_ != Opcode::Continuation))
    return fail(1002);
  if (!is_control(opcode) && length > max_message_ - message_.size()) return fail(1009);
  const std::string_view mask = input.substr(head, 4);
  head += 4;
  if (input.size() < head || input.size() - head < length) return {};

  payload_ = input.substr(head, length);
  for (std::size_t i = 0; i < payload_.size(); ++i) payload_[i] = static_cast<char>(payload_[i] ^ mask[i % 4]);
  const Event event = finish(opcode, is_last);
  return {event, event == Event::Failed ? 0 : head + length};
}

FrameReader::Event FrameReader::finish(Opcode opcode, bool is_last) {
  switch (opcode) {
    case Opcode::Ping:
      return Event::Ping;
    case Opcode::Pong:
      return Event::Pong;
    case Opcode::Close:
      status_ = 1005;
      if (payload_.empty()) return Event::Close;
      if (payload_.size() < 2 || !is_status(big_endian(std::string_view(payload_).substr(0, 2))))
        return fail(1002).event;
      if (!is_valid_utf8(std::string_view(payload_).substr(2))) return fail(1007).event;
      status_ = static_cast<std::uint16_t>(big_endian(std::string_view(payload_).substr(0, 2)));
      return Event::Close;
    case Opcode::Text:
    case Opcode::Binary:
      message_kind_ = opcode;
      break;
    case Opcode::Continuation:
      break;
  }
  message_ += payload_;
  if (!is_last) return Event::NeedMore;
  payload_ = std::exchange(message_, {});
  if (std::exchange(message_kind_, Opcode::Continuation) == Opcode::Binary) return Event::Binary;
  return is_valid_utf8(payload_) ? Event::Text : fail(1007).event;
}

}  // namespace yorozu::http
