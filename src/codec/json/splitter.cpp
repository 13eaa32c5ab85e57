#include "codec/json/json.h"
#include "codec/json/structure.h"
#include "codec/lines.h"

#include <string>

namespace yorozu::codec::json {
namespace {

constexpr std::size_t kLargestDocument = std::size_t{64} << 20;

class DocumentSplitter final : public Splitter {
 public:
  explicit DocumentSplitter(Charset charset) : charset_(charset) {}

  std::size_t cut(ByteView window, bool at_end) override {
    if (at_end) return window.size();
    std::size_t found = 0;
    if (is_utf16(charset_)) {
      narrowed_.resize(window.size() / 2);
      narrow_utf16(window, charset_, narrowed_.data());
      found = after_last_document(narrowed_, at_file_start_) * 2;
    } else {
      found = after_last_document(as_text(window), at_file_start_);
    }
    if (found > 0) at_file_start_ = false;
    return found;
  }
  std::size_t largest_record() const override { return kLargestDocument; }

 private:
  Charset charset_;
  bool at_file_start_ = true;
  std::string narrowed_;
};

}  // namespace

bool looks_like_json(std::string_view text) {
  const auto next = [text](std::size_t at) { return text.find_first_not_of(" \t\r\n", at); };
  std::size_t at = next(0);
  if (at != std::string_view::npos && text[at] == '[') {
    at = next(at + 1);
    if (at == std::string_view::npos || (text[at] != '{' && text[at] != ']')) return false;
    if (text[at] == ']') return next(at + 1) == std::string_view::npos;
  }
  if (at == std::string_view::npos || text[at] != '{') return false;
  at = next(at + 1);
  return at != std::string_view::npos && (text[at] == '"' || text[at] == '}');
}

std::unique_ptr<Splitter> make_splitter(const DecodeOptions& options) {
  return std::make_unique<DocumentSplitter>(options.charset);
}

}  // namespace yorozu::codec::json
