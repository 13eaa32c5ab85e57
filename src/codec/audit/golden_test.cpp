// Groups of elastic/go-libaudit (Apache-2.0), read in place. How fields are compared:
// every value that the golden file states of the records must be a value of our field of that name. Where the reference
// replaces a number by its meaning (arch, syscall, exit, auid, sig), ours stands beside it under the upper-case name
// that auditd's own enrichment uses; `unset` is 4294967295. Its addr, family, port and path of SOCKADDR are our
// socket_*; its process.title, name, args are proctitle, comm and a0 ...; selinux.* are subj_*. What it judges
// (category, summary, ecs, network.direction, file.mode without its type) is not in the records and is not compared.
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <map>
#include <nlohmann/json.hpp>
#include <sstream>

#include "base/file.h"
#include "base/test_data.h"
#include "codec/audit/assembler.h"
#include "codec/audit/reader.h"

namespace yorozu::codec::audit {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;
using Fields = std::multimap<std::string, std::string>;

struct AuditEvent {
  Fields fields;
  std::string time;
  std::uint64_t serial = 0;
};

std::vector<std::string> lines_of(const std::string& text) {
  std::vector<std::string> lines;
  std::istringstream in(text);
  for (std::string line; std::getline(in, line);)
    if (!line.empty()) lines.push_back(line);
  return lines;
}

AuditEvent event_of(const std::vector<Stamp>& records) {
  static event::NameTable names;
  Reader reader(names, event::LogsourceMap::builtin());
  Arena arena;
  EventFields record;
  reader.read(records, arena, record);
  AuditEvent out;
  for (std::size_t i = 0; i < record.names.size(); ++i)
    out.fields.emplace(names.text(record.names[i]), event::to_text(record.values[i]));
  if (record.time.known()) out.time = format_rfc3339(record.time.time);
  out.serial = record.record_id;
  return out;
}

/// Events of the lines, as the assembler groups them.
std::vector<AuditEvent> events_of(const std::vector<std::string>& lines) {
  std::vector<Stamp> stamps;
  std::vector<Group> groups;
  AuditAssembler assembler;
  for (const std::string& line : lines)
    if (const auto stamp = read_stamp(line)) {
      stamps.push_back(*stamp);
      assembler.add("", *stamp, stamps.size() - 1, {}, groups);
    }
  assembler.flush(groups);
  std::vector<AuditEvent> events;
  for (const Group& group : groups) {
    std::vector<Stamp> records;
    for (const std::uint64_t token : group.tokens) records.push_back(stamps[token]);
    events.push_back(event_of(records));
  }
  return events;
}

bool has(const Fields& fields, const std::string& name, const std::string& value) {
  const auto [from, to] = fields.equal_range(name);
  return std::any_of(from, to, [&](const auto& field) {
    return field.second == value || (value == "unset" && field.second == "4294967295");
  });
}

bool agrees(const AuditEvent& event, const std::string& name, const std::string& value) {
  static const std::map<std::string, std::vector<std::string>> kOurs = {
      {"sig", {"sig", "SIG"}},           {"arch", {"ARCH"}},
      {"syscall", {"SYSCALL"}},          {"exit", {"exit", "EXIT"}},
      {"addr", {"addr", "socket_addr"}}, {"family", {"family", "socket_family"}},
      {"port", {"port", "socket_port"}}, {"path", {"path", "socket_path"}}};
  const auto ours = kOurs.find(name);
  if (ours == kOurs.end()) return has(event.fields, name, value);
  return std::ranges::any_of(ours->second, [&](const std::string& own) { return has(event.fields, own, value); });
}

/// "2017-04-21T00:32:22.98Z" with any number of decimals.
bool same_time(const std::string& golden, const std::string& ours) {
  const auto time = parse_time(golden);
  return time && format_rfc3339(*time) == ours;
}

std::string lower(std::string text) {
  for (char& c : text) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return text;
}

TEST(AuditGolden, EveryRecordHasTheFieldsThatLibauditFinds) {
  const auto data = shared_data();
  if (!data) GTEST_SKIP() << kNoSharedData;
  std::size_t files = 0, records = 0, values = 0;
  for (const auto& entry : fs::directory_iterator(*data / "parsers/auditd-go-libaudit/auparse")) {
    if (entry.path().extension() != ".log") continue;
    ++files;
    const std::vector<std::string> lines = lines_of(*read_file(entry.path()));
    const json golden = json::parse(*read_file(entry.path().string() + ".golden"));
    std::size_t at = 0;
    for (const std::string& line : lines) {
      const auto stamp = read_stamp(line);
      if (!stamp) {  // "type=UNKNOWN[1329] msg=?" has neither time nor fields: null in the golden file
        EXPECT_TRUE(at < golden.size() && golden[at].is_null()) << line;
        ++at;
        continue;
      }
      ASSERT_LT(at, golden.size()) << entry.path();
      const json& wanted = golden[at++];
      const AuditEvent event = event_of({*stamp});
      ++records;
      EXPECT_EQ(event.serial, wanted["sequence"].get<std::uint64_t>()) << line;
      EXPECT_TRUE(same_time(wanted["@timestamp"], event.time)) << line;
      EXPECT_EQ(lower(event.fields.find("type")->second), wanted["record_type"].get<std::string>()) << line;
      if (!wanted.contains("data") || wanted["data"].is_null()) continue;
      for (const auto& [name, value] : wanted["data"].items()) {
        ++values;
        EXPECT_TRUE(agrees(event, name, value.get<std::string>())) << name << "=" << value << "\n" << line;
      }
    }
    EXPECT_EQ(at, golden.size()) << entry.path();
  }
  EXPECT_EQ(files, 7U);
  EXPECT_GT(records, 60U);
  EXPECT_GT(values, 600U);
}

/// name -> lines, of the two kinds of block scalars that the files use.
std::map<std::string, std::vector<std::string>> groups_of(const std::string& yaml) {
  std::map<std::string, std::vector<std::string>> groups;
  std::string name;
  for (const std::string& line : lines_of(yaml)) {
    if (line.starts_with("    "))
      groups[name].push_back(line.substr(4));
    else if (line.starts_with("  ") && (line.ends_with(": |") || line.ends_with(": >")))
      name = line.substr(2, line.size() - 5);
  }
  return groups;
}

void compare(const json& wanted, const AuditEvent& event, const std::string& where) {
  const auto expect = [&](const std::string& name, const json& value) {
    EXPECT_TRUE(agrees(event, name, value.get<std::string>())) << where << ": " << name << "=" << value;
  };
  const auto expect_all = [&](const json& object, const std::map<std::string, std::string>& names = {}) {
    for (const auto& [name, value] : object.items())
      if (value.is_string()) expect(names.contains(name) ? names.at(name) : name, value);
  };
  EXPECT_EQ(event.serial, wanted["sequence"].get<std::uint64_t>()) << where;
  EXPECT_TRUE(same_time(wanted["@timestamp"], event.time)) << where;
  EXPECT_EQ(lower(event.fields.find("type")->second), wanted["record_type"].get<std::string>()) << where;
  if (wanted["result"] != "unknown") expect("result", wanted["result"]);
  if (wanted["session"] != "unset" || event.fields.contains("ses")) expect("ses", wanted["session"]);
  if (wanted.contains("tags"))
    for (const json& tag : wanted["tags"]) expect("key", tag);
  expect_all(wanted["user"].value("ids", json::object()));
  const json context = wanted["user"].value("selinux", json::object());
  for (const auto& [name, value] : context.items()) expect("subj_" + name, value);
  expect_all(wanted["process"], {{"title", "proctitle"}, {"name", "comm"}});
  std::size_t number = 0;
  const json arguments = wanted["process"].value("args", json::array());
  for (const json& argument : arguments) expect("a" + std::to_string(number++), argument);
  expect_all(wanted["data"]);
  const json paths = wanted.value("paths", json::array());
  for (const json& path : paths) expect_all(path);
  if (wanted.contains("file")) {
    expect("name", wanted["file"]["path"]);
    expect("inode", wanted["file"]["inode"]);
    expect("ouid", wanted["file"]["uid"]);
    expect("ogid", wanted["file"]["gid"]);
  }
  for (const std::string side : {"source", "destination"})
    if (wanted.contains(side)) expect_all(wanted[side], {{"ip", "addr"}});
  EXPECT_EQ(event.fields.count("item"), paths.size()) << where;
}

TEST(AuditGolden, EveryGroupIsTheEventThatLibauditMakes) {
  const auto data = shared_data();
  if (!data) GTEST_SKIP() << kNoSharedData;
  std::size_t files = 0, groups = 0;
  for (const auto& entry : fs::directory_iterator(*data / "parsers/auditd-go-libaudit/aucoalesce")) {
    if (entry.path().extension() != ".yaml") continue;
    ++files;
    const auto lines = groups_of(*read_file(entry.path()));
    const std::string golden_path = fs::path(entry.path()).replace_extension(".json.golden").string();
    const json golden = json::parse(*read_file(golden_path));
    for (const json& test : golden) {
      const std::string name = test["test_name"];
      ASSERT_TRUE(lines.contains(name)) << name;
      const std::vector<AuditEvent> events = events_of(lines.at(name));
      ASSERT_EQ(events.size(), 1U) << name;
      compare(test["event"], events[0], name);
      ++groups;
    }
  }
  EXPECT_EQ(files, 5U);
  EXPECT_GE(groups, 18U);
}

TEST(AuditGolden, OrderAndRolloverOfSerialNumbersDoNotMatter) {
  const auto data = shared_data();
  if (!data) GTEST_SKIP() << kNoSharedData;
  const fs::path folder = *data / "parsers/auditd-go-libaudit/testdata";
  const auto count = [&](const char* file) {
    std::map<std::uint64_t, std::size_t> records;
    for (const AuditEvent& event : events_of(lines_of(*read_file(folder / file)))) {
      EXPECT_FALSE(records.contains(event.serial)) << file << event.serial;
      records[event.serial] = event.fields.count("type");
    }
    return records;
  };
  EXPECT_EQ(count("out_of_order.log"),
            (std::map<std::uint64_t, std::size_t>{{58, 2}, {59, 5}, {60, 5}, {61, 4}, {62, 1}}));
  EXPECT_EQ(count("rollover.log"),
            (std::map<std::uint64_t, std::size_t>{{4294967294, 1}, {4294967295, 1}, {0, 1}, {1, 1}, {2, 1}}));
}

}  // namespace
}  // namespace yorozu::codec::audit
