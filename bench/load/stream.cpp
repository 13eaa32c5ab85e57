#include "stream.h"

#include <fmt/format.h>

#include <cstring>

#include "base/time.h"
#include "kinds.h"

namespace yorozu::load {

namespace {

constexpr std::int64_t kSecond = 1'000'000;

/// Shares of the mixes in a thousand.
struct Share {
  Mix mix;
  unsigned of_thousand;
};
constexpr Share kShares[] = {
    {Mix::Windows, 190}, {Mix::Firewall, 350}, {Mix::Linux, 230}, {Mix::Web, 180}, {Mix::Wide, 50}};

Mix choose(Random& random) {
  auto place = static_cast<unsigned>(random.below(1000));
  for (const Share& share : kShares) {
    if (place < share.of_thousand) return share.mix;
    place -= share.of_thousand;
  }
  return Mix::Linux;
}

/// Most messages come as they happen; a few devices were offline, or send in bundles.
std::uint32_t lateness(Random& random) {
  constexpr std::uint32_t kSeconds[] = {20, 90, 600, 3600, 6 * 3600};
  return random.one_in(250) ? random.pick(kSeconds) : 0;
}

Message needle_message(Mix mix, const std::string& token, const World& world, Random& random, std::string& what) {
  switch (mix) {
    case Mix::Windows: {
      what = "shadow copies deleted";
      Person person = random.pick(world.people);
      person.name = token;
      return sysmon_process(world, person, R"(C:\\Windows\\System32\\vssadmin.exe)",
                            R"(vssadmin.exe delete shadows /all /quiet)", R"(C:\\Windows\\System32\\cmd.exe)");
    }
    case Mix::Firewall:
      what = "connection to 198.51.100.66 denied";
      return fortigate(world, random, "198.51.100.66", true).add(" user=\"").add(token).add("\"");
    case Mix::Web:
      what = "path traversal";
      return web_access("198.51.100.66", "GET /download?file=../../../../etc/passwd&u=" + token, 404,
                        "Mozilla/5.0 (compatible; Nikto/2.5.0)");
    case Mix::Wide:
      what = "word in a document";
      return wide_document(world, random, token);
    case Mix::Linux:
      break;
  }
  what = "sudo by someone who may not";
  Message m = linux_line(random.pick(world.servers), 81, "sudo");
  return m.add(token).add(
      " : user NOT in sudoers ; TTY=pts/1 ; PWD=/home ; USER=root ; COMMAND=/usr/bin/cat /etc/shadow");
}

void write_random_digits(std::uint64_t random, std::size_t width, char* to) {
  std::uint64_t lowest = 1;
  for (std::size_t i = 1; i < width; ++i) lowest *= 10;
  write_digits(lowest + random % (9 * lowest), width, to);
}

void write_hex(Random& random, std::size_t width, char* to) {
  constexpr char kDigits[] = "0123456789abcdef";
  std::uint64_t bits = 0;
  for (std::size_t i = 0; i < width; ++i, bits >>= 4U) {
    if (i % 16 == 0) bits = random.next();
    to[i] = kDigits[bits & 15U];
  }
}

}  // namespace

Stream::Stream(const StreamOptions& options) : options_(options), world_(options.seed) {
  Random random(options.seed);
  block_.reserve(kBlock);
  for (std::size_t i = 0; i < kBlock; ++i) {
    Message message = make_message(options.only ? *options.only : choose(random), world_, random);
    message.late_seconds = lateness(random);
    block_.push_back(wrapped(message, options.form));
  }
  if (options.needle_every != 0) plan_needle(0);
}

void Stream::plan_needle(std::uint64_t run) {
  Random random(options_.seed ^ (run + 1) * 0xD1B54A32D192ED03ULL);
  next_needle_ = run * options_.needle_every + random.below(options_.needle_every);
}

void Stream::append(std::int64_t now_us, std::string& out) {
  if (number_ == next_needle_)
    append_needle(now_us, out);
  else
    fill(block_[number_ % kBlock], now_us, out);
  ++number_;
}

void Stream::append_needle(std::int64_t now_us, std::string& out) {
  Random random(options_.seed + number_);
  Needle needle;
  needle.number = number_;
  needle.mix = options_.only ? *options_.only : kAllMixes[random.below(kMixes)];
  needle.token = fmt::format("needle-{:010x}", random.next() & 0xFFFFFFFFFFULL);
  Message message = needle_message(needle.mix, needle.token, world_, random, needle.what);
  if (random.one_in(5)) message.late_seconds = 600;
  needle.time_us = now_us - std::int64_t{message.late_seconds} * kSecond;
  fill(wrapped(message, options_.form), now_us, out);
  needles_.push_back(std::move(needle));
  plan_needle(number_ / options_.needle_every + 1);
}

void Stream::fill(const Message& message, std::int64_t now_us, std::string& out) {
  const std::size_t start = out.size();
  out += message.text;
  ClockText& clock = message.late_seconds == 0 ? clock_ : late_clock_;
  clock.set(now_us - std::int64_t{message.late_seconds} * kSecond);
  Random random(options_.seed ^ number_ * 0x9E3779B97F4A7C15ULL);
  for (const Patch& patch : message.patches) {
    char* const to = out.data() + start + patch.offset;
    switch (patch.kind) {
      case PatchKind::Number:
        write_digits(kFirstNumber + number_, kNumberWidth, to);
        break;
      case PatchKind::Digits:
        write_random_digits(random.next(), patch.width, to);
        break;
      case PatchKind::Port:
        write_digits(random.between(32768, 60999), patch.width, to);
        break;
      case PatchKind::Hex:
        write_hex(random, patch.width, to);
        break;
      default:
        clock.write(patch.kind, to);
    }
  }
}

std::string needle_list(const std::vector<Needle>& needles) {
  std::string out = "number\tmix\ttime\ttoken\twhat\n";
  for (const Needle& needle : needles)
    out += fmt::format("{}\t{}\t{}\t{}\t{}\n", kFirstNumber + needle.number, to_string(needle.mix),
                       format_rfc3339(Timestamp{needle.time_us}), needle.token, needle.what);
  return out;
}

}  // namespace yorozu::load
