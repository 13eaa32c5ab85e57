/// Numbers of the Linux interface as names.
#pragma once

#include <cstdint>
#include <string_view>

namespace yorozu::codec::audit {

/// "c000003e" -> "x86_64"; also i386, aarch64, arm, riscv64, ppc64le, s390x; "" for others.
std::string_view architecture_name(std::string_view hex);

/// Of x86-64, i386, aarch64 (and riscv64, which has the same numbers), Linux 6.1; "" for others.
std::string_view system_call_name(std::string_view architecture, std::string_view number);

/// "-13" -> "EACCES"; "" for what is no error.
std::string_view error_name(std::string_view exit);

/// "11" -> "SIGSEGV"; "" for real-time signals and what is none. Numbers of x86 and Arm.
std::string_view signal_name(std::string_view number);

}  // namespace yorozu::codec::audit
