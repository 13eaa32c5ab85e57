#include "hunt/base64_finds.h"

#include <gtest/gtest.h>

namespace yorozu::hunt {
namespace {

TEST(Base64Finds, EncodedPowerShellCommandIsDecodedFromUtf16) {
  // printf 'whoami /all' | iconv -t UTF-16LE | base64
  const auto found = find_base64("powershell.exe -nop -enc dwBoAG8AYQBtAGkAIAAvAGEAbABsAA==");
  ASSERT_EQ(found.size(), 1U);
  EXPECT_EQ(found[0].decoded, "whoami /all");
  EXPECT_EQ(found[0].encoded, "dwBoAG8AYQBtAGkAIAAvAGEAbABsAA");
}

TEST(Base64Finds, PlainUtf8IsDecodedToo) {
  const auto found = find_base64("echo aHR0cHM6Ly9ldmlsLmV4YW1wbGUvcGF5bG9hZA== | base64 -d");
  ASSERT_EQ(found.size(), 1U);
  EXPECT_EQ(found[0].decoded, "https://evil.example/payload");
}

TEST(Base64Finds, WhatIsInsideIsDecodedOnce) {
  // base64 of: run YUhSMGNITTZMeTlsZG1sc0xtVjRZVzF3YkdVPQ==
  const auto found = find_base64("cnVuIFlVaFNNR05JVFRaTWVUbHNaRzFzYzB4dFZqUlpWekYzWWtkVlBRPT0=");
  ASSERT_EQ(found.size(), 1U);
  ASSERT_EQ(found[0].nested.size(), 1U);
  EXPECT_EQ(found[0].nested[0].decoded, "aHR0cHM6Ly9ldmlsLmV4YW1wbGU=");
}

TEST(Base64Finds, OrdinaryWordsAndPathsAreLeftAlone) {
  EXPECT_TRUE(find_base64("C:\\Windows\\System32\\InternalCommunicationService.exe /someveryveryverylongflag").empty());
  EXPECT_TRUE(find_base64("usr/lib/systemd/systemd-journald-remote").empty());
  EXPECT_TRUE(find_base64("5f4dcc3b5aa765d61d8327deb882cf99").empty());  // a hash decodes to no text
}

TEST(Base64Finds, HostileRunsAreBounded) {
  EXPECT_TRUE(find_base64(std::string(1 << 20, 'A')).empty());
  std::string many;
  for (int i = 0; i < 1000; ++i) many += "dwBoAG8AYQBtAGkAIAAvAGEAbABsAA== ";
  EXPECT_EQ(find_base64(many).size(), 100U);
}

}  // namespace
}  // namespace yorozu::hunt
