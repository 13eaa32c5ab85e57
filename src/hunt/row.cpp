#include "hunt/row.h"

#include <nlohmann/json.hpp>

#include "hunt/pack.h"

namespace yorozu::hunt {

void pack(const Row& row, std::string& out) {
  Packer p(out);
  p.number(row.rule).time(row.time).number(row.file).number(row.order);
  p.number(row.event_id).number(row.record_id).number(row.line);
  p.text(row.host).text(row.channel).text(row.fields);
  p.number(row.count).time(row.last);
  const bool correlation = !row.events.empty();
  p.number(correlation ? 1 : 0);
  if (correlation) p.time(row.first).real(row.value).number(row.events_total).text(row.events).text(row.hosts);
}

bool unpack(std::string_view bytes, Row& row) {
  Unpacker u(bytes);
  row = {};
  row.rule = static_cast<std::uint32_t>(u.number());
  row.time = u.time();
  row.file = static_cast<std::uint32_t>(u.number());
  row.order = u.number();
  row.event_id = static_cast<std::uint32_t>(u.number());
  row.record_id = u.number();
  row.line = u.number();
  row.host = u.text();
  row.channel = u.text();
  row.fields = u.text();
  row.count = u.number();
  row.last = u.time();
  if (u.number() == 1) {
    row.first = u.time();
    row.value = u.real();
    row.events_total = u.number();
    row.events = u.text();
    row.hosts = u.text();
  }
  return u.ok();
}

void for_each_field(std::string_view fields_json,
                    const std::function<void(std::string_view name, std::string_view value)>& each) {
  const auto object = nlohmann::ordered_json::parse(fields_json, nullptr, false);
  if (!object.is_object()) return;
  const auto give = [&](std::string_view name, const nlohmann::ordered_json& value) {
    if (value.is_string())
      each(name, value.get_ref<const std::string&>());
    else
      each(name, value.dump(-1, ' ', false, nlohmann::ordered_json::error_handler_t::replace));
  };
  for (const auto& [name, value] : object.items()) {
    if (!value.is_array()) {
      give(name, value);
      continue;
    }
    for (const auto& element : value) give(name, element);
  }
}

std::string fields_in_line(std::string_view fields_json) {
  std::string out;
  for_each_field(fields_json, [&](std::string_view name, std::string_view value) {
    if (!out.empty()) out += " ¦ ";
    out.append(name).append(": ").append(value);
  });
  return out;
}

}  // namespace yorozu::hunt
