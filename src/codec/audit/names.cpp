#include "codec/audit/names.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <optional>
#include <vector>

namespace yorozu::codec::audit {
namespace {

#include "codec/audit/error_names.inc"
#include "codec/audit/syscall_names.inc"

class Names {
 public:
  explicit Names(std::string_view text) {
    while (!text.empty()) {
      const std::size_t end = std::min(text.find(' '), text.size());
      names_.push_back(text.substr(0, end));
      text.remove_prefix(std::min(end + 1, text.size()));
    }
  }
  std::string_view operator[](std::uint64_t number) const {
    return number < names_.size() ? names_[number] : std::string_view();
  }

 private:
  std::vector<std::string_view> names_;
};

std::optional<std::uint64_t> number_of(std::string_view text, int base = 10) {
  std::uint64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value, base);
  if (text.empty() || error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

struct Architecture {
  std::uint64_t code;  ///< AUDIT_ARCH_*: ELF machine, bits for 64 bit and little endian
  std::string_view name;
};
constexpr auto kArchitectures = std::to_array<Architecture>({
    {0xC000003E, "x86_64"},
    {0x40000003, "i386"},
    {0xC00000B7, "aarch64"},
    {0x40000028, "arm"},
    {0xC00000F3, "riscv64"},
    {0xC0000015, "ppc64le"},
    {0x80000016, "s390x"},
});

}  // namespace

std::string_view architecture_name(std::string_view hex) {
  const auto code = number_of(hex, 16);
  if (!code) return {};
  const auto found = std::ranges::find(kArchitectures, *code, &Architecture::code);
  return found == kArchitectures.end() ? std::string_view() : found->name;
}

std::string_view system_call_name(std::string_view architecture, std::string_view number) {
  static const Names x86_64(kX86_64), i386(kI386), generic(kGeneric64);
  auto value = number_of(number);
  if (!value) return {};
  if (architecture == "x86_64") {
    constexpr std::uint64_t kX32 = 0x40000000;  // programs of the x32 ABI mark their calls so
    return x86_64[*value & ~kX32];
  }
  if (architecture == "i386") return i386[*value];
  if (architecture == "aarch64" || architecture == "riscv64") return generic[*value];
  return {};
}

std::string_view error_name(std::string_view exit) {
  static const Names errors(kErrors);
  if (!exit.starts_with('-')) return {};
  const auto number = number_of(exit.substr(1));
  return number ? errors[*number] : std::string_view();
}

std::string_view signal_name(std::string_view number) {
  static const Names signals(
      " SIGHUP SIGINT SIGQUIT SIGILL SIGTRAP SIGABRT SIGBUS SIGFPE SIGKILL SIGUSR1 SIGSEGV SIGUSR2 SIGPIPE SIGALRM "
      "SIGTERM "
      "SIGSTKFLT SIGCHLD SIGCONT SIGSTOP SIGTSTP SIGTTIN SIGTTOU SIGURG SIGXCPU SIGXFSZ SIGVTALRM SIGPROF SIGWINCH "
      "SIGIO "
      "SIGPWR SIGSYS");
  const auto value = number_of(number);
  return value ? signals[*value] : std::string_view();
}

}  // namespace yorozu::codec::audit
