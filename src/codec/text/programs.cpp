#include "codec/text/programs.h"

#include <array>
#include <cstddef>

#include "codec/text/scan.h"

namespace yorozu::codec::text {
namespace {

enum class Kind { Other, Sshd, Sudo, Su, Cron, Auth, Kernel, Vpn, Clamav, Guacamole, Vsftpd };

struct Known {
  std::string_view program;
  Kind kind;
};
constexpr std::array kPrograms = std::to_array<Known>({
    {"sshd", Kind::Sshd},           {"sshd-session", Kind::Sshd},
    {"sshd-auth", Kind::Sshd},      {"dropbear", Kind::Sshd},
    {"sudo", Kind::Sudo},           {"su", Kind::Su},
    {"cron", Kind::Cron},           {"crond", Kind::Cron},
    {"anacron", Kind::Cron},        {"crontab", Kind::Cron},
    {"kernel", Kind::Kernel},       {"login", Kind::Auth},
    {"systemd-logind", Kind::Auth}, {"useradd", Kind::Auth},
    {"usermod", Kind::Auth},        {"userdel", Kind::Auth},
    {"groupadd", Kind::Auth},       {"groupmod", Kind::Auth},
    {"groupdel", Kind::Auth},       {"passwd", Kind::Auth},
    {"chpasswd", Kind::Auth},       {"gpasswd", Kind::Auth},
    {"chage", Kind::Auth},          {"pkexec", Kind::Auth},
    {"polkitd", Kind::Auth},        {"gdm-password]", Kind::Auth},
    {"gdm-password", Kind::Auth},   {"doas", Kind::Auth},
    {"openvpn", Kind::Vpn},         {"ovpn-server", Kind::Vpn},
    {"charon", Kind::Vpn},          {"ipsec", Kind::Vpn},
    {"ocserv", Kind::Vpn},          {"pppd", Kind::Vpn},
    {"xl2tpd", Kind::Vpn},          {"freshclam", Kind::Clamav},
    {"clamd", Kind::Clamav},        {"clamav", Kind::Clamav},
    {"guacd", Kind::Guacamole},     {"guacamole", Kind::Guacamole},
    {"vsftpd", Kind::Vsftpd},
});

/// "/usr/sbin/CRON" is cron.
Kind kind_of(std::string_view program) {
  if (const std::size_t slash = program.rfind('/'); slash != std::string_view::npos) program.remove_prefix(slash + 1);
  const auto same = [program](std::string_view known) {
    if (known.size() > program.size()) return false;
    for (std::size_t i = 0; i < known.size(); ++i) {
      const char c = program[i];
      if ((c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c) != known[i]) return false;
    }
    // "ovpn-server1", "openvpn@office"
    return known.size() == program.size() || program[known.size()] == '@' || is_digit(program[known.size()]);
  };
  for (const Known& known : kPrograms)
    if (same(known.program)) return known.kind;
  return Kind::Other;
}

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && (text.front() == ' ' || text.front() == '"' || text.front() == '\'')) text.remove_prefix(1);
  while (!text.empty() && (text.back() == ' ' || text.back() == ',' || text.back() == '.' || text.back() == '"' ||
                           text.back() == '\'' || text.back() == ')' || text.back() == ';'))
    text.remove_suffix(1);
  return text;
}

std::string_view word_at(std::string_view text) {
  return text.substr(0, text.find(' '));
}

/// The word behind `marker`; "" when the marker does not come.
std::string_view word_after(std::string_view text, std::string_view marker) {
  const std::size_t at = text.find(marker);
  return at == std::string_view::npos ? std::string_view() : word_at(text.substr(at + marker.size()));
}

/// "name=value": the value; `name` must begin a word.
std::string_view value_of(std::string_view text, std::string_view name) {
  for (std::size_t at = text.find(name); at != std::string_view::npos; at = text.find(name, at + 1)) {
    const bool starts_word = at == 0 || text[at - 1] == ' ' || text[at - 1] == ';' || text[at - 1] == ',';
    if (starts_word && at + name.size() < text.size() && text[at + name.size()] == '=')
      return trimmed(text.substr(at + name.size() + 1, text.find_first_of(" ;,", at) - at - name.size() - 1));
  }
  return {};
}

bool looks_like_address(std::string_view text) {
  if (text.size() < 3 || text.size() > 45) return false;
  std::size_t dots = 0, colons = 0;
  for (const char c : text) {
    if (c == '.')
      ++dots;
    else if (c == ':')
      ++colons;
    else if (!is_digit(c) && !((c | 0x20) >= 'a' && (c | 0x20) <= 'f') && c != '%')
      return false;
  }
  return colons >= 2 || (dots == 3 && colons == 0 && is_digit(text.front()));
}

void add_found(event::NameId name, std::string_view text, LineRecord& out) {
  if (!text.empty()) out.add(name, text);
}

/// The first word that is an address, behind "from", "rhost=", in brackets, or anywhere.
std::string_view first_address(std::string_view text) {
  std::size_t at = 0;
  while (at < text.size()) {
    const std::size_t start = text.find_first_not_of(" []()=,;", at);
    if (start == std::string_view::npos) break;
    std::size_t end = text.find_first_of(" []()=,;", start);
    if (end == std::string_view::npos) end = text.size();
    std::string_view word = text.substr(start, end - start);
    if (word.ends_with(':') && !word.ends_with("::")) word.remove_suffix(1);
    if (looks_like_address(word)) return word;
    // "203.0.113.5:49152"
    if (const std::size_t colon = word.rfind(':');
        colon != std::string_view::npos && looks_like_address(word.substr(0, colon)))
      return word.substr(0, colon);
    at = end;
  }
  return {};
}

std::string_view ssh_user(std::string_view message) {
  for (const std::string_view marker :
       {"for invalid user ", "nvalid user ", "authenticating user ", "for illegal user ", "password for ",
        "publickey for ", "keyboard-interactive/pam for ", "gssapi-with-mic for ", "hostbased for ", "none for ",
        "opened for user ", "closed for user ", "exceeded for ", "from user ", "closed by user ", "User "})
    if (const std::size_t at = message.find(marker); at != std::string_view::npos) {
      const std::string_view rest = message.substr(at + marker.size());
      if (rest.starts_with("invalid user ")) continue;
      // "Invalid user  from 192.0.2.1": the name is empty. Names with blanks were tried by attackers, too.
      const std::size_t from = rest.find(" from ");
      const std::string_view user = from <= 64 ? trimmed(rest.substr(0, from)) : word_at(rest);
      return user.substr(0, user.find('('));
    }
  return value_of(message, "user");
}

void read_ssh(std::string_view message, const Vocabulary& words, LineRecord& out) {
  // "Failed password for root from 192.0.2.1 port 53502 ssh2", "Disconnected from user alice 192.0.2.1 port 22".
  add_found(words.user, ssh_user(message), out);
  std::string_view address = value_of(message, "rhost");
  if (address.empty()) {
    const std::size_t from = message.find(" from ");
    address = from == std::string_view::npos ? std::string_view() : first_address(message.substr(from + 6));
  }
  if (address.empty()) address = first_address(message);
  add_found(words.source_ip, address, out);
  const std::string_view port = word_after(message, " port ");
  if (!port.empty() && is_digit(port.front())) add_found(words.port, trimmed(port.substr(0, port.find(':'))), out);
}

/// "alice : TTY=pts/0 ; PWD=/home/alice ; USER=root ; COMMAND=/bin/cat /etc/shadow"
void read_sudo(std::string_view message, const Vocabulary& words, LineRecord& out) {
  while (message.starts_with(' ')) message.remove_prefix(1);
  const std::size_t colon = message.find(" : ");
  if (colon == std::string_view::npos) {
    std::string_view user = value_of(message, "user");
    if (user.empty()) user = value_of(message, "ruser");
    if (user.empty()) user = word_after(message, "for user ");
    add_found(words.user, user.substr(0, user.find('(')), out);
    return;
  }
  out.add(words.user, message.substr(0, colon));
  std::string_view rest = message.substr(colon + 3);
  while (!rest.empty()) {
    const bool is_command = rest.starts_with("COMMAND=");  // to the end: commands have semicolons too
    const std::size_t end = is_command ? std::string_view::npos : rest.find(" ; ");
    const std::string_view part = rest.substr(0, end);
    const std::size_t equals = part.find('=');
    if (is_command) {
      out.add(words.command, part.substr(8));
    } else if (equals != std::string_view::npos) {
      const std::string_view name = part.substr(0, equals);
      if (name == "USER") out.add(words.target_user, part.substr(5));
      if (name == "TTY" || name == "PWD" || name == "USER" || name == "GROUP")
        out.add(words.id(name), part.substr(equals + 1));
    }
    if (end == std::string_view::npos) break;
    rest.remove_prefix(end + 3);
  }
}

/// "(root) CMD (/usr/lib/sa/sa1 1 1)", "(alice) REPLACE (alice)"
void read_cron(std::string_view message, const Vocabulary& words, LineRecord& out) {
  if (!message.starts_with('(')) {
    const std::string_view user = word_after(message, "for user ");
    add_found(words.user, user.substr(0, user.find('(')), out);
    return;
  }
  const std::size_t close = message.find(')');
  if (close == std::string_view::npos) return;
  out.add(words.user, message.substr(1, close - 1));
  const std::size_t open = message.find('(', close);
  if (open != std::string_view::npos && message.ends_with(')') && message.substr(close, open - close).contains("CMD"))
    out.add(words.command, message.substr(open + 1, message.size() - open - 2));
}

/// "(to root) alice on pts/0", "FAILED SU (to root) alice on pts/0", "Successful su for root by alice",
/// "pam_unix(su:session): session opened for user root by alice(uid=1000)"
void read_su(std::string_view message, const Vocabulary& words, LineRecord& out) {
  if (const std::size_t to = message.find("(to "); to != std::string_view::npos) {
    const std::size_t close = message.find(')', to);
    if (close == std::string_view::npos) return;
    out.add(words.target_user, message.substr(to + 4, close - to - 4));
    add_found(words.user, word_at(trimmed(message.substr(close + 1))), out);
    return;
  }
  std::string_view target = word_after(message, "for user ");
  if (target.empty()) target = word_after(message, "su for ");
  std::string_view by = word_after(message, " by ");
  if (by.empty()) by = value_of(message, "ruser");
  if (target.empty()) target = value_of(message, "user");
  add_found(words.target_user, target.substr(0, target.find('(')), out);
  add_found(words.user, by.substr(0, by.find('(')), out);
}

/// "new user: name=mallory, UID=1001", "add 'mallory' to group 'sudo'", "password changed for mallory"
void read_accounts(std::string_view message, const Vocabulary& words, LineRecord& out) {
  std::string_view user = value_of(message, "name");
  if (user.empty() && message.starts_with("add '")) user = message.substr(5, message.find('\'', 5) - 5);
  for (const std::string_view marker : {"delete user '", "for user ", "password changed for ", "of user "})
    if (user.empty()) user = trimmed(word_after(message, marker));
  if (user.empty()) user = value_of(message, "user");
  add_found(words.user, user.substr(0, user.find('(')), out);
  if (const std::size_t group = message.find("to group '"); group != std::string_view::npos)
    out.add(words.id("group"), message.substr(group + 10, message.find('\'', group + 10) - group - 10));
  add_found(words.source_ip, value_of(message, "rhost"), out);
}

/// OpenVPN "alice/203.0.113.5:49152 MULTI: ...", "[alice] Peer Connection Initiated with [AF_INET]203.0.113.5:49152";
/// strongSwan "authentication of 'alice' with EAP successful"; ocserv "worker[alice]: 203.0.113.5 ...".
void read_vpn(std::string_view message, const Vocabulary& words, LineRecord& out) {
  std::string_view user;
  if (const std::size_t slash = message.find('/'); slash != std::string_view::npos && slash > 0 &&
                                                   message.find(' ') > slash && slash + 1 < message.size() &&
                                                   is_digit(message[slash + 1]))
    user = message.substr(0, slash);
  if (const std::size_t open = message.find('['); user.empty() && message.contains("] Peer Connection Initiated"))
    user = message.substr(open + 1, message.find(']', open) - open - 1);
  if (const std::size_t of = message.find("authentication of '"); user.empty() && of != std::string_view::npos)
    user = message.substr(of + 19, message.find('\'', of + 19) - of - 19);
  if (message.starts_with("worker[") || message.starts_with("main["))
    user = message.substr(message.find('[') + 1, message.find(']') - message.find('[') - 1);
  if (user.empty()) user = value_of(message, "user");
  for (const std::string_view marker : {"username '", "for username '"})
    if (user.empty()) user = trimmed(word_after(message, marker));
  add_found(words.user, user, out);
  std::string_view address = value_of(message, "IV_IP");
  if (address.empty())
    address = first_address(
        message.substr(std::min(message.size(), user.empty() || !message.starts_with(user) ? 0 : user.size() + 1)));
  add_found(words.source_ip, address, out);
}

}  // namespace

void read_program(std::string_view program, std::string_view message, const Vocabulary& words, LineRecord& out) {
  switch (kind_of(program)) {
    case Kind::Sshd:
      out.logsource = words.sshd;
      return read_ssh(message, words, out);
    case Kind::Sudo:
      out.logsource = words.sudo;
      return read_sudo(message, words, out);
    case Kind::Su:
      out.logsource = words.su;
      return read_su(message, words, out);
    case Kind::Cron:
      out.logsource = words.cron;
      return read_cron(message, words, out);
    case Kind::Auth:
      out.logsource = words.auth;
      return read_accounts(message, words, out);
    case Kind::Vpn:
      out.logsource = words.vpn;
      return read_vpn(message, words, out);
    case Kind::Kernel:
      out.logsource = words.kernel;
      return;
    case Kind::Clamav:
      out.logsource = words.clamav;
      return;
    case Kind::Guacamole:
      out.logsource = words.guacamole;
      return;
    case Kind::Vsftpd:
      out.logsource = words.vsftpd;
      return add_found(words.source_ip, first_address(message), out);
    case Kind::Other:
      out.logsource = words.syslog;
      return;
  }
}

}  // namespace yorozu::codec::text
