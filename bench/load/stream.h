/// The stream of messages: endless, the same bytes for the same options, however it is cut into batches. A block of
/// messages is rendered once; from then on a message is a copy with its number, its time and some random digits filled
/// in. Between them stand needles: messages that a rule should find and a search must, at places that are known.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "clock_text.h"
#include "message.h"
#include "world.h"

namespace yorozu::load {

struct StreamOptions {
  std::uint64_t seed = 1;
  std::optional<Mix> only;  ///< else all five, by the shares that give messages of 464 bytes in the mean
  Form form = Form::Lines;
  std::uint64_t needle_every = 100'000;  ///< one in each run of so many; 0: none
};

struct Needle {
  std::uint64_t number = 0;  ///< in the stream, from 0; in the message kFirstNumber more
  Mix mix = Mix::Linux;
  std::string what;   ///< "shadow copies deleted" ...
  std::string token;  ///< stands in this message and nowhere else
  std::int64_t time_us = 0;
};

class Stream {
 public:
  explicit Stream(const StreamOptions& options);

  /// Appends the next message as it is at `now_us` (late ones are of before).
  void append(std::int64_t now_us, std::string& out);
  std::uint64_t next_number() const { return number_; }
  /// Those that were appended so far.
  const std::vector<Needle>& needles() const { return needles_; }

 private:
  static constexpr std::size_t kBlock = 16'384;

  void fill(const Message& message, std::int64_t now_us, std::string& out);
  void append_needle(std::int64_t now_us, std::string& out);
  void plan_needle(std::uint64_t run);

  StreamOptions options_;
  World world_;
  std::vector<Message> block_;
  ClockText clock_, late_clock_;
  std::uint64_t number_ = 0;
  std::uint64_t next_needle_ = UINT64_MAX;
  std::vector<Needle> needles_;
};

/// number, mix, time, token, what; a line each, tabs between, a header line.
std::string needle_list(const std::vector<Needle>& needles);

}  // namespace yorozu::load
