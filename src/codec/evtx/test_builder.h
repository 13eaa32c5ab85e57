/// Makes EVTX chunks and files for tests: binary XML token by token, headers and checksums filled in.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace yorozu::codec::evtx {

/// A value for a slot: type and bytes as stored.
struct TestValue {
  std::uint8_t type = 0;
  std::string bytes;
};
TestValue test_text(std::string_view utf8);
TestValue test_null();
template <class T>
TestValue test_number(std::uint8_t type, T number) {
  return {type, std::string(reinterpret_cast<const char*>(&number), sizeof number)};
}
std::string test_utf16(std::string_view utf8);

/// Tokens at a known place of the chunk: offsets in them are right.
class TestXml {
 public:
  explicit TestXml(std::uint32_t at, std::map<std::string, std::uint32_t>* names = nullptr) : at_(at), names_(names) {}

  TestXml& fragment();
  /// `<name` with a dependency id inside definitions.
  TestXml& open(std::string_view name, bool has_attributes = false);
  TestXml& attribute(std::string_view name);
  TestXml& close_start();
  TestXml& close_empty();
  TestXml& end();
  TestXml& text(std::string_view utf8);
  TestXml& cdata(std::string_view utf8);
  TestXml& character(std::uint16_t code);
  TestXml& entity(std::string_view name);
  TestXml& instruction(std::string_view target, std::string_view text);
  TestXml& slot(std::uint16_t index, std::uint8_t type, bool optional = false);
  TestXml& end_of_stream();
  TestXml& raw(std::string_view bytes);
  /// `<name>text</name>`
  TestXml& leaf(std::string_view name, std::string_view utf8);
  TestXml& slot_leaf(std::string_view name, std::uint16_t index, std::uint8_t type, bool optional = false);
  /// `<Data Name='name'>` slot `</Data>`
  TestXml& data(std::string_view name, std::uint16_t index, std::uint8_t type, bool optional = false);

  /// An instance whose definition stands right here; `body` fills it. `guid`: 16 bytes.
  template <class F>
  TestXml& instance(std::string_view guid, F&& body, const std::vector<TestValue>& values) {
    begin_instance(guid);
    TestXml definition(here(), names_);
    definition.in_definition_ = true;
    definition.fragment();
    body(definition);
    definition.end_of_stream();
    end_definition(definition.bytes_);
    return this->values(values);
  }
  /// An instance of the definition at `offset` of the chunk.
  TestXml& instance_of(std::uint32_t offset, std::string_view guid, const std::vector<TestValue>& values);
  TestXml& values(const std::vector<TestValue>& values);

  const std::string& bytes() const { return bytes_; }
  std::uint32_t here() const { return at_ + static_cast<std::uint32_t>(bytes_.size()); }
  /// Of the instance made last.
  std::uint32_t definition_offset() const { return definition_; }

 private:
  void begin_instance(std::string_view guid);
  void end_definition(const std::string& body);
  void name(std::string_view utf8);
  void number(std::uint64_t value, int size);
  void token(std::uint8_t byte) { bytes_ += static_cast<char>(byte); }

  std::uint32_t at_;
  std::map<std::string, std::uint32_t>* names_;  ///< where names stand already; none: each stands where it is used
  bool in_definition_ = false;
  std::uint32_t definition_ = 0;
  std::string bytes_;
};

class TestChunk {
 public:
  /// The place where the binary XML of the next record will begin.
  std::uint32_t next_xml() const;
  std::map<std::string, std::uint32_t>* names() { return &names_; }
  TestChunk& record(std::uint64_t id, std::uint64_t filetime, const std::string& xml);
  /// With header and checksums.
  std::string bytes() const;

 private:
  std::string records_;
  std::vector<std::uint64_t> ids_;
  std::map<std::string, std::uint32_t> names_;
};

std::string test_file(const std::vector<std::string>& chunks);
/// Mends both checksums of a chunk after its bytes were changed.
void reseal(std::string& chunk);

/// A record as providers write it: System with event id and record number, `<EventData>` from `data` with slots
/// from 10.
template <class F>
void add_event(TestChunk& chunk, std::uint64_t id, std::uint64_t filetime, std::string_view guid, F&& event_data,
               const std::vector<TestValue>& values) {
  std::vector<TestValue> all = {test_text("Test-Provider"),
                                test_number<std::uint16_t>(0x06, 4711),
                                test_number<std::uint64_t>(0x11, filetime),
                                test_number<std::uint64_t>(0x0A, id),
                                test_text("Test/Channel"),
                                test_text("HOST")};
  all.resize(10);
  all.insert(all.end(), values.begin(), values.end());
  TestXml xml(chunk.next_xml(), chunk.names());
  xml.fragment().instance(
      guid,
      [&](TestXml& t) {
        t.open("Event").close_start().open("System").close_start();
        t.open("Provider", true).attribute("Name").slot(0, 1).close_empty();
        t.slot_leaf("EventID", 1, 6);
        t.open("TimeCreated", true).attribute("SystemTime").slot(2, 0x11).close_empty();
        t.slot_leaf("EventRecordID", 3, 0x0A).slot_leaf("Channel", 4, 1).slot_leaf("Computer", 5, 1);
        t.end();
        event_data(t);
        t.end();
      },
      all);
  chunk.record(id, filetime, xml.end_of_stream().bytes());
}

}  // namespace yorozu::codec::evtx
