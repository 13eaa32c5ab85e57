#include "app/fetch/download.h"

#include <curl/curl.h>

#include <memory>

namespace yorozu::fetch {

namespace {

struct Body {
  std::string bytes;
  std::uint64_t limit;
};

std::size_t take(char* data, std::size_t size, std::size_t count, void* to) {
  Body& body = *static_cast<Body*>(to);
  const std::size_t bytes = size * count;
  if (body.bytes.size() + bytes > body.limit) return 0;  // ends the transfer
  body.bytes.append(data, bytes);
  return bytes;
}

ErrorCode code_of(CURLcode code) {
  switch (code) {
    case CURLE_UNSUPPORTED_PROTOCOL:
    case CURLE_URL_MALFORMAT:
      return ErrorCode::InvalidInput;
    case CURLE_OPERATION_TIMEDOUT:
      return ErrorCode::Timeout;
    case CURLE_WRITE_ERROR:
      return ErrorCode::Overloaded;
    default:
      return ErrorCode::Io;
  }
}

}  // namespace

bool is_address(const std::string& from) {
  return from.starts_with("https://") || from.starts_with("http://");
}

Result<std::string> download(const std::string& url, const DownloadLimits& limits) {
  if (!url.starts_with("https://")) return fail(ErrorCode::InvalidInput, url + ": must begin with https://");
  const std::unique_ptr<CURL, void (*)(CURL*)> curl(curl_easy_init(), curl_easy_cleanup);
  if (!curl) return fail(ErrorCode::Internal, "libcurl cannot be used");
  constexpr long kRedirects = 5, kConnectSeconds = 30;
  Body body{{}, limits.bytes};
  curl_easy_setopt(curl.get(), CURLOPT_URL, url.c_str());
  curl_easy_setopt(curl.get(), CURLOPT_PROTOCOLS_STR, "https");
  curl_easy_setopt(curl.get(), CURLOPT_REDIR_PROTOCOLS_STR, "https");
  curl_easy_setopt(curl.get(), CURLOPT_FOLLOWLOCATION, 1L);
  curl_easy_setopt(curl.get(), CURLOPT_MAXREDIRS, kRedirects);
  curl_easy_setopt(curl.get(), CURLOPT_CONNECTTIMEOUT, kConnectSeconds);
  curl_easy_setopt(curl.get(), CURLOPT_TIMEOUT, limits.seconds);
  curl_easy_setopt(curl.get(), CURLOPT_NOSIGNAL, 1L);
  curl_easy_setopt(curl.get(), CURLOPT_USERAGENT, "yorozu");
  curl_easy_setopt(curl.get(), CURLOPT_WRITEFUNCTION, take);
  curl_easy_setopt(curl.get(), CURLOPT_WRITEDATA, &body);
  const CURLcode done = curl_easy_perform(curl.get());
  if (done != CURLE_OK)
    return fail(code_of(done), url + ": " + (done == CURLE_WRITE_ERROR ? "too large" : curl_easy_strerror(done)));
  long status = 0;
  curl_easy_getinfo(curl.get(), CURLINFO_RESPONSE_CODE, &status);
  if (status != 200)
    return fail(status == 404 ? ErrorCode::NotFound : ErrorCode::Io, url + ": answered " + std::to_string(status));
  return std::move(body.bytes);
}

}  // namespace yorozu::fetch
