#include "codec/audit/reader.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <map>
#include <string>
#include <utility>

#include "base/text.h"
#include "codec/audit/hex.h"
#include "codec/audit/names.h"
#include "codec/audit/socket_address.h"

namespace yorozu::codec::audit {
namespace {

constexpr std::size_t kMaxFields = 512;
constexpr std::size_t kLongestKey = 64;
constexpr std::size_t kMaxArguments = 4096;
constexpr std::size_t kLongestCommandLine = std::size_t{1} << 20;
constexpr std::string_view kUnset = "4294967295";

/// What is text in records of any type, and so may be in hexadecimal digits (auparse's "escaped" fields).
bool may_be_hex(std::string_view key) {
  static constexpr auto kKeys = std::to_array<std::string_view>(
      {"proctitle", "name",    "cwd",  "cmd",    "comm",  "exe",    "acct",        "key",         "data",
       "path",      "dir",     "file", "ocomm",  "watch", "device", "old-chardev", "new-chardev", "old-disk",
       "new-disk",  "profile", "peer", "target", "unit",  "vm",     "info"});
  return std::ranges::find(kKeys, key) != kKeys.end();
}

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

class EventReader {
 public:
  EventReader(NameMemo& names, Arena& arena, EventFields& out) : names_(names), arena_(arena), out_(out) {}

  void read(const Stamp& record) {
    type_ = record.type;
    arch_ = number_ = {};
    has_arch_ = has_call_ = false;
    add("type", type_);
    if (type_.find("AVC") != std::string_view::npos) read_decision(record.body);
    read_pairs(record.body, 0);
    name_call();
  }

  void finish() {
    if (!auid_.empty() && !has_auid_name_ && (auid_ == kUnset || auid_ == "-1")) add("AUID", "unset");
    if (!arguments_.empty()) add_command_line();
  }

 private:
  /// "avc:  denied  { read write } for ..." of SELinux.
  void read_decision(std::string_view body) {
    const std::size_t open = body.find('{'), close = body.find('}');
    if (open == std::string_view::npos || close == std::string_view::npos || close < open) return;
    if (body.substr(0, open).contains("denied"))
      add("seresult", "denied");
    else if (body.substr(0, open).contains("granted"))
      add("seresult", "granted");
    std::string_view permissions = body.substr(open + 1, close - open - 1);
    while (permissions.starts_with(' ')) permissions.remove_prefix(1);
    while (permissions.ends_with(' ')) permissions.remove_suffix(1);
    std::string list(permissions);
    std::ranges::replace(list, ' ', ',');
    add("seperms", arena_.copy(list));
  }

  void read_pairs(std::string_view text, int depth) {
    while (out_.names.size() < kMaxFields) {
      const std::size_t start = text.find_first_not_of(" \t\x1d,(");
      if (start == std::string_view::npos) return;
      text.remove_prefix(start);
      const std::size_t equals = text.find_first_of("= \x1d");
      if (equals == std::string_view::npos) return;
      if (text[equals] != '=') {  // a word that is no pair
        word_ = text.substr(0, equals);
        text.remove_prefix(equals);
        continue;
      }
      const std::string_view key = text.substr(0, equals);
      text.remove_prefix(equals + 1);
      const char quote = text.empty() ? '\0' : text.front();
      if (quote == '"' || quote == '\'') {
        const std::size_t close = text.find(quote, 1);
        const std::string_view value = text.substr(1, close == std::string_view::npos ? close : close - 1);
        text.remove_prefix(close == std::string_view::npos ? text.size() : close + 1);
        if (quote == '\'' && key == "msg" && depth == 0)
          read_pairs(value, depth + 1);
        else
          take(key, value);
      } else {
        const std::size_t end = std::min(text.find_first_of(" \x1d"), text.size());
        std::string_view value = text.substr(0, end);
        text.remove_prefix(end);
        while (value.ends_with(',') || value.ends_with('\'') || value.ends_with('"')) value.remove_suffix(1);
        if (value.ends_with(')') && value.find('(') == std::string_view::npos) value.remove_suffix(1);
        if (value != "{") take_bare(key, value);  // "SADDR={ saddr_fam=inet ... }": the inner pairs count
      }
    }
  }

  void take_bare(std::string_view key, std::string_view value) {
    const bool is_argument = type_ == "EXECVE" && key.size() >= 2 && key[0] == 'a' && is_digit(key[1]);
    if ((is_argument || may_be_hex(key)) && is_hex(value)) {
      std::string text = bytes_of_hex(value);
      if (key == "key" && text.find('\x01') != std::string::npos) return take_keys(text);
      std::ranges::replace(text, '\0', ' ');  // arguments are separated by NUL
      while (key == "proctitle" && text.ends_with(' ')) text.pop_back();
      if (!is_valid_utf8(text)) text = repair_utf8(text);
      value = arena_.copy(text);
    }
    take(key, value);
  }

  /// Several keys of one rule set that matched.
  void take_keys(std::string_view text) {
    while (!text.empty()) {
      const std::size_t end = std::min(text.find('\x01'), text.size());
      add("key", arena_.copy(repair_utf8(text.substr(0, end))));
      text.remove_prefix(std::min(end + 1, text.size()));
    }
  }

  void take(std::string_view key, std::string_view value) {
    if (key.empty() || key.size() > kLongestKey) return;
    if (type_ == "EXECVE" && key[0] == 'a' && key.size() > 1 && is_digit(key[1])) return take_argument(key, value);
    if (const std::string_view before = std::exchange(word_, {}); before == "old" || before == "new") {
      add(std::string(before) + "_" + std::string(key), value);  // "old auid=4294967295 new auid=0"
      if (before == "old") return;
    }
    add(key, value);
    if (key == "arch") arch_ = value;
    if (key == "ARCH") has_arch_ = true;
    if (key == "syscall") number_ = value;
    if (key == "SYSCALL") has_call_ = true;
    if (key == "auid") auid_ = value;
    if (key == "AUID") has_auid_name_ = true;
    if (key == "exit")
      if (const std::string_view name = error_name(value); !name.empty()) add("EXIT", name);
    if (key == "sig")
      if (const std::string_view name = signal_name(value); !name.empty()) add("SIG", name);
    if (key == "success") set_result(value == "yes");
    if (key == "res") set_result(value == "success" || value == "1" || value == "yes");
    if (key == "saddr") add_socket(value);
    if (key == "subj" || key == "obj") add_context(key, value);
    // "auditctl -k key=net" puts the word into the key itself.
    if (key == "key" && value.starts_with("key=")) add("key", value.substr(4));
  }

  void set_result(bool is_success) {
    if (has_result_) return;
    has_result_ = true;
    add("result", is_success ? "success" : "fail");
  }

  void add_socket(std::string_view hex) {
    const auto address = decode_socket_address(hex);
    if (!address) return;
    const auto part = [this](std::string_view name, std::string text) {
      if (text.empty()) return;
      if (!is_valid_utf8(text)) text = repair_utf8(text);
      add(name, arena_.copy(text));
    };
    part("socket_family", address->family);
    part("socket_addr", address->address);
    part("socket_port", address->port);
    part("socket_path", address->path);
  }

  /// "user:role:type:level:categories"; an AppArmor label is one word.
  void add_context(std::string_view whose, std::string_view context) {
    struct Part {
      std::string_view subject, object;
    };
    static constexpr auto kParts = std::to_array<Part>({{"subj_user", "obj_user"},
                                                        {"subj_role", "obj_role"},
                                                        {"subj_domain", "obj_domain"},
                                                        {"subj_level", "obj_level"},
                                                        {"subj_category", "obj_category"}});
    for (std::size_t i = 0; i < kParts.size() && !context.empty(); ++i) {
      const std::size_t end = i + 1 == kParts.size() ? context.size() : std::min(context.find(':'), context.size());
      if (end > 0) add(whose == "subj" ? kParts[i].subject : kParts[i].object, context.substr(0, end));
      context.remove_prefix(std::min(end + 1, context.size()));
    }
  }

  void name_call() {
    const std::string_view architecture = architecture_name(arch_);
    if (!has_arch_ && !architecture.empty()) add("ARCH", architecture);
    if (has_call_ || number_.empty()) return;
    const std::string_view name = system_call_name(architecture, number_);
    if (!name.empty()) add("SYSCALL", name);
  }

  /// a3, a3[0] (a part of a long one), a3_len.
  void take_argument(std::string_view key, std::string_view value) {
    std::size_t number = 0;
    const auto [end, error] = std::from_chars(key.data() + 1, key.data() + key.size(), number);
    const std::string_view rest(end, static_cast<std::size_t>(key.data() + key.size() - end));
    if (error != std::errc() || number >= kMaxArguments || rest == "_len") return;
    std::string& argument = arguments_[number];
    if (argument.size() + value.size() <= kLongestCommandLine) argument += value;
  }

  void add_command_line() {
    std::string line;
    for (const auto& [number, argument] : arguments_) {
      if (line.size() + argument.size() + 1 > kLongestCommandLine) break;
      if (!line.empty()) line += ' ';
      line += argument;
    }
    add("CommandLine", arena_.copy(line));
    for (const auto& [number, argument] : arguments_) add("a" + std::to_string(number), arena_.copy(argument));
  }

  void add(std::string_view name, std::string_view value) {
    if (out_.names.size() < kMaxFields) out_.add(names_.id(name), value);
  }

  NameMemo& names_;
  Arena& arena_;
  EventFields& out_;
  std::string_view type_, arch_, number_, auid_;
  std::string_view word_;  ///< the one in front of the pair
  bool has_arch_ = false, has_call_ = false, has_auid_name_ = false, has_result_ = false;
  std::map<std::size_t, std::string> arguments_;
};

}  // namespace

Reader::Reader(event::NameTable& names, const event::LogsourceMap& logsources)
    : names_(names), logsource_(logsources.id_of("linux", "", "auditd").value_or(0)) {}

void Reader::read(std::span<const Stamp> records, Arena& arena, EventFields& out) {
  if (records.empty()) return;
  out.logsource = logsource_;
  out.source_class = event::SourceClass::Server;
  out.time = records.front().time;
  out.record_id = records.front().serial;
  if (!records.front().node.empty() && out.host == event::kNoIndex)
    out.add_host(names_.id("host"), records.front().node);
  EventReader reader(names_, arena, out);
  for (const Stamp& record : records)
    if (record.type != "EOE" || records.size() == 1) reader.read(record);
  reader.finish();
  out.add(names_.id("msg"), records.front().id);
  out.add(names_.id("serial"), arena.copy(std::to_string(records.front().serial)));
}

}  // namespace yorozu::codec::audit
