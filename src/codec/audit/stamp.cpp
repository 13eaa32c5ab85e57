#include "codec/audit/stamp.h"

#include <algorithm>
#include <array>
#include <charconv>

namespace yorozu::codec::audit {
namespace {

bool skip(std::string_view& text, std::string_view what) {
  if (!text.starts_with(what)) return false;
  text.remove_prefix(what.size());
  return true;
}

template <class Number>
bool take_number(std::string_view& text, std::size_t most_digits, Number& value) {
  const std::size_t digits = std::min(text.find_first_not_of("0123456789"), text.size());
  if (digits == 0 || digits > most_digits) return false;
  const char* const begin = text.data();
  std::from_chars(begin, begin + digits, value);
  text.remove_prefix(digits);
  return true;
}

struct NumberedType {
  int number;
  std::string_view name;
};
/// include/uapi/linux/audit.h: what the kernel writes.
constexpr auto kTypes = std::to_array<NumberedType>({
    {1006, "LOGIN"},
    {1300, "SYSCALL"},
    {1302, "PATH"},
    {1303, "IPC"},
    {1304, "SOCKETCALL"},
    {1305, "CONFIG_CHANGE"},
    {1306, "SOCKADDR"},
    {1307, "CWD"},
    {1309, "EXECVE"},
    {1311, "IPC_SET_PERM"},
    {1312, "MQ_OPEN"},
    {1313, "MQ_SENDRECV"},
    {1314, "MQ_NOTIFY"},
    {1315, "MQ_GETSETATTR"},
    {1316, "KERNEL_OTHER"},
    {1317, "FD_PAIR"},
    {1318, "OBJ_PID"},
    {1319, "TTY"},
    {1320, "EOE"},
    {1321, "BPRM_FCAPS"},
    {1322, "CAPSET"},
    {1323, "MMAP"},
    {1324, "NETFILTER_PKT"},
    {1325, "NETFILTER_CFG"},
    {1326, "SECCOMP"},
    {1327, "PROCTITLE"},
    {1328, "FEATURE_CHANGE"},
    {1329, "REPLACE"},
    {1330, "KERN_MODULE"},
    {1331, "FANOTIFY"},
    {1332, "TIME_INJOFFSET"},
    {1333, "TIME_ADJNTPVAL"},
    {1334, "BPF"},
    {1335, "EVENT_LISTENER"},
    {1336, "URINGOP"},
    {1337, "OPENAT2"},
    {1400, "AVC"},
    {1401, "SELINUX_ERR"},
    {1402, "AVC_PATH"},
    {1403, "MAC_POLICY_LOAD"},
    {1404, "MAC_STATUS"},
    {1405, "MAC_CONFIG_CHANGE"},
    {1700, "ANOM_PROMISCUOUS"},
    {1701, "ANOM_ABEND"},
    {1702, "ANOM_LINK"},
    {1703, "ANOM_CREAT"},
    {1800, "INTEGRITY_DATA"},
    {1801, "INTEGRITY_METADATA"},
    {1802, "INTEGRITY_STATUS"},
    {1803, "INTEGRITY_HASH"},
    {1804, "INTEGRITY_PCR"},
    {1805, "INTEGRITY_RULE"},
    {2000, "KERNEL"},
});

std::string_view type_name(std::string_view type) {
  int number = 0;
  std::string_view rest = type;
  if (!take_number(rest, 4, number) || !rest.empty()) return type;
  const auto found = std::ranges::find(kTypes, number, &NumberedType::number);
  return found == kTypes.end() ? type : found->name;
}

/// "1604996384.965:93777)" and an optional colon.
bool take_time_and_serial(std::string_view& text, Stamp& stamp) {
  std::int64_t seconds = 0, millis = 0;
  if (!take_number(text, 11, seconds) || !skip(text, ".") || !take_number(text, 3, millis) || !skip(text, ":") ||
      !take_number(text, 19, stamp.serial) || !skip(text, ")"))
    return false;
  skip(text, ":");
  stamp.time = {seconds * 1'000'000 + millis * 1000};
  return true;
}

}  // namespace

std::optional<Stamp> read_stamp(std::string_view line) {
  Stamp stamp;
  if (line.starts_with('[')) {  // "[   12.345678] audit: ..."
    const std::size_t close = line.find("] ");
    if (close == std::string_view::npos || close > 24) return std::nullopt;
    line.remove_prefix(close + 2);
  }
  const bool is_kernels = skip(line, "audit: ");
  if (skip(line, "node=")) {
    const std::size_t end = line.find(' ');
    if (end == std::string_view::npos) return std::nullopt;
    stamp.node = line.substr(0, end);
    line.remove_prefix(end + 1);
  }
  if (!skip(line, "type=")) return std::nullopt;
  const std::size_t end = line.find(' ');
  if (end == std::string_view::npos || end == 0 || end > 64) return std::nullopt;
  const std::string_view type = line.substr(0, end);
  stamp.type = type_name(type);
  line.remove_prefix(end + 1);
  const bool has_number = type.front() >= '0' && type.front() <= '9';  // the kernel's form, its name taken off
  if (!skip(line, "msg=") && !is_kernels && !has_number) return std::nullopt;
  const std::string_view id = line;
  if (!skip(line, "audit(") || !take_time_and_serial(line, stamp)) return std::nullopt;
  stamp.id = id.substr(0, id.find(')') + 1);
  stamp.body = line;
  return stamp;
}

bool stands_alone(std::string_view type) {
  static constexpr std::array<std::string_view, 17> kPrefixes = {
      "USER", "CRED_", "DAEMON_", "SERVICE_", "SYSTEM_", "ADD_",   "DEL_",     "GRP_", "CRYPTO_",
      "ROLE", "VIRT_", "RESP_",   "ACCT_",    "CHGRP_",  "CHUSER", "ANOM_LOG", "USYS_"};
  return std::ranges::any_of(kPrefixes, [type](std::string_view prefix) { return type.starts_with(prefix); });
}

}  // namespace yorozu::codec::audit
