/// Every key of yorozu.toml: its table, where its value goes, what it is for. Reading, --set and the default file all
/// go through this one list.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "app/config/config.h"
#include "message/message.h"

namespace yorozu::config {

/// A number with its bounds, both allowed.
struct Number {
  std::uint64_t* at;
  std::uint64_t least, most;
};
/// Text out of a closed list.
struct Choice {
  std::vector<std::string_view> words;
  std::size_t (*get)(const void*);
  void (*set)(void*, std::size_t);
  void* at;
};
using Field = std::variant<bool*, Number, Choice, std::string*, std::vector<std::string>*, net::Endpoint*,
                           std::vector<net::Network>*, event::SourceClass*, ZoneName*>;

struct Key {
  std::string_view name;
  Field field;
  message::Id help;
};

struct Table {
  std::string name;  ///< "syslog.udp"
  message::Id help;
  std::vector<Key> keys;
};

/// Of a configuration that outlives the result; without [file.NAME] and [[source]].
std::vector<Table> tables_of(Config& config);
Table table_of(File& file, const std::string& name);
Table table_of(Source& source);

}  // namespace yorozu::config
