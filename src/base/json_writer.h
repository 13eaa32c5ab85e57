/// Writes JSON straight into a string: commas and escaping done here, structure is the caller's. No numbers as text.
///   JsonWriter j(out); j.begin_object(); j.key("time").value(t); j.end_object();
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace yorozu {

class JsonWriter {
 public:
  explicit JsonWriter(std::string& out) : out_(out) {}

  JsonWriter& begin_object();
  JsonWriter& end_object();
  JsonWriter& begin_array();
  JsonWriter& end_array();
  JsonWriter& key(std::string_view name);
  JsonWriter& value(std::string_view text);
  JsonWriter& value(const char* text) { return value(std::string_view(text)); }
  JsonWriter& value(bool b);
  JsonWriter& value(std::int64_t n);
  JsonWriter& value(std::uint64_t n);
  JsonWriter& value(int n) { return value(static_cast<std::int64_t>(n)); }
  JsonWriter& value(unsigned n) { return value(static_cast<std::uint64_t>(n)); }
  JsonWriter& value(double x);  ///< shortest text that reads back equal; not finite: null
  JsonWriter& null();
  /// Text that is JSON already.
  JsonWriter& raw(std::string_view json);

 private:
  void separate();

  std::string& out_;
  bool first_ = true;  ///< nothing stands yet in the innermost object or array
  bool after_key_ = false;
};

}  // namespace yorozu
