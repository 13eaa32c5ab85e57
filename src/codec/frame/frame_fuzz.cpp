// The first byte chooses the kind; the rest is one frame. Whatever it is, it is one event whose values can be read.
#include "base/assert.h"
#include "codec/frame/frame_decoder.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace yorozu;
  using namespace yorozu::codec;
  if (size < 1) return 0;
  constexpr FrameKind kKinds[] = {FrameKind::Syslog, FrameKind::Line, FrameKind::Json, FrameKind::Journal,
                                  FrameKind::Xml,    FrameKind::Own,  FrameKind::Hec};
  static event::Schema schema;
  static const auto decoder = make_frame_decoder(schema, event::LogsourceMap::builtin());
  event::EventBatch batch;
  const Frame frame{.raw = {reinterpret_cast<const char*>(data + 1), size - 1},
                    .kind = kKinds[data[0] % std::size(kKinds)],
                    .received = {1'764'000'000'000'000},
                    .stream = {}};
  decoder->decode(frame, batch);
  YOROZU_ASSERT(batch.events.size() == 1, "exactly one event a frame");
  std::size_t bytes = 0;
  for (const event::Value& value : batch.values_of(batch.events[0])) bytes += event::to_text(value).size();
  YOROZU_ASSERT(bytes < (std::size_t{1} << 28), "fields are of the frame's size");
  return 0;
}
