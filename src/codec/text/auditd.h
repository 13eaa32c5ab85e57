/// Lines of the Linux audit daemon: "type=SYSCALL msg=audit(1604996384.965:93777): key=value ...".
#pragma once

#include <string_view>

#include "base/arena.h"
#include "codec/text/record.h"

namespace yorozu::codec::text {

/// Every key=value pair is a field with its own name, quotes removed, hexadecimal text decoded (proctitle, names,
/// EXECVE arguments); also what stands inside msg='...' and behind the separator of enriched records. SYSCALL gets the
/// name of the system call when only its number is there (x86-64). record_id: the serial number. False for other lines.
bool read_audit(std::string_view line, const Vocabulary& words, Arena& arena, LineRecord& out);

}  // namespace yorozu::codec::text
