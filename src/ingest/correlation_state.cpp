#include "ingest/correlation_state.h"

#include "base/bytes.h"
#include "base/file.h"
#include "base/hash.h"
#include "base/try.h"

namespace yorozu::ingest {
namespace {

constexpr std::string_view kMagic = "yorozu correlation state 1\n";
constexpr std::uint64_t kLargest = std::uint64_t{1} << 30;

void append_number(std::uint64_t number, std::string& out) {
  for (int i = 0; i < 8; ++i) out.push_back(static_cast<char>(number >> (8 * i)));
}

}  // namespace

std::string encode(const CorrelationState& state) {
  std::string out(kMagic);
  append_number(state.seq, out);
  append_number(state.bytes.size(), out);
  append_number(hash64(state.bytes, state.seq), out);
  out += state.bytes;
  return out;
}

Result<CorrelationState> decode_correlation_state(std::string_view bytes) {
  if (!bytes.starts_with(kMagic)) return fail(ErrorCode::Corrupt, "not a file of correlation state");
  ByteReader in(as_bytes(bytes.substr(kMagic.size())));
  CorrelationState out;
  out.seq = in.read<std::uint64_t>();
  const auto size = in.read<std::uint64_t>();
  const auto hash = in.read<std::uint64_t>();
  if (!in.ok() || size != in.remaining()) return fail(ErrorCode::Corrupt, "correlation state: wrong length");
  out.bytes = as_text(in.take(size));
  if (hash64(out.bytes, out.seq) != hash) return fail(ErrorCode::Corrupt, "correlation state: wrong checksum");
  return out;
}

Result<CorrelationState> load_correlation_state(const std::filesystem::path& path) {
  TRY_ASSIGN(const std::string bytes, read_file(path, kLargest));
  return decode_correlation_state(bytes);
}

}  // namespace yorozu::ingest
