#include "http/body_decoder.h"

#include <zlib.h>

#include <array>

#include "base/try.h"
#include "http/message.h"

namespace yorozu::http {
namespace {

Result<void> too_large(std::uint64_t ceiling) {
  return fail(ErrorCode::Overloaded, "the body has more than " + std::to_string(ceiling) + " bytes");
}

class Identity final : public BodyDecoder {
 public:
  explicit Identity(std::uint64_t ceiling) : ceiling_(ceiling), left_(ceiling) {}
  Result<void> decode(std::string_view encoded, const Sink& sink) override {
    if (encoded.size() > left_) return too_large(ceiling_);
    left_ -= encoded.size();
    return sink(encoded);
  }
  Result<void> finish() override { return {}; }

 private:
  std::uint64_t ceiling_, left_;
};

class Inflate final : public BodyDecoder {
 public:
  explicit Inflate(std::uint64_t ceiling) : ceiling_(ceiling), left_(ceiling) {
    constexpr int kZlibOrGzip = 15 + 32;
    ready_ = ::inflateInit2(&stream_, kZlibOrGzip) == Z_OK;
  }
  ~Inflate() override { ::inflateEnd(&stream_); }
  Inflate(const Inflate&) = delete;
  Inflate& operator=(const Inflate&) = delete;

  Result<void> decode(std::string_view encoded, const Sink& sink) override {
    if (!ready_) return fail(ErrorCode::Internal, "zlib cannot start");
    stream_.next_in = const_cast<Bytef*>(reinterpret_cast<const Bytef*>(encoded.data()));
    stream_.avail_in = static_cast<uInt>(encoded.size());
    bool more = !encoded.empty();
    while (more) {
      if (at_end_) {  // another member follows
        if (::inflateReset(&stream_) != Z_OK) return fail(ErrorCode::Internal, "zlib cannot start again");
        at_end_ = false;
      }
      stream_.next_out = out_.data();
      stream_.avail_out = static_cast<uInt>(out_.size());
      const int status = ::inflate(&stream_, Z_NO_FLUSH);
      if (status != Z_OK && status != Z_STREAM_END && status != Z_BUF_ERROR)
        return fail(ErrorCode::InvalidInput, "the body is not what its Content-Encoding says");
      at_end_ = status == Z_STREAM_END;
      const std::size_t n = out_.size() - stream_.avail_out;
      if (n > left_) return too_large(ceiling_);
      left_ -= n;
      if (n > 0) TRY(sink({reinterpret_cast<const char*>(out_.data()), n}));
      more = stream_.avail_in > 0 || stream_.avail_out == 0;
      if (at_end_ && stream_.avail_in == 0) more = false;
    }
    began_ = began_ || !encoded.empty();
    return {};
  }
  Result<void> finish() override {
    if (began_ && !at_end_) return fail(ErrorCode::InvalidInput, "the compressed body ends early");
    return {};
  }

 private:
  std::uint64_t ceiling_, left_;
  z_stream stream_ = {};
  bool ready_ = false, began_ = false, at_end_ = false;
  std::array<Bytef, std::size_t{64} << 10> out_;
};

}  // namespace

Result<std::unique_ptr<BodyDecoder>> BodyDecoder::make(std::string_view encoding, std::uint64_t ceiling) {
  if (encoding.empty() || equal_without_case(encoding, "identity")) return std::make_unique<Identity>(ceiling);
  if (equal_without_case(encoding, "gzip") || equal_without_case(encoding, "x-gzip") ||
      equal_without_case(encoding, "deflate"))
    return std::make_unique<Inflate>(ceiling);
  return fail(ErrorCode::Unsupported, "the content encodings known here are gzip, deflate and identity");
}

}  // namespace yorozu::http
