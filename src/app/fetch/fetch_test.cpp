#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sodium.h>

#include <filesystem>

#include "app/fetch/download.h"
#include "app/fetch/minisign.h"
#include "app/fetch/rule_pack.h"
#include "base/hash.h"
#include "hunt/rule_source.h"

namespace yorozu::fetch {
namespace {

using testing::HasSubstr;

std::string base64(std::string_view bytes) {
  std::string out(sodium_base64_ENCODED_LEN(bytes.size(), sodium_base64_VARIANT_ORIGINAL), '\0');
  sodium_bin2base64(out.data(), out.size(), reinterpret_cast<const unsigned char*>(bytes.data()), bytes.size(),
                    sodium_base64_VARIANT_ORIGINAL);
  out.pop_back();
  return out;
}

/// Signs as minisign does, by its description.
struct Signer {
  std::string id = "12345678", public_key = std::string(32, '\0'), secret_key = std::string(64, '\0');
  Signer() {
    EXPECT_GE(sodium_init(), 0);
    crypto_sign_keypair(reinterpret_cast<unsigned char*>(public_key.data()),
                        reinterpret_cast<unsigned char*>(secret_key.data()));
  }
  std::string key() const { return "untrusted comment: key\n" + base64("Ed" + id + public_key) + "\n"; }
  std::string sign_bytes(const std::string& bytes) const {
    std::string out(64, '\0');
    crypto_sign_detached(reinterpret_cast<unsigned char*>(out.data()), nullptr,
                         reinterpret_cast<const unsigned char*>(bytes.data()), bytes.size(),
                         reinterpret_cast<const unsigned char*>(secret_key.data()));
    return out;
  }
  std::string signature(const std::string& content, bool hashed = true) const {
    std::string message = content;
    if (hashed) {
      message.assign(64, '\0');
      crypto_generichash(reinterpret_cast<unsigned char*>(message.data()), 64,
                         reinterpret_cast<const unsigned char*>(content.data()), content.size(), nullptr, 0);
    }
    const std::string made = sign_bytes(message), comment = "timestamp:1";
    return "untrusted comment: x\n" + base64((hashed ? "ED" : "Ed") + id + made) + "\ntrusted comment: " + comment +
           "\n" + base64(sign_bytes(made + comment)) + "\n";
  }
};

TEST(Minisign, BothKindsOfSignaturesAreVerified) {
  const Signer signer;
  for (const bool hashed : {true, false}) {
    const auto verified = minisign::verify(signer.key(), signer.signature("rules", hashed), "rules");
    ASSERT_TRUE(verified) << verified.error().message;
    EXPECT_EQ(*verified, "timestamp:1");
  }
}

TEST(Minisign, WhatWasChangedIsRefused) {
  const Signer signer, other;
  const std::string good = signer.signature("rules");
  EXPECT_EQ(minisign::verify(signer.key(), good, "Rules").error().code, ErrorCode::Denied);
  EXPECT_EQ(minisign::verify(other.key(), good, "rules").error().code, ErrorCode::Denied);
  std::string comment = good;
  comment.replace(comment.find("timestamp:1"), 11, "timestamp:2");
  EXPECT_EQ(minisign::verify(signer.key(), comment, "rules").error().code, ErrorCode::Denied);
}

TEST(Minisign, WhatIsNoSignatureIsNamed) {
  const Signer signer;
  EXPECT_EQ(minisign::verify("", signer.signature("x"), "x").error().code, ErrorCode::InvalidInput);
  EXPECT_EQ(minisign::verify(signer.key(), "", "x").error().code, ErrorCode::InvalidInput);
  EXPECT_EQ(minisign::verify(signer.key(), "a\nb\nc\nd\n", "x").error().code, ErrorCode::InvalidInput);
}

class RulePack : public testing::Test {
 protected:
  std::filesystem::path file(const std::string& name, const std::string& text) {
    const auto path = folder_->path() / name;
    EXPECT_TRUE(write_file_atomic(path, text));
    return path;
  }
  Result<TempDir> folder_ = TempDir::make();
  const std::string rule_ = "title: A\nlogsource: {product: linux}\ndetection: {a: [x], condition: a}\n";
};

TEST_F(RulePack, RulesSurviveThePack) {
  const std::vector<sigma::RuleText> texts = {{"a/b/one.yml", rule_}, {std::string(300, 'n') + ".yml", rule_ + "\n"}};
  const auto first = pack_rules(texts), second = pack_rules(texts);
  ASSERT_TRUE(first && second);
  std::string bytes[2];
  for (int i = 0; i < 2; ++i) {
    const Fd& fd = i == 0 ? *first : *second;
    bytes[i].resize(*file_size(fd));
    ASSERT_TRUE(read_at(fd, 0, {reinterpret_cast<std::uint8_t*>(bytes[i].data()), bytes[i].size()}));
  }
  EXPECT_EQ(bytes[0], bytes[1]);
  const std::vector<std::string> paths = {file("pack.tar", bytes[0]).string()};
  const auto read = hunt::read_rules(paths);
  ASSERT_TRUE(read);
  ASSERT_EQ(read->texts.size(), 2U);
  EXPECT_EQ(read->texts[0].text, rule_);
  EXPECT_EQ(read->texts[1].text, rule_ + "\n");
}

TEST_F(RulePack, AHashBesideAFileIsHeeded) {
  const auto path = file("rule.yml", rule_);
  ASSERT_TRUE(fetch_rules({path.string(), "", ""}));
  file("rule.yml.sha256", to_hex(sha256(as_bytes(rule_))) + "  rule.yml\n");
  const auto fetched = fetch_rules({path.string(), "", ""});
  ASSERT_TRUE(fetched);
  EXPECT_EQ(fetched->checked, "sha256");
  file("rule.yml.sha256", std::string(64, '0'));
  EXPECT_EQ(fetch_rules({path.string(), "", ""}).error().code, ErrorCode::Denied);
}

TEST_F(RulePack, ASignatureIsCheckedWhenAKeyIsGiven) {
  const Signer signer;
  const auto path = file("rule.yml", rule_);
  const auto key = file("key.pub", signer.key());
  EXPECT_EQ(fetch_rules({path.string(), "", key.string()}).error().code, ErrorCode::Denied) << "no signature";
  file("rule.yml.minisig", signer.signature(rule_));
  EXPECT_TRUE(fetch_rules({path.string(), "", key.string()}));
  file("rule.yml.minisig", signer.signature("other rules"));
  EXPECT_EQ(fetch_rules({path.string(), "", key.string()}).error().code, ErrorCode::Denied);
}

TEST_F(RulePack, WhatIsNoHttpsIsRefusedBeforeAnythingIsFetched) {
  EXPECT_EQ(download("http://192.0.2.1/rules.zip").error().code, ErrorCode::InvalidInput);
  EXPECT_EQ(fetch_rules({"http://192.0.2.1/rules.zip", "", ""}).error().code, ErrorCode::InvalidInput);
}

TEST_F(RulePack, NothingInItIsAnError) {
  EXPECT_FALSE(fetch_rules({(folder_->path() / "none.zip").string(), "", ""}));
  std::filesystem::create_directory(folder_->path() / "empty");
  EXPECT_THAT(fetch_rules({(folder_->path() / "empty").string(), "", ""}).error().message, HasSubstr("no rules"));
}

}  // namespace
}  // namespace yorozu::fetch
