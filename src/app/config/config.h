/// What a person may decide about the server: yorozu.toml as plain structs, read once (parse.h). Defaults stand here
/// and nowhere else; docs/serve.md explains them. A module gets its own struct, never the whole.
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <vector>

#include "event/source_class.h"
#include "net/address.h"

namespace yorozu::config {

enum class LogFormat : std::uint8_t { Logfmt, Json };
enum class LogLevel : std::uint8_t { Debug, Info, Warning, Error };

struct Server {
  std::uint64_t threads = 0;  ///< that decode and detect; 0: one a processor
  LogFormat log_format = LogFormat::Logfmt;
  LogLevel log_level = LogLevel::Info;
  bool operator==(const Server&) const = default;
};

/// Certificates of every TLS listener. Without files of the person's own, the server's own authority makes them.
struct Tls {
  std::vector<std::string> names;  ///< names and addresses in the certificate, beside this machine's own
  std::string certificate, key;    ///< PEM files, both or none
  std::string client_authority;    ///< PEM file: who signs certificates of senders; "": the server's own authority
  bool operator==(const Tls&) const = default;
};

std::vector<net::Network> this_machine();
std::vector<net::Network> anywhere();

/// Zone of times that are written without one, a name that TimeZone::named() knows.
struct ZoneName {
  std::string text = "local";
  bool operator==(const ZoneName&) const = default;
};

/// What every input that listens has.
struct Listener {
  bool enabled = false;
  net::Endpoint listen;
  std::vector<net::Network> networks = this_machine();
  event::SourceClass source_class = event::SourceClass::Other;  ///< of messages whose pattern names none
  ZoneName time_zone = {};
  bool operator==(const Listener&) const = default;
};

enum class ClientCertificate : std::uint8_t { None, Optional, Required };

struct SyslogUdp : Listener {
  std::uint64_t receive_buffer_mib = 8;
  std::uint64_t rate = 0;  ///< messages a second of one sender; 0: no limit
  bool operator==(const SyslogUdp&) const = default;
};
struct Stream : Listener {
  std::uint64_t max_connections = 1000;
  std::uint64_t idle_minutes = 720;  ///< without a byte
  std::uint64_t rate = 0;
  bool operator==(const Stream&) const = default;
};
struct SyslogTls : Stream {
  ClientCertificate client_certificate = ClientCertificate::Optional;
  bool operator==(const SyslogTls&) const = default;
};

struct Http : Listener {
  std::uint64_t max_connections = 1000;
  std::uint64_t max_body_mib = 100;
  bool operator==(const Http&) const = default;
};
/// Console and API: people and programs that ask.
struct Door : Listener {
  std::uint64_t max_connections = 200;
  bool operator==(const Door&) const = default;
};
/// JSON lines and uploads come in by the same door as _bulk.
struct JsonLines {
  bool enabled = true;
  event::SourceClass source_class = event::SourceClass::Other;
  bool operator==(const JsonLines&) const = default;
};
struct Upload {
  bool enabled = true;
  event::SourceClass source_class = event::SourceClass::Endpoint;
  std::uint64_t max_mib = 4096;
  std::uint64_t decoders = 1;  ///< processes that read uploaded files
  bool operator==(const Upload&) const = default;
};

struct Journald {
  bool enabled = true;
  event::SourceClass source_class = event::SourceClass::Server;
  ZoneName time_zone = {};
  std::string fallback = "/var/log";  ///< followed from its beginning where there is no journal; "": nothing
  bool operator==(const Journald&) const = default;
};

/// [file.NAME]
struct File {
  bool enabled = true;
  std::vector<std::string> paths;    ///< files, folders, patterns with * and ?
  std::vector<std::string> exclude;  ///< patterns
  event::SourceClass source_class = event::SourceClass::Server;
  ZoneName time_zone = {};
  bool operator==(const File&) const = default;
};

inline constexpr std::uint64_t kLeastFloorDays = 184;  ///< six months, as the guideline counts them

struct Archive {
  using ByGroup = std::array<std::uint64_t, event::kRetentionGroups>;
  ByGroup keep_days = {400, 400, 400, 0};   ///< 0: for ever
  ByGroup floor_days = {184, 184, 184, 0};  ///< never deleted earlier, however short space is
  ByGroup budget_gib{};                     ///< of segments on disk; 0: no budget
  std::uint64_t seal_mib = 64, seal_minutes = 60, reserve_mib = 256, compression = 3;
  bool operator==(const Archive&) const = default;
};

/// Processes that answer questions.
struct Search {
  std::uint64_t children = 2;                             ///< as many questions at a time
  std::uint64_t memory_mib = 512, timeout_seconds = 300;  ///< of one question
  bool operator==(const Search&) const = default;
};
struct Index {
  bool enabled = true;  ///< false: every search reads the evidence
  bool operator==(const Index&) const = default;
};

struct Detect {
  std::vector<std::string>
      rules;          ///< folders, archives, files; none: the set of `yorozu rules update`, else the starter rules
  std::string lists;  ///< YAML file with what placeholders stand for
  std::uint64_t findings_per_rule_minute = 1000;
  bool operator==(const Detect&) const = default;
};

struct Intake {
  std::uint64_t queue_mib = 32;
  std::array<std::uint64_t, event::kSourceClasses> quota_kib_per_second{};  ///< by SourceClass; 0: no limit
  bool operator==(const Intake&) const = default;
};

/// [[source]]: a device or group of devices, as `yorozu sources add` writes them. It opens its input for its networks.
struct Source {
  std::string name;   ///< letters, digits, - and _
  std::string kind;   ///< "fortigate"; what the advice is about
  std::string input;  ///< "syslog.udp"
  std::vector<net::Network> networks;
  event::SourceClass source_class = event::SourceClass::Other;  ///< of messages whose pattern names none
  std::uint64_t rate = 0;     ///< messages a second of one of its devices; 0: as the input says
  ZoneName time_zone = {""};  ///< "": as the input says
  bool operator==(const Source&) const = default;
};

struct Config {
  Server server;
  Tls tls;
  SyslogUdp syslog_udp{{.listen = {{}, 514}}};
  Stream syslog_tcp{{.listen = {{}, 601}}};
  SyslogTls syslog_tls{{{.listen = {{}, 6514}}}};
  Stream relp{{.listen = {{}, 2514}}};
  Http bulk{{.enabled = true, .listen = {{}, 9200}, .networks = anywhere()}};
  Http hec{{.enabled = true, .listen = {{}, 8088}, .networks = anywhere()}};
  Door console{{.enabled = true, .listen = {{}, 8443}, .networks = anywhere()}};
  JsonLines json;
  Upload upload;
  Journald journald;
  std::map<std::string, File> files;
  Archive archive;
  Index index;
  Search search;
  Detect detect;
  Intake intake;
  std::vector<Source> sources;
  bool operator==(const Config&) const = default;
};

/// The listener of a name ("syslog.udp"); null: no such listener.
Listener* find_listener(Config& config, std::string_view name);
/// Names of all listeners, in the order of the file; the first ones take logs in.
inline constexpr std::array<std::string_view, 7> kListenerNames = {"syslog.udp", "syslog.tcp", "syslog.tls", "relp",
                                                                   "bulk",       "hec",        "console"};
inline constexpr std::span<const std::string_view, 6> kInputNames = std::span(kListenerNames).first<6>();
inline constexpr std::string_view kConsole = kListenerNames[6];

/// Opens the input of each source for its networks: the configuration as the server uses it.
Config with_sources_applied(Config config);

}  // namespace yorozu::config
