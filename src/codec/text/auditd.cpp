#include "codec/text/auditd.h"

#include <algorithm>
#include <array>
#include <charconv>

#include "base/text.h"
#include "codec/text/scan.h"

namespace yorozu::codec::text {
namespace {

struct SystemCall {
  int number;
  std::string_view name;
};
/// Those that rules ask for (Linux 6.1, arch/x86/entry/syscalls/syscall_64.tbl).
constexpr std::array kSystemCalls = std::to_array<SystemCall>({
    {2, "open"},
    {9, "mmap"},
    {41, "socket"},
    {42, "connect"},
    {43, "accept"},
    {49, "bind"},
    {50, "listen"},
    {56, "clone"},
    {57, "fork"},
    {59, "execve"},
    {62, "kill"},
    {76, "truncate"},
    {77, "ftruncate"},
    {82, "rename"},
    {83, "mkdir"},
    {84, "rmdir"},
    {85, "creat"},
    {86, "link"},
    {87, "unlink"},
    {88, "symlink"},
    {90, "chmod"},
    {91, "fchmod"},
    {92, "chown"},
    {93, "fchown"},
    {94, "lchown"},
    {101, "ptrace"},
    {105, "setuid"},
    {106, "setgid"},
    {113, "setreuid"},
    {117, "setresuid"},
    {155, "pivot_root"},
    {159, "adjtimex"},
    {161, "chroot"},
    {164, "settimeofday"},
    {165, "mount"},
    {166, "umount2"},
    {169, "reboot"},
    {170, "sethostname"},
    {171, "setdomainname"},
    {175, "init_module"},
    {176, "delete_module"},
    {188, "setxattr"},
    {227, "clock_settime"},
    {257, "openat"},
    {260, "fchownat"},
    {263, "unlinkat"},
    {264, "renameat"},
    {265, "linkat"},
    {268, "fchmodat"},
    {272, "unshare"},
    {288, "accept4"},
    {304, "open_by_handle_at"},
    {308, "setns"},
    {310, "process_vm_readv"},
    {311, "process_vm_writev"},
    {313, "finit_module"},
    {316, "renameat2"},
    {319, "memfd_create"},
    {321, "bpf"},
    {322, "execveat"},
    {425, "io_uring_setup"},
});

std::string_view system_call_name(std::string_view number) {
  int value = -1;
  std::from_chars(number.data(), number.data() + number.size(), value);
  const auto found = std::ranges::find(kSystemCalls, value, &SystemCall::number);
  return found == kSystemCalls.end() ? std::string_view() : found->name;
}

int hex_digit(char c) {
  if (is_digit(c)) return c - '0';
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

/// audit writes text with blanks, quotes or control characters as upper-case hexadecimal digits without quotes.
bool is_hex_text(std::string_view value) {
  return value.size() >= 2 && value.size() % 2 == 0 &&
         std::ranges::all_of(value, [](char c) { return hex_digit(c) >= 0; });
}

std::string_view from_hex(std::string_view value, Arena& arena) {
  std::string text;
  text.reserve(value.size() / 2);
  for (std::size_t i = 0; i < value.size(); i += 2) {
    const int byte = hex_digit(value[i]) * 16 + hex_digit(value[i + 1]);
    text.push_back(byte == 0 ? ' ' : static_cast<char>(byte));  // arguments are separated by NUL
  }
  if (!is_valid_utf8(text)) text = repair_utf8(text);
  return arena.copy(text);
}

bool may_be_hex(std::string_view key, std::string_view type) {
  static constexpr std::array<std::string_view, 11> kKeys = {"proctitle", "name", "cwd",  "cmd",  "comm",       "exe",
                                                             "acct",      "key",  "data", "path", "old-chardev"};
  if (std::ranges::find(kKeys, key) != kKeys.end()) return true;
  return type == "EXECVE" && key.size() >= 2 && key[0] == 'a' && is_digit(key[1]);
}

class Pairs {
 public:
  Pairs(const Vocabulary& words, Arena& arena, std::string_view type, LineRecord& out)
      : words_(words), arena_(arena), type_(type), out_(out) {}

  void read(std::string_view text, int depth) {
    while (out_.names.size() < kMaxLineFields) {
      const std::size_t start = text.find_first_not_of(" \t\x1d,");
      if (start == std::string_view::npos) return;
      text.remove_prefix(start);
      const std::size_t equals = text.find_first_of("= \x1d");
      if (equals == std::string_view::npos) return;
      if (text[equals] != '=') {  // a word that is no pair
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
          read(value, depth + 1);
        else
          add(key, value);
      } else {
        const std::size_t end = std::min(text.find_first_of(" \x1d"), text.size());
        add_bare(key, text.substr(0, end));
        text.remove_prefix(end);
      }
    }
  }

  bool has_name_of_call() const { return has_name_of_call_; }
  std::string_view call_number() const { return call_number_; }

 private:
  void add_bare(std::string_view key, std::string_view value) {
    if (may_be_hex(key, type_) && is_hex_text(value)) value = from_hex(value, arena_);
    add(key, value);
  }
  void add(std::string_view key, std::string_view value) {
    if (key.empty() || key.size() > 64) return;
    if (key == "SYSCALL") has_name_of_call_ = true;
    if (key == "syscall") call_number_ = value;
    out_.add(words_.id(key), value);
  }

  const Vocabulary& words_;
  Arena& arena_;
  std::string_view type_;
  LineRecord& out_;
  bool has_name_of_call_ = false;
  std::string_view call_number_;
};

/// "1604996384.965:93777"
bool read_stamp(std::string_view stamp, LineRecord& out) {
  Scan scan(stamp);
  std::int64_t seconds = 0;
  int digits = 0;
  for (; is_digit(scan.peek()) && digits < 11; scan.drop(1), ++digits) seconds = seconds * 10 + (scan.peek() - '0');
  if (digits == 0 || !scan.skip('.')) return false;
  const auto millis = scan.number(3);
  if (!millis || !scan.skip(':')) return false;
  std::uint64_t serial = 0;
  const std::string_view rest = scan.rest();
  if (std::from_chars(rest.data(), rest.data() + rest.size(), serial).ec != std::errc()) return false;
  out.time = {seconds * 1'000'000 + *millis * 1000};
  out.record_id = serial;
  return true;
}

}  // namespace

bool read_audit(std::string_view line, const Vocabulary& words, Arena& arena, LineRecord& out) {
  Scan scan(line);
  std::string_view node;
  if (scan.skip("node=")) {
    node = scan.word();
    scan.skip(' ');
  }
  if (!scan.skip("type=")) return false;
  const auto type = scan.until(' ');
  if (!type || !scan.skip("msg=audit(")) return false;
  const auto stamp = scan.until(')');
  if (!stamp || !scan.skip(':') || !read_stamp(*stamp, out)) return false;
  out.logsource = words.auditd;
  if (!node.empty()) out.add_host(words.host, node);
  out.add(words.id("type"), *type);
  Pairs pairs(words, arena, *type, out);
  pairs.read(scan.rest(), 0);
  if (!pairs.has_name_of_call() && !pairs.call_number().empty())
    if (const std::string_view name = system_call_name(pairs.call_number()); !name.empty())
      out.add(words.id("SYSCALL"), name);
  return true;
}

}  // namespace yorozu::codec::text
