# Every outside library, each with why we need it (docs/dependencies.md has the choices). All come from Debian packages.
find_package(PkgConfig REQUIRED)
find_package(Threads REQUIRED)

function(yorozu_pkg name)          # imported target PkgConfig::<name>; its headers count as system headers
  pkg_check_modules(${name} REQUIRED IMPORTED_TARGET GLOBAL ${ARGN})
endfunction()

yorozu_pkg(hs libhs)               # Vectorscan: many literals and regexes in one pass
yorozu_pkg(re2 re2)                # regexes one at a time, in linear time
yorozu_pkg(yaml yaml-0.1)          # libyaml: rules, with line numbers
yorozu_pkg(icu icu-uc icu-i18n)    # NFKC, case folding, legacy charsets, time zones
yorozu_pkg(deflate libdeflate)     # CRC-32 at memory speed
yorozu_pkg(archive libarchive)     # gz, zst, zip, 7z, tar inputs
yorozu_pkg(sodium libsodium)       # keyed hash of the rule cache
yorozu_pkg(crypto libcrypto)       # SHA-256
yorozu_pkg(ssl libssl)             # TLS of inputs and of the HTTP server
yorozu_pkg(zstd libzstd)           # segments of the archive
yorozu_pkg(zlib zlib)             # gzip bodies of HTTP requests, piece by piece
yorozu_pkg(sqlite sqlite3)         # state (tokens, inventory)
yorozu_pkg(curl libcurl)           # fetching rule packs
yorozu_pkg(systemd libsystemd)     # journald, readiness
yorozu_pkg(cap libcap)             # least privilege after start
yorozu_pkg(seccomp libseccomp)     # hunt executes nothing and opens no socket
find_package(fmt REQUIRED)         # std::format is not in g++ 12
find_package(CLI11 REQUIRED)       # the command line
find_package(pugixml REQUIRED)     # exported XML events
find_package(Boost 1.81 REQUIRED)  # Asio and Beast, headers only; only in .cpp files of net, http and ingest
find_package(SQLiteCpp REQUIRED)   # SQLite with RAII
find_package(tomlplusplus REQUIRED)  # yorozu.toml, errors with lines
find_package(simdjson REQUIRED)    # JSON on the hot path
find_package(nlohmann_json REQUIRED)  # JSON where speed does not matter

# DuckDB: the index of the archive. No Debian package; npm's, checked by the script, which prints where it is. Only the
# header is compiled against: the library is loaded at run time by the processes that need it, from lib/yorozu.
execute_process(COMMAND ${PROJECT_SOURCE_DIR}/scripts/duckdb.sh
  OUTPUT_VARIABLE duckdb_folder OUTPUT_STRIP_TRAILING_WHITESPACE RESULT_VARIABLE duckdb_failed)
if(duckdb_failed)
  message(FATAL_ERROR "DuckDB could not be had; scripts/duckdb.sh says why")
endif()
add_library(yorozu_duckdb_header INTERFACE)
target_include_directories(yorozu_duckdb_header SYSTEM INTERFACE ${duckdb_folder})
file(MAKE_DIRECTORY ${PROJECT_BINARY_DIR}/lib/yorozu)
# A hard link or a copy: a service user may not look into the cache of whoever built.
file(CREATE_LINK ${duckdb_folder}/libduckdb.so ${PROJECT_BINARY_DIR}/lib/yorozu/libduckdb.so COPY_ON_ERROR)

if(YOROZU_TESTS)
  find_package(GTest REQUIRED)
endif()
if(YOROZU_BENCH)
  find_package(benchmark REQUIRED)
endif()
