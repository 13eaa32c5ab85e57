#include "codec/evtx/test_builder.h"

#include <cstring>

#include "base/text.h"
#include "codec/evtx/chunk.h"
#include "codec/evtx/layout.h"

namespace yorozu::codec::evtx {

namespace {
template <class T>
void store(std::string& bytes, std::size_t at, T value) {
  std::memcpy(bytes.data() + at, &value, sizeof value);
}
}  // namespace

std::string test_utf16(std::string_view utf8) {
  return utf16le_from_utf8(utf8);
}
TestValue test_text(std::string_view utf8) {
  return {1, test_utf16(utf8)};
}
TestValue test_null() {
  return {};
}

void TestXml::number(std::uint64_t value, int size) {
  for (int i = 0; i < size; ++i) bytes_ += static_cast<char>(value >> (8 * i));
}

void TestXml::name(std::string_view utf8) {
  const std::string key(utf8);
  if (names_ != nullptr) {
    if (const auto known = names_->find(key); known != names_->end()) return number(known->second, 4);
    names_->emplace(key, here() + 4);
  }
  number(here() + 4, 4);
  number(0, 4);  // next name
  number(0x1234, 2);
  number(utf8.size(), 2);
  bytes_ += test_utf16(utf8);
  number(0, 2);
}

TestXml& TestXml::fragment() {
  bytes_ += std::string("\x0F\x01\x01\x00", 4);
  return *this;
}
TestXml& TestXml::open(std::string_view utf8, bool has_attributes) {
  token(has_attributes ? 0x41 : 0x01);
  if (in_definition_) number(0xFFFF, 2);
  number(0, 4);
  name(utf8);
  if (has_attributes) number(0, 4);
  return *this;
}
TestXml& TestXml::attribute(std::string_view utf8) {
  token(0x06);
  name(utf8);
  return *this;
}
TestXml& TestXml::close_start() {
  token(0x02);
  return *this;
}
TestXml& TestXml::close_empty() {
  token(0x03);
  return *this;
}
TestXml& TestXml::end() {
  token(0x04);
  return *this;
}
TestXml& TestXml::text(std::string_view utf8) {
  const std::string utf16 = test_utf16(utf8);
  token(0x05);
  token(0x01);
  number(utf16.size() / 2, 2);
  return raw(utf16);
}
TestXml& TestXml::cdata(std::string_view utf8) {
  const std::string utf16 = test_utf16(utf8);
  token(0x07);
  number(utf16.size() / 2, 2);
  return raw(utf16);
}
TestXml& TestXml::character(std::uint16_t code) {
  token(0x08);
  number(code, 2);
  return *this;
}
TestXml& TestXml::entity(std::string_view utf8) {
  token(0x09);
  name(utf8);
  return *this;
}
TestXml& TestXml::instruction(std::string_view target, std::string_view utf8) {
  token(0x0A);
  name(target);
  const std::string utf16 = test_utf16(utf8);
  token(0x0B);
  number(utf16.size() / 2, 2);
  return raw(utf16);
}
TestXml& TestXml::slot(std::uint16_t index, std::uint8_t type, bool optional) {
  token(optional ? 0x0E : 0x0D);
  number(index, 2);
  token(type);
  return *this;
}
TestXml& TestXml::end_of_stream() {
  token(0x00);
  return *this;
}
TestXml& TestXml::raw(std::string_view bytes) {
  bytes_ += bytes;
  return *this;
}
TestXml& TestXml::leaf(std::string_view utf8, std::string_view content) {
  return open(utf8).close_start().text(content).end();
}
TestXml& TestXml::slot_leaf(std::string_view utf8, std::uint16_t index, std::uint8_t type, bool optional) {
  return open(utf8).close_start().slot(index, type, optional).end();
}
TestXml& TestXml::data(std::string_view utf8, std::uint16_t index, std::uint8_t type, bool optional) {
  return open("Data", true).attribute("Name").text(utf8).close_start().slot(index, type, optional).end();
}

void TestXml::begin_instance(std::string_view guid) {
  token(0x0C);
  token(0x01);
  raw(guid.substr(0, 4));
  definition_ = here() + 4;
  number(definition_, 4);
  number(0, 4);  // next definition
  raw(guid);
  number(0, 4);  // size, set in end_definition
}
void TestXml::end_definition(const std::string& body) {
  const std::size_t size_at = bytes_.size() - 4;
  store(bytes_, size_at, static_cast<std::uint32_t>(body.size()));
  bytes_ += body;
}

TestXml& TestXml::instance_of(std::uint32_t offset, std::string_view guid, const std::vector<TestValue>& all) {
  token(0x0C);
  token(0x01);
  raw(guid.substr(0, 4));
  number(offset, 4);
  return values(all);
}

TestXml& TestXml::values(const std::vector<TestValue>& all) {
  number(all.size(), 4);
  for (const TestValue& value : all) {
    number(value.bytes.size(), 2);
    number(value.type, 2);
  }
  for (const TestValue& value : all) raw(value.bytes);
  return *this;
}

std::uint32_t TestChunk::next_xml() const {
  return static_cast<std::uint32_t>(kChunkHeaderSize + records_.size() + kRecordHeaderSize);
}

TestChunk& TestChunk::record(std::uint64_t id, std::uint64_t filetime, const std::string& xml) {
  std::size_t size = kRecordHeaderSize + xml.size() + 4;
  size = (size + 7) & ~std::size_t{7};
  std::string made(size, '\0');
  store(made, 0, kRecordMagic);
  store(made, record_at::kSize, static_cast<std::uint32_t>(size));
  store(made, record_at::kId, id);
  store(made, record_at::kWritten, filetime);
  std::memcpy(made.data() + kRecordHeaderSize, xml.data(), xml.size());
  store(made, size - 4, static_cast<std::uint32_t>(size));
  records_ += made;
  ids_.push_back(id);
  return *this;
}

std::string TestChunk::bytes() const {
  std::string chunk(kChunkSize, '\0');
  std::memcpy(chunk.data(), kChunkMagic, sizeof kChunkMagic);
  if (!ids_.empty()) {
    for (const std::size_t at : {std::size_t{8}, chunk_at::kFirstRecord}) store(chunk, at, ids_.front());
    for (const std::size_t at : {std::size_t{16}, chunk_at::kLastRecord}) store(chunk, at, ids_.back());
  }
  store(chunk, chunk_at::kHeaderSize, std::uint32_t{128});
  store(chunk, chunk_at::kFreeSpace, static_cast<std::uint32_t>(kChunkHeaderSize + records_.size()));
  std::memcpy(chunk.data() + kChunkHeaderSize, records_.data(), records_.size());
  reseal(chunk);
  return chunk;
}

void reseal(std::string& chunk) {
  const ByteView bytes = as_bytes(chunk);
  const auto free_space = load_le<std::uint32_t>(bytes.data() + chunk_at::kFreeSpace);
  store(chunk, chunk_at::kDataChecksum, crc32(bytes.subspan(kChunkHeaderSize, free_space - kChunkHeaderSize)));
  const std::uint32_t head = crc32(bytes.first(chunk_at::kFlags));
  store(chunk, chunk_at::kChecksum,
        crc32(bytes.subspan(chunk_at::kTables, kChunkHeaderSize - chunk_at::kTables), head));
}

std::string test_file(const std::vector<std::string>& chunks) {
  std::string file(kFileHeaderSize, '\0');
  std::memcpy(file.data(), kFileMagic, sizeof kFileMagic);
  store(file, 32, std::uint32_t{128});
  store(file, 36, std::uint32_t{0x00030001});
  store(file, file_at::kHeaderBlockSize, static_cast<std::uint16_t>(kFileHeaderSize));
  store(file, 42, static_cast<std::uint16_t>(chunks.size()));
  store(file, file_at::kChecksum, crc32(as_bytes(file).first(file_at::kFlags)));
  for (const std::string& chunk : chunks) file += chunk;
  return file;
}

}  // namespace yorozu::codec::evtx
