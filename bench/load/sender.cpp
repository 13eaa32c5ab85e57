#include "sender.h"

#include <arpa/inet.h>
#include <curl/curl.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <charconv>
#include <chrono>
#include <cstring>
#include <thread>

#include "base/file.h"
#include "base/try.h"

namespace yorozu::load {

namespace {

Error last_error(const std::string& what) {
  return {ErrorCode::Io, what + ": " + std::strerror(errno)};
}

/// The base's write_all, with the name in front of what went wrong.
Result<void> write_named(const Fd& fd, std::string_view bytes, const std::string& name) {
  auto written = write_all(fd, bytes);
  if (!written) written.error().message = name + ": " + written.error().message;
  return written;
}

class File final : public Sender {
 public:
  File(Fd fd, std::string name) : fd_(std::move(fd)), name_(std::move(name)) {}
  Result<Delivery> send(std::string_view batch, std::span<const std::uint32_t> ends) override {
    TRY(write_named(fd_, batch, name_));
    return Delivery{ends.size(), 0, 0};
  }

 private:
  Fd fd_;
  std::string name_;
};

Result<sockaddr_in> loopback(std::string_view target) {
  const std::size_t colon = target.rfind(':');
  if (colon == target.npos) return fail(ErrorCode::InvalidInput, "'" + std::string(target) + "' is not HOST:PORT");
  std::string host(target.substr(0, colon));
  if (host == "localhost") host = "127.0.0.1";
  sockaddr_in out{};
  out.sin_family = AF_INET;
  std::uint16_t port = 0;
  const std::string_view digits = target.substr(colon + 1);
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), port);
  if (error != std::errc() || end != digits.data() + digits.size())
    return fail(ErrorCode::InvalidInput, "'" + std::string(digits) + "' is not a port");
  out.sin_port = htons(port);
  if (inet_pton(AF_INET, host.c_str(), &out.sin_addr) != 1 || (ntohl(out.sin_addr.s_addr) >> 24U) != 127)
    return fail(ErrorCode::Denied, host + " is not this machine (127.x.x.x): load is sent nowhere else");
  return out;
}

Result<Fd> connected(const sockaddr_in& to, int type, const std::string& name) {
  Fd fd(::socket(AF_INET, type | SOCK_CLOEXEC, 0));
  if (!fd) return std::unexpected(last_error("socket"));
  if (::connect(fd.get(), reinterpret_cast<const sockaddr*>(&to), sizeof to) != 0)
    return std::unexpected(last_error(name));
  return fd;
}

class Tcp final : public Sender {
 public:
  Tcp(Fd fd, std::string name) : fd_(std::move(fd)), name_(std::move(name)) {}
  Result<Delivery> send(std::string_view batch, std::span<const std::uint32_t> ends) override {
    TRY(write_named(fd_, batch, name_));
    return Delivery{ends.size(), 0, 0};
  }
  /// Says that no more comes and waits for the other side to close, so that nothing is cut off by a reset.
  Result<void> finish() override {
    ::shutdown(fd_.get(), SHUT_WR);
    const timeval patience{30, 0};
    ::setsockopt(fd_.get(), SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    char byte = 0;
    while (::read(fd_.get(), &byte, 1) > 0) {
    }
    return {};
  }

 private:
  Fd fd_;
  std::string name_;
};

class Udp final : public Sender {
 public:
  Udp(Fd fd, std::string name) : fd_(std::move(fd)), name_(std::move(name)) {}
  Result<Delivery> send(std::string_view batch, std::span<const std::uint32_t> ends) override {
    std::size_t next = 0;
    while (next < ends.size()) {
      std::array<iovec, kTogether> parts{};
      std::array<mmsghdr, kTogether> messages{};
      unsigned count = 0;
      for (; count < kTogether && next + count < ends.size(); ++count) {
        const std::size_t i = next + count, begin = i == 0 ? 0 : ends[i - 1];
        parts[count] = {const_cast<char*>(batch.data()) + begin, ends[i] - begin};
        messages[count].msg_hdr.msg_iov = &parts[count];
        messages[count].msg_hdr.msg_iovlen = 1;
      }
      const int sent = ::sendmmsg(fd_.get(), messages.data(), count, 0);
      if (sent < 0 && (errno == EINTR || errno == ENOBUFS)) continue;
      if (sent < 0) return std::unexpected(last_error(name_));
      next += static_cast<std::size_t>(sent);
    }
    return Delivery{ends.size(), 0, 0};
  }

 private:
  static constexpr unsigned kTogether = 64;
  Fd fd_;
  std::string name_;
};

struct CurlFree {
  void operator()(CURL* handle) const { curl_easy_cleanup(handle); }
  void operator()(curl_slist* list) const { curl_slist_free_all(list); }
};

/// One kept-alive connection. Items that are answered with 429 are sent again after a moment, as clients do.
class Bulk final : public Sender {
 public:
  Bulk(const std::string& url, const SenderOptions& options)
      : handle_(curl_easy_init()), url_(url + "/logs-load-default/_bulk") {
    const auto header = [this](const std::string& line) {
      headers_.reset(curl_slist_append(headers_.release(), line.c_str()));
    };
    header("Content-Type: application/x-ndjson");
    header("Expect:");
    if (!options.token.empty()) header("Authorization: Bearer " + options.token);
    CURL* const curl = handle_.get();
    curl_easy_setopt(curl, CURLOPT_URL, url_.c_str());
    curl_easy_setopt(curl, CURLOPT_HTTPHEADER, headers_.get());
    curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(curl, CURLOPT_TIMEOUT, 60L);
    curl_easy_setopt(curl, CURLOPT_NOPROXY, "*");
    if (!options.ca_file.empty()) curl_easy_setopt(curl, CURLOPT_CAINFO, options.ca_file.c_str());
    if (!options.verify) {
      curl_easy_setopt(curl, CURLOPT_SSL_VERIFYPEER, 0L);
      curl_easy_setopt(curl, CURLOPT_SSL_VERIFYHOST, 0L);
    }
    curl_easy_setopt(
        curl, CURLOPT_WRITEFUNCTION, +[](char* data, std::size_t, std::size_t size, void* to) {
          static_cast<std::string*>(to)->append(data, size);
          return size;
        });
    curl_easy_setopt(curl, CURLOPT_WRITEDATA, &answer_);
  }

  Result<Delivery> send(std::string_view batch, std::span<const std::uint32_t> ends) override {
    Delivery out;
    std::string again;
    std::vector<std::uint32_t> rest(ends.begin(), ends.end());
    for (int attempt = 0; !rest.empty(); ++attempt) {
      if (attempt == kAttempts) return fail(ErrorCode::Timeout, url_ + ": still 429 after " + std::to_string(attempt));
      if (attempt != 0) std::this_thread::sleep_for(std::chrono::milliseconds(100));
      TRY_ASSIGN(const long status, post(batch));
      std::string kept;
      std::vector<std::uint32_t> kept_ends;
      if (status == 429) {
        kept = batch;
        kept_ends = rest;
      } else if (status != 200) {
        return fail(ErrorCode::Io, url_ + ": HTTP " + std::to_string(status) + ": " + answer_.substr(0, 300));
      } else {
        const std::vector<int> statuses = item_statuses(answer_);
        if (statuses.size() != rest.size())
          return fail(ErrorCode::Io, url_ + ": " + std::to_string(rest.size()) + " items sent, " +
                                         std::to_string(statuses.size()) + " answered");
        for (std::size_t i = 0; i < rest.size(); ++i) {
          if (statuses[i] / 100 == 2) {
            ++out.accepted;
          } else if (statuses[i] != 429) {
            ++out.refused;
          } else {
            const std::size_t begin = i == 0 ? 0 : rest[i - 1];
            kept.append(batch.substr(begin, rest[i] - begin));
            kept_ends.push_back(static_cast<std::uint32_t>(kept.size()));
          }
        }
      }
      out.repeated += kept_ends.size();
      again = std::move(kept);
      rest = std::move(kept_ends);
      batch = again;
    }
    return out;
  }

 private:
  static constexpr int kAttempts = 600;

  Result<long> post(std::string_view body) {
    CURL* const curl = handle_.get();
    answer_.clear();
    curl_easy_setopt(curl, CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(body.size()));
    // The size stands in the option before.
    curl_easy_setopt(curl, CURLOPT_POSTFIELDS, body.data());  // NOLINT(bugprone-suspicious-stringview-data-usage)
    if (const CURLcode code = curl_easy_perform(curl); code != CURLE_OK)
      return fail(ErrorCode::Io, url_ + ": " + curl_easy_strerror(code));
    long status = 0;
    curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &status);
    return status;
  }

  std::unique_ptr<CURL, CurlFree> handle_;
  std::unique_ptr<curl_slist, CurlFree> headers_;
  std::string url_, answer_;
};

}  // namespace

std::vector<int> item_statuses(std::string_view answer) {
  std::vector<int> out;
  constexpr std::string_view kKey = "\"status\":";
  for (std::size_t at = answer.find(kKey); at != answer.npos; at = answer.find(kKey, at)) {
    at += kKey.size();
    int status = 0;
    std::from_chars(answer.data() + at, answer.data() + answer.size(), status);
    out.push_back(status);
  }
  return out;
}

Result<std::unique_ptr<Sender>> open_sender(const std::string& target, const SenderOptions& options) {
  const std::size_t colon = target.find(':');
  const std::string kind = target.substr(0, colon), rest = colon == target.npos ? "" : target.substr(colon + 1);
  if (kind == "file") {
    Fd fd(::open(rest.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600));
    if (!fd) return std::unexpected(last_error(rest));
    return std::make_unique<File>(std::move(fd), rest);
  }
  if (kind == "tcp" || kind == "udp") {
    TRY_ASSIGN(const sockaddr_in address, loopback(rest));
    TRY_ASSIGN(Fd fd, connected(address, kind == "tcp" ? SOCK_STREAM : SOCK_DGRAM, target));
    if (kind == "tcp") return std::make_unique<Tcp>(std::move(fd), target);
    return std::make_unique<Udp>(std::move(fd), target);
  }
  if (kind == "bulk") {
    const std::size_t slashes = rest.find("://");
    if (slashes == rest.npos) return fail(ErrorCode::InvalidInput, "'" + rest + "' is not an http or https URL");
    TRY(loopback(rest.substr(slashes + 3)));
    return std::make_unique<Bulk>(rest, options);
  }
  return fail(ErrorCode::InvalidInput, "'" + target + "' is not file:, tcp:, udp: or bulk:");
}

}  // namespace yorozu::load
