/// A message rendered once and sent many times: text, and the places in it that differ from one sending to the next.
/// All of them have a fixed width, so sending is a copy and a few digits.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace yorozu::load {

enum class Mix : std::uint8_t { Windows, Firewall, Linux, Web, Wide };
inline constexpr std::size_t kMixes = 5;
inline constexpr Mix kAllMixes[kMixes] = {Mix::Windows, Mix::Firewall, Mix::Linux, Mix::Web, Mix::Wide};
std::string_view to_string(Mix mix);

/// How messages are wrapped for their way.
enum class Form : std::uint8_t {
  Lines,         ///< a file: one message a line
  SyslogLf,      ///< TCP, a line feed behind each (RFC 6587 3.4.2)
  SyslogOctets,  ///< TCP, counted (RFC 6587 3.4.1)
  Datagrams,     ///< UDP, one message each
  Bulk,          ///< Elasticsearch _bulk: an action line and a document line
};

/// Twelve digits: this plus the number in the stream. Nothing else that the generator writes is a run of just twelve
/// digits that begins with 7, so a checker needs to know no format.
inline constexpr std::uint64_t kFirstNumber = 700'000'000'000;
inline constexpr std::size_t kNumberWidth = 12;

enum class PatchKind : std::uint8_t {
  Number,
  Digits,     ///< `width` random digits, the first not 0
  Hex,        ///< `width` random hex digits
  Port,       ///< five digits: an ephemeral port
  Rfc5424,    ///< 2026-11-25T18:00:00.123456+09:00
  Rfc3164,    ///< Nov 25 18:00:00
  Iso,        ///< 2026-11-25T09:00:00.123Z
  SysmonUtc,  ///< 2026-11-25 09:00:00.123
  Date,       ///< 2026-11-25, local
  Clock,      ///< 18:00:00, local
  EpochNs,    ///< 19 digits
  Apache,     ///< 25/Nov/2026:18:00:00 +0900
};
std::size_t width_of(PatchKind kind, std::size_t digits = 0);

struct Patch {
  std::uint32_t offset = 0;
  PatchKind kind = PatchKind::Number;
  std::uint8_t width = 0;
};

struct Message {
  std::string text;
  std::vector<Patch> patches;
  Mix mix = Mix::Linux;
  bool is_json = false;            ///< a document of its own; else a line of syslog or of a log
  std::uint32_t late_seconds = 0;  ///< its time is so much before that of its neighbours

  Message& add(std::string_view part) {
    text += part;
    return *this;
  }
  Message& patch(PatchKind kind, std::size_t digits = 0) {
    const std::size_t width = width_of(kind, digits);
    patches.push_back({static_cast<std::uint32_t>(text.size()), kind, static_cast<std::uint8_t>(width)});
    text.append(width, '0');
    return *this;
  }
  Message& number() { return patch(PatchKind::Number); }
  Message& port() { return patch(PatchKind::Port); }
  Message& digits(std::size_t width) { return patch(PatchKind::Digits, width); }
};

/// The message as it goes over the wire in that form. Documents become syslog messages of NXLog, access logs those of
/// nginx, where syslog is asked for; lines become the "message" of a document for _bulk. Sizes do not depend on what is
/// patched in.
Message wrapped(const Message& message, Form form);

}  // namespace yorozu::load
