#include "http/request_parser.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace yorozu::http {
namespace {

using Event = RequestParser::Event;

/// Feeds `text` in pieces of `step` bytes; what came out, as text.
std::string read_all(std::string_view text, std::size_t step) {
  std::string told, held;
  RequestParser parser;
  for (std::size_t at = 0; at < text.size() || !held.empty();) {
    const std::size_t n = std::min(step, text.size() - at);
    held += text.substr(at, n);
    at += n;
    while (true) {
      const auto [event, consumed, body] = parser.next(held);
      if (event == Event::Head)
        told += parser.head().method + " " + parser.head().path + "?" + parser.head().query + "\n";
      if (event == Event::Body) told += body;
      held.erase(0, consumed);
      if (event == Event::Failed) return told + "failed " + std::to_string(parser.problem_status());
      if (event == Event::End) {
        told += "\nend\n";
        parser = RequestParser();
        if (held.empty()) break;
      }
      if (event == Event::NeedMore) break;
    }
    if (n == 0) break;
  }
  return told;
}

constexpr std::string_view kTwo =
    "POST /_bulk?pretty=1 HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nhello"
    "\r\nGET / HTTP/1.1\r\nHost: a\r\n\r\n";
constexpr std::string_view kChunked =
    "PUT /x HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n"
    "3\r\nabc\r\n4;name=value\r\ndefg\r\n0\r\nHost: evil\r\n\r\nGET /y HTTP/1.0\r\n\r\n";

TEST(RequestParser, PiecesOfAnySizeGiveTheSame) {
  for (const std::size_t step : {1U, 2U, 3U, 7U, 64U, 10000U}) {
    EXPECT_EQ(read_all(kTwo, step), "POST /_bulk?pretty=1\nhello\nend\nGET /?\n\nend\n") << step;
    EXPECT_EQ(read_all(kChunked, step), "PUT /x?\nabcdefg\nend\nGET /y?\n\nend\n") << step;
  }
}

TEST(RequestParser, TrailersAreNoHeaders) {
  RequestParser parser;
  std::string_view rest = kChunked;
  for (auto step = parser.next(rest); step.event != Event::End; step = parser.next(rest))
    rest.remove_prefix(step.consumed);
  EXPECT_EQ(parser.head().headers.count("host"), 1U);
}

TEST(RequestParser, WhatCouldBeReadInTwoWaysIsRefused) {
  const std::string start = "POST / HTTP/1.1\r\nHost: a\r\n";
  for (const std::string headers :
       {"Content-Length: 5\r\nTransfer-Encoding: chunked\r\n", "Transfer-Encoding: chunked\r\nContent-Length: 5\r\n",
        "Content-Length: 5\r\nContent-Length: 6\r\n", "Content-Length: 5\r\nContent-Length: 5\r\n",
        "Content-Length: -1\r\n", "Content-Length: 0x10\r\n", "Transfer-Encoding: gzip, chunked\r\n",
        "Transfer-Encoding: identity\r\n", "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n",
        "Host: b\r\n", "Name : value\r\n", "Name: va\nlue\r\n"})
    EXPECT_THAT(read_all(start + headers + "\r\nhello", 1000), testing::HasSubstr("failed ")) << headers;
  EXPECT_EQ(read_all("GET / HTTP/1.1\r\n\r\n", 1000), "failed 400");
  EXPECT_EQ(read_all("GET http://a/ HTTP/1.1\r\nHost: a\r\n\r\n", 1000), "failed 400");
  EXPECT_EQ(read_all("GET / HTTP/2.0\r\nHost: a\r\n\r\n", 1000), "failed 505");
  EXPECT_EQ(read_all("\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03", 1000), "failed 400");
}

TEST(RequestParser, TheHeadIsBounded) {
  const std::string long_value(kMaxHeadBytes, 'x');
  EXPECT_EQ(read_all("GET /" + long_value + " HTTP/1.1\r\nHost: a\r\n\r\n", 4096), "failed 431");
  EXPECT_EQ(read_all("GET / HTTP/1.1\r\nHost: a\r\nX: " + long_value + "\r\n\r\n", 4096), "failed 431");
}

TEST(HttpMessage, QueryValuesAreDecoded) {
  EXPECT_EQ(query_value("a=1&name=%E8%A1%A8+1.csv&x", "name"), "表 1.csv");
  EXPECT_EQ(query_value("a=1&x", "x"), "");
  EXPECT_EQ(query_value("a=1&x", "b"), std::nullopt);
  EXPECT_EQ(query_value("a=%zz", "a"), std::nullopt);
  EXPECT_EQ(query_value("a=%00", "a"), std::nullopt);
}

TEST(HttpMessage, TokensOfAListAreFoundWithoutRegardToCase) {
  EXPECT_TRUE(has_token("Keep-Alive, TE", "keep-alive"));
  EXPECT_TRUE(has_token("close", "close"));
  EXPECT_FALSE(has_token("closed", "close"));
  EXPECT_FALSE(has_token("", "close"));
}

}  // namespace
}  // namespace yorozu::http
