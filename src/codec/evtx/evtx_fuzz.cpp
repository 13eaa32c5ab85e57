// First byte: options. Then a file; or, when it is short, the records of one chunk, which gets a header here.
#include <cstdint>
#include <cstring>
#include <memory>
#include <string>

#include "codec/evtx/chunk.h"
#include "codec/evtx/layout.h"
#include "codec/evtx/render.h"
#include "codec/evtx/test_reading.h"

using namespace yorozu;
using namespace yorozu::codec;
using namespace yorozu::codec::evtx;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 2) return 0;
  DecodeOptions options;
  options.carve = (data[0] & 1U) != 0;
  options.verify_checksums = (data[0] & 2U) != 0;
  std::string bytes(reinterpret_cast<const char*>(data + 1), size - 1);
  if ((data[0] & 4U) != 0 && size < kChunkSize - kChunkHeaderSize) {
    std::string chunk(kChunkHeaderSize, '\0');
    std::memcpy(chunk.data(), kChunkMagic, sizeof kChunkMagic);
    chunk[chunk_at::kHeaderSize] = static_cast<char>(128);
    const auto end = static_cast<std::uint32_t>(kChunkHeaderSize + bytes.size());
    std::memcpy(chunk.data() + chunk_at::kFreeSpace, &end, sizeof end);
    chunk += bytes;
    bytes = std::move(chunk);
  }
  // One schema for many runs, so that templates and names meet each other; renewed before it fills.
  static auto schema = std::make_unique<event::Schema>();
  if (schema->names.size() > 50'000 || schema->shapes.size() > 20'000) schema = std::make_unique<event::Schema>();
  const auto decoder = make_decoder(*schema, event::LogsourceMap::builtin(), options);
  Renderer renderer(options);
  for_each_unit(as_bytes(bytes), options, [&](const Unit& unit) {
    event::EventBatch batch;
    UnitReport report;
    decoder->decode(unit, batch, report);
    renderer.begin_unit(unit);
    Buffer text;
    std::size_t left = 200;
    for (const event::Event& event : batch.events) {
      if (left-- == 0) break;
      text.clear();
      for (const event::Value& value : batch.values_of(event)) event::append_text(value, text);
      renderer.append_json(event, text);
      renderer.append_xml(event, text);
    }
  });
  return 0;
}
