/// What the programs of a Linux system say in the text of their syslog lines.
#pragma once

#include <string_view>

#include "codec/text/record.h"

namespace yorozu::codec::text {

/// Sets out.logsource by the program and adds what its message tells: sshd, su and VPN servers: user, source_ip, port;
/// sudo: user, command, TTY, PWD, USER; cron: user, command; account tools: user.
void read_program(std::string_view program, std::string_view message, const Vocabulary& words, LineRecord& out);

}  // namespace yorozu::codec::text
