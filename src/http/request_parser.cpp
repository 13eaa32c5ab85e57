#include "http/request_parser.h"

#include <boost/asio/buffer.hpp>
#include <boost/beast/http/basic_parser.hpp>
#include <boost/beast/http/error.hpp>
namespace yorozu::http {
namespace {

namespace beast = boost::beast;
using beast::error_code;

std::string_view view(beast::string_view text) {
  return {text.data(), text.size()};
}

std::string lower_case(std::string_view text) {
  std::string lower(text);
  for (char& c : lower)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c + ('a' - 'A'));
  return lower;
}

/// Beast tells what it finds; what is kept of it are our own values.
class Parser final : public beast::http::basic_parser<true> {
 public:
  RequestHead head;
  std::string_view piece;

  Parser() {
    eager(false);
    header_limit(kMaxHeadBytes);
    body_limit(boost::none);  // the route decides, and counts
  }

 private:
  void on_request_impl(beast::http::verb, beast::string_view method, beast::string_view target, int version,
                       error_code&) override {
    head.method = view(method);
    const std::string_view whole = view(target);
    const std::size_t mark = whole.find('?');
    head.path = whole.substr(0, mark);
    if (mark != std::string_view::npos) head.query = whole.substr(mark + 1);
    head.is_http_1_0 = version == 10;
  }
  void on_response_impl(int, beast::string_view, int, error_code&) override {}
  void on_field_impl(beast::http::field, beast::string_view name, beast::string_view value, error_code&) override {
    if (is_header_done()) return;  // trailers are not looked at
    head.headers.add(lower_case(view(name)), std::string(view(value)));
  }
  void on_header_impl(error_code&) override {}
  void on_body_init_impl(const boost::optional<std::uint64_t>&, error_code&) override {}
  std::size_t on_body_impl(beast::string_view body, error_code&) override {
    piece = view(body);
    return body.size();
  }
  void on_chunk_header_impl(std::uint64_t, beast::string_view, error_code&) override {}
  std::size_t on_chunk_body_impl(std::uint64_t, beast::string_view body, error_code&) override {
    piece = view(body);
    return body.size();
  }
  void on_finish_impl(error_code&) override {}
};

unsigned status_of(error_code error) {
  if (error == beast::http::error::header_limit) return 431;
  if (error == beast::http::error::bad_version) return 505;
  return 400;
}

}  // namespace

struct RequestParser::Impl {
  Parser parser;
  bool is_fresh = true;
  bool head_given = false;
  unsigned status = 0;
  std::string problem;

  Step failed(unsigned code, std::string words) {
    status = code;
    problem = std::move(words);
    return {Event::Failed, 0, {}};
  }

  /// What Beast lets pass and we do not.
  Step check_head(std::size_t consumed) {
    RequestHead& head = parser.head;
    const Headers& headers = head.headers;
    const std::size_t codings = headers.count("transfer-encoding");
    if (codings > 0) {
      if (codings > 1 || !equal_without_case(headers.value_or("transfer-encoding"), "chunked"))
        return failed(501, "only one transfer coding is known: chunked");
      if (headers.count("content-length") > 0 || head.is_http_1_0)
        return failed(400, "the length of the body is said in two ways");
    }
    if (headers.count("content-length") > 1) return failed(400, "more than one Content-Length");
    if (headers.count("host") > 1 || (!head.is_http_1_0 && headers.count("host") == 0))
      return failed(400, "exactly one Host is needed");
    if (!head.path.starts_with("/")) return failed(400, "the target is not a path");
    head.is_chunked = parser.chunked();
    if (const auto length = parser.content_length()) head.content_length = *length;
    head_given = true;
    return {Event::Head, consumed, {}};
  }

  Step next(std::string_view input) {
    std::size_t skipped = 0;
    if (is_fresh)  // RFC 9112 section 2.2: empty lines before a request are ignored
      while (skipped < input.size() && (input[skipped] == '\r' || input[skipped] == '\n')) ++skipped;
    if (head_given && parser.is_done()) return {Event::End, 0, {}};
    if (input.size() == skipped) return {Event::NeedMore, skipped, {}};
    is_fresh = false;
    error_code error;
    parser.piece = {};
    const std::size_t used =
        parser.put(boost::asio::const_buffer(input.data() + skipped, input.size() - skipped), error) + skipped;
    if (error && error != beast::http::error::need_more) return failed(status_of(error), error.message());
    if (error) return {Event::NeedMore, used, {}};
    if (!head_given) {
      if (!parser.is_header_done()) return {Event::NeedMore, used, {}};
      return check_head(used);
    }
    if (!parser.piece.empty()) return {Event::Body, used, parser.piece};
    if (parser.is_done()) return {Event::End, used, {}};
    if (used == input.size()) return {Event::NeedMore, used, {}};
    Step step = next(input.substr(used));  // the frame of a chunk is no event
    step.consumed += used;
    return step;
  }
};

RequestParser::RequestParser() : impl_(std::make_unique<Impl>()) {}
RequestParser::~RequestParser() = default;
RequestParser::RequestParser(RequestParser&&) noexcept = default;
RequestParser& RequestParser::operator=(RequestParser&&) noexcept = default;

RequestParser::Step RequestParser::next(std::string_view input) {
  if (impl_->status != 0) return {Event::Failed, 0, {}};
  return impl_->next(input);
}
bool RequestParser::is_fresh() const {
  return impl_->is_fresh;
}
RequestHead& RequestParser::head() {
  return impl_->parser.head;
}
unsigned RequestParser::problem_status() const {
  return impl_->status;
}
const std::string& RequestParser::problem() const {
  return impl_->problem;
}

}  // namespace yorozu::http
