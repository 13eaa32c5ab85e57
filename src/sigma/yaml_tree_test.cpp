#include "sigma/yaml_tree.h"

#include <gtest/gtest.h>

#include <string>

namespace yorozu::sigma {
namespace {

YamlNode parse(std::string_view text) {
  const auto documents = split_documents(text);
  if (documents.empty()) {
    ADD_FAILURE() << "no document";
    return {};
  }
  auto node = parse_document(documents[0]);
  if (!node) {
    ADD_FAILURE() << node.error().message;
    return {};
  }
  return *std::move(node);
}

std::string error_of(std::string_view text) {
  const auto node = parse_document({text});
  return node ? "" : node.error().code;
}

TEST(SigmaYaml, NodesKnowWhereTheyStand) {
  const YamlNode root = parse("title: x\ndetection:\n  sel:\n    Image|endswith: 'y'\n");
  const YamlNode* sel = root.find("detection")->find("sel");
  EXPECT_EQ(sel->entries[0].key.span.line, 4U);
  EXPECT_EQ(sel->entries[0].key.span.column, 5U);
  EXPECT_EQ(sel->entries[0].value.span.column, 21U);
}

TEST(SigmaYaml, LinesOfLaterDocumentsAreThoseOfTheFile) {
  const auto documents = split_documents("a: 1\n---\n# two\nb: 2\n");
  ASSERT_EQ(documents.size(), 2U);
  const auto second = parse_document(documents[1]);
  ASSERT_TRUE(second);
  EXPECT_EQ(second->entries[0].key.span.line, 4U);
}

TEST(SigmaYaml, PlainIsToldFromQuoted) {
  const YamlNode root = parse("a: 4688\nb: '4688'\nc: null\nd: ''\ne: ~\nf:\ng: 'null'\n");
  EXPECT_TRUE(root.find("a")->plain);
  EXPECT_FALSE(root.find("b")->plain);
  EXPECT_TRUE(root.find("c")->is_null());
  EXPECT_FALSE(root.find("d")->is_null());
  EXPECT_TRUE(root.find("e")->is_null());
  EXPECT_TRUE(root.find("f")->is_null());
  EXPECT_FALSE(root.find("g")->is_null());
}

TEST(SigmaYaml, AByteOrderMarkAndCarriageReturnsAreFine) {
  const YamlNode root = parse("\xEF\xBB\xBFtitle: x\r\nlevel: high\r\n");
  EXPECT_EQ(root.find("title")->text, "x");
  EXPECT_EQ(root.find("level")->text, "high");
}

TEST(SigmaYaml, EmptyDocumentsAreLeftOut) {
  EXPECT_EQ(split_documents("---\n# nothing\n---\na: 1\n...\n---\n\n").size(), 1U);
  EXPECT_TRUE(split_documents("").empty());
  EXPECT_TRUE(split_documents("# only a comment\n").empty());
}

TEST(SigmaYaml, ABrokenDocumentLeavesTheOthers) {
  const auto documents = split_documents("a: [1\n---\nb: 2\n");
  ASSERT_EQ(documents.size(), 2U);
  EXPECT_FALSE(parse_document(documents[0]));
  EXPECT_TRUE(parse_document(documents[1]));
}

TEST(SigmaYaml, TabsAsIndentationAreAnErrorWithTheirLine) {
  const auto node = parse_document({"a:\n\tb: 1\n", 1});
  ASSERT_FALSE(node);
  EXPECT_EQ(node.error().span.line, 2U);
}

TEST(SigmaYaml, RepeatedKeysAreMarked) {
  const YamlNode root = parse("a: 1\nb: 2\na: 3\n");
  EXPECT_FALSE(root.entries[0].repeated);
  EXPECT_TRUE(root.entries[2].repeated);
  EXPECT_EQ(root.find("a")->text, "3");
}

TEST(SigmaYaml, AnchorsAliasesAndMergeKeysAreResolved) {
  const YamlNode root = parse("base: &b {x: 1, y: 2}\nused:\n  <<: *b\n  x: 3\nsame: *b\n");
  EXPECT_EQ(root.find("used")->find("y")->text, "2");
  EXPECT_EQ(root.find("same")->find("x")->text, "1");
}

TEST(SigmaYaml, AnAliasWithoutAnchorIsAnError) {
  EXPECT_EQ(error_of("a: *nothing\n"), "yaml-alias");
  EXPECT_EQ(error_of("a: &self [*self]\n"), "yaml-alias");
}

TEST(SigmaYaml, ABillionLaughsAreRefused) {
  std::string text = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n";
  for (int i = 1; i < 12; ++i) {
    const std::string before = "*a" + std::to_string(i - 1);
    text += "a" + std::to_string(i) + ": &a" + std::to_string(i) + " [" + before;
    for (int k = 1; k < 10; ++k) text += ", " + before;
    text += "]\n";
  }
  EXPECT_EQ(error_of(text), "yaml-limit");
}

TEST(SigmaYaml, DepthSizeAndKeysAreBounded) {
  EXPECT_EQ(error_of(std::string(200, '[') + std::string(200, ']')), "yaml-limit");
  EXPECT_EQ(error_of("a: '" + std::string(YamlLimits::kMaxDocumentBytes, 'x') + "'"), "yaml-limit");
  std::string keys;
  for (int i = 0; i < 1100; ++i) keys += "k" + std::to_string(i) + ": 1\n";
  EXPECT_EQ(error_of(keys), "yaml-limit");
}

TEST(SigmaYaml, AMapAsKeyIsAnError) {
  EXPECT_EQ(error_of("? {a: b}\n: c\n"), "yaml-syntax");
}

}  // namespace
}  // namespace yorozu::sigma
