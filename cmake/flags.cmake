# One INTERFACE target carries every flag of our own code; nothing is set globally but the language.
set(CMAKE_CXX_STANDARD 23)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_POSITION_INDEPENDENT_CODE ON)
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)

add_library(yorozu_flags INTERFACE)
target_compile_options(yorozu_flags INTERFACE
  -Wall -Wextra -Wpedantic -Wconversion -Wno-sign-conversion -Wnon-virtual-dtor -Wold-style-cast
  -Wimplicit-fallthrough -Werror)
# g++ 12 takes the enumerators of an enum class for declarations that shadow; clang (the lint build) does not.
target_compile_options(yorozu_flags INTERFACE $<IF:$<CXX_COMPILER_ID:GNU>,-Wshadow=local,-Wshadow>)
# libstdc++ 12 sorts stably by way of std::get_temporary_buffer, which clang knows to be deprecated.
target_compile_options(yorozu_flags INTERFACE $<$<CXX_COMPILER_ID:Clang>:-Wno-deprecated-declarations>)
target_include_directories(yorozu_flags INTERFACE ${PROJECT_SOURCE_DIR}/src)

# x86-64: the hot loops need SSE4.2 and carry-less multiply, which every x86 server since 2011 has. simdjson picks its
# on-demand code at compile time and silently falls back to scalar code without -mpclmul.
if(CMAKE_SYSTEM_PROCESSOR MATCHES "x86_64|AMD64")
  option(YOROZU_X86_64_V3 "use AVX2 (processors since 2013)" ON)
  if(YOROZU_X86_64_V3)
    target_compile_options(yorozu_flags INTERFACE -march=x86-64-v3 -mpclmul)
  else()
    target_compile_options(yorozu_flags INTERFACE -march=x86-64-v2 -mpclmul)
  endif()
endif()

if(YOROZU_SANITIZE)
  target_compile_options(yorozu_flags INTERFACE -fsanitize=${YOROZU_SANITIZE} -fno-omit-frame-pointer
    -fno-sanitize-recover=all)
  target_link_options(yorozu_flags INTERFACE -fsanitize=${YOROZU_SANITIZE})
  target_compile_definitions(yorozu_flags INTERFACE YOROZU_SANITIZED _GLIBCXX_ASSERTIONS)
endif()

# What a shipped program carries against exploitation of its own mistakes.
if(CMAKE_BUILD_TYPE STREQUAL "Release")
  # g++ 12 sees overlaps and uninitialised strings where there are none as soon as it inlines (GCC bug 105651).
  target_compile_options(yorozu_flags INTERFACE $<$<CXX_COMPILER_ID:GNU>:-Wno-restrict -Wno-maybe-uninitialized>)
  target_compile_options(yorozu_flags INTERFACE -U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=3 -D_GLIBCXX_ASSERTIONS
    -fstack-protector-strong -fstack-clash-protection -fcf-protection=full -ftrivial-auto-var-init=zero)
  target_link_options(yorozu_flags INTERFACE -pie -Wl,-z,relro,-z,now,-z,noexecstack)
endif()

find_program(MOLD mold)
if(MOLD AND NOT YOROZU_FUZZ)
  target_link_options(yorozu_flags INTERFACE -fuse-ld=mold)
endif()
