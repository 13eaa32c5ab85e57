#include "event/value.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <cstring>
#include <initializer_list>
#include <limits>
#include <string>
#include <type_traits>
#include <vector>

#include "base/text.h"

namespace yorozu::event {
namespace {

/// A value with the memory it points to.
struct Owned {
  std::vector<std::uint8_t> bytes;
  Value value;

  Owned(ValueType type, std::vector<std::uint8_t> content) : bytes(std::move(content)) {
    value.data = bytes.data();
    value.size = static_cast<std::uint32_t>(bytes.size());
    value.type = type;
  }
  Owned(const Owned&) = delete;
  Owned& operator=(const Owned&) = delete;
  Owned& as_array() {
    value.is_array = true;
    return *this;
  }
};

template <class T>
  requires std::is_arithmetic_v<T>
std::vector<std::uint8_t> bytes_of(std::initializer_list<T> numbers) {
  std::vector<std::uint8_t> out(numbers.size() * sizeof(T));
  std::size_t at = 0;
  for (const T number : numbers) {
    std::memcpy(out.data() + at, &number, sizeof number);
    at += sizeof number;
  }
  return out;
}
std::vector<std::uint8_t> bytes_of(std::string_view text) {
  return {text.begin(), text.end()};
}

template <class T>
  requires std::is_arithmetic_v<T>
std::string text_of(ValueType type, T number) {
  const Owned owned(type, bytes_of<T>({number}));
  return to_text(owned.value);
}
std::string text_of(ValueType type, std::string_view text) {
  const Owned owned(type, bytes_of(text));
  return to_text(owned.value);
}
std::string folded_text_of(const Value& value) {
  Buffer out;
  append_text_folded(value, out);
  return std::string(out.view());
}

const std::vector<std::uint8_t> kGuid = {0x85, 0x48, 0x49, 0x54, 0x78, 0x56, 0x94, 0x49,
                                         0xA5, 0xBA, 0x3E, 0x3B, 0x03, 0x28, 0xC3, 0x0D};
// S-1-5-21-1-2-500
const std::vector<std::uint8_t> kAccountSid = {1, 4, 0, 0, 0, 0, 0, 5, 21,   0, 0, 0,
                                               1, 0, 0, 0, 2, 0, 0, 0, 0xF4, 1, 0, 0};

TEST(ValueText, IntegersReadAsDecimal) {
  EXPECT_EQ(text_of<std::int8_t>(ValueType::Int8, -128), "-128");
  EXPECT_EQ(text_of<std::uint8_t>(ValueType::UInt8, 255), "255");
  EXPECT_EQ(text_of<std::int16_t>(ValueType::Int16, -32768), "-32768");
  EXPECT_EQ(text_of<std::uint16_t>(ValueType::UInt16, 4688), "4688");
  EXPECT_EQ(text_of<std::int32_t>(ValueType::Int32, -1), "-1");
  EXPECT_EQ(text_of<std::uint32_t>(ValueType::UInt32, 4294967295U), "4294967295");
  EXPECT_EQ(text_of<std::int64_t>(ValueType::Int64, INT64_MIN), "-9223372036854775808");
  EXPECT_EQ(text_of<std::uint64_t>(ValueType::UInt64, UINT64_MAX), "18446744073709551615");
}

TEST(ValueText, HexNumbersAreLowerCaseWithoutLeadingZeros) {
  EXPECT_EQ(text_of<std::uint64_t>(ValueType::Hex64, 0x3E7), "0x3e7");
  EXPECT_EQ(text_of<std::uint32_t>(ValueType::Hex32, 0xC000006DU), "0xc000006d");
  EXPECT_EQ(text_of<std::uint32_t>(ValueType::Hex32, 0), "0x0");
}

TEST(ValueText, GuidIsUpperCaseInBraces) {
  const Owned guid(ValueType::Guid, kGuid);
  EXPECT_EQ(to_text(guid.value), "{54494885-5678-4994-A5BA-3E3B0328C30D}");
}

TEST(ValueText, FileTimeHasSevenDigitsOfFraction) {
  EXPECT_EQ(text_of<std::uint64_t>(ValueType::FileTime, 116444736001234567ULL), "1970-01-01T00:00:00.1234567Z");
  EXPECT_EQ(text_of<std::uint64_t>(ValueType::FileTime, 0), "1601-01-01T00:00:00.0000000Z");
}

TEST(ValueText, LargestFileTimeHasAYearOfFiveDigits) {
  EXPECT_EQ(text_of<std::uint64_t>(ValueType::FileTime, UINT64_MAX), "60056-05-28T05:36:10.9551615Z");
}

TEST(ValueText, SystemTimeHasThreeDigitsAndSkipsTheDayOfTheWeek) {
  const Owned time(ValueType::SystemTime, bytes_of<std::uint16_t>({2026, 11, 2, 24, 1, 2, 3, 45}));
  EXPECT_EQ(to_text(time.value), "2026-11-24T01:02:03.045Z");
}

TEST(ValueText, SidReadsAsWindowsPrintsIt) {
  const Owned system(ValueType::Sid, {1, 1, 0, 0, 0, 0, 0, 5, 18, 0, 0, 0});
  const Owned account(ValueType::Sid, kAccountSid);
  const Owned wide(ValueType::Sid, {1, 1, 0x01, 0, 0, 0, 0, 0x10, 7, 0, 0, 0});
  EXPECT_EQ(to_text(system.value), "S-1-5-18");
  EXPECT_EQ(to_text(account.value), "S-1-5-21-1-2-500");
  EXPECT_EQ(to_text(wide.value), "S-1-0x10000000010-7");
}

TEST(ValueText, SidThatClaimsMoreThanItHasRendersAsHex) {
  const Owned torn(ValueType::Sid, {1, 2, 0, 0, 0, 0, 0, 5, 18, 0, 0, 0});
  const Owned many(ValueType::Sid, std::vector<std::uint8_t>{1, 16, 0, 0, 0, 0, 0, 5});
  const Owned tiny(ValueType::Sid, {1});
  EXPECT_EQ(to_text(torn.value), "010200000000000512000000");
  EXPECT_EQ(to_text(many.value), "0110000000000005");
  EXPECT_EQ(to_text(tiny.value), "01");
}

TEST(ValueText, TooFewBytesForTheTypeRenderAsHex) {
  for (const ValueType type :
       {ValueType::Int16, ValueType::UInt32, ValueType::Int64, ValueType::Hex32, ValueType::Hex64, ValueType::Guid,
        ValueType::FileTime, ValueType::SystemTime, ValueType::Float64}) {
    const Owned torn(type, {0xAB});
    EXPECT_EQ(to_text(torn.value), "AB") << static_cast<int>(type);
    EXPECT_EQ(to_int(torn.value), std::nullopt);
    EXPECT_EQ(to_number(torn.value), std::nullopt);
    EXPECT_EQ(to_time(torn.value), std::nullopt);
  }
}

TEST(ValueText, BooleansOfAnySizeAreTrueWhenAnyByteIsNotZero) {
  EXPECT_EQ(text_of<std::uint32_t>(ValueType::Bool, 0), "false");
  EXPECT_EQ(text_of<std::uint32_t>(ValueType::Bool, 1), "true");
  EXPECT_EQ(text_of<std::uint32_t>(ValueType::Bool, 0x35000000), "true");
  EXPECT_EQ(text_of<std::uint8_t>(ValueType::Bool, 1), "true");
  EXPECT_EQ(text_of<std::uint64_t>(ValueType::Bool, 0), "false");
  EXPECT_EQ(text_of(ValueType::Bool, ""), "");
}

TEST(ValueText, BinaryIsUpperCaseHex) {
  const Owned binary(ValueType::Binary, {0x00, 0xde, 0xAD});
  EXPECT_EQ(to_text(binary.value), "00DEAD");
}

TEST(ValueText, FloatsReadBackToTheSameNumber) {
  EXPECT_EQ(text_of<double>(ValueType::Float64, 0.1), "0.1");
  EXPECT_EQ(text_of<float>(ValueType::Float32, 0.1F), "0.1");
  EXPECT_EQ(text_of<double>(ValueType::Float64, -1000000), "-1000000");
  EXPECT_EQ(text_of<double>(ValueType::Float64, 0), "0");
  for (const double number : {1e300, 5e-324, 123456789.123456789, std::numeric_limits<double>::max()})
    EXPECT_EQ(std::strtod(text_of<double>(ValueType::Float64, number).c_str(), nullptr), number);
}

TEST(ValueText, Utf16BecomesUtf8) {
  const std::string text = "C:\\Users\\山田\\😀";
  EXPECT_EQ(text_of(ValueType::Utf16, utf16le_from_utf8(text)), text);
}

TEST(ValueText, AnsiOfAnUnknownCodePageIsRecognised) {
  const Owned japanese(ValueType::Ansi, {0x93, 0xFA, 0x96, 0x7B, 0x8C, 0xEA});  // no page named
  EXPECT_EQ(to_text(japanese.value), "日本語");
  const Owned western(ValueType::Ansi, {'M', 0xFC, 'l', 'l', 'e', 'r'});
  EXPECT_EQ(to_text(western.value), "Müller");
}

TEST(ValueText, AnsiIsReadInItsCodePage) {
  Owned japanese(ValueType::Ansi, {0x93, 0xFA, 0x96, 0x7B});
  japanese.value.detail = 932;
  EXPECT_EQ(to_text(japanese.value), "日本");
  const Owned western(ValueType::Ansi, {'c', 'a', 'f', 0xE9});
  EXPECT_EQ(to_text(western.value), "café");
}

TEST(ValueText, NullIsEmptyText) {
  EXPECT_EQ(to_text(Value{}), "");
  EXPECT_TRUE(Value{}.is_null());
}

TEST(ValueText, JsonEscapesAreResolved) {
  EXPECT_EQ(text_of(ValueType::JsonEscaped, R"(a\"b\\c\/d\b\f\n\r\te)"), "a\"b\\c/d\b\f\n\r\te");
  EXPECT_EQ(text_of(ValueType::JsonEscaped, R"(\u0041\u00e9\u65e5\ud83d\ude00!)"), "Aé日😀!");
}

TEST(ValueText, LoneSurrogatesOfJsonBecomeReplacementCharacters) {
  EXPECT_EQ(text_of(ValueType::JsonEscaped, R"(\ud800x)"), "\xEF\xBF\xBDx");
  EXPECT_EQ(text_of(ValueType::JsonEscaped, R"(\udc00)"), "\xEF\xBF\xBD");
  EXPECT_EQ(text_of(ValueType::JsonEscaped, R"(\ud800\u0041)"),
            "\xEF\xBF\xBD"
            "A");
}

TEST(ValueText, WhatIsNoJsonEscapeStaysAsItIs) {
  EXPECT_EQ(text_of(ValueType::JsonEscaped, R"(C:\Windows\u12)"), R"(C:\Windows\u12)");
  EXPECT_EQ(text_of(ValueType::JsonEscaped, "end\\"), "end\\");
}

TEST(ValueText, FoldedTextEqualsTheFoldedPlainText) {
  const auto check = [](const Value& value) { EXPECT_EQ(folded_text_of(value), fold(to_text(value))); };
  const Owned utf16(ValueType::Utf16, bytes_of(utf16le_from_utf8("CMD.EXE Straße ÀÉ ＡＢ")));
  const Owned utf8(ValueType::Utf8, bytes_of("Whoami ΣΑΣ"));
  const Owned json(ValueType::JsonEscaped, bytes_of(R"(C:\\TEMP\\\u00C9\nX)"));
  const Owned guid(ValueType::Guid, kGuid);
  const Owned sid(ValueType::Sid, kAccountSid);
  const Owned time(ValueType::FileTime, bytes_of<std::uint64_t>({116444736001234567ULL}));
  const Owned number(ValueType::JsonNumber, bytes_of("1E5"));
  for (const Owned* owned : {&utf16, &utf8, &json, &guid, &sid, &time, &number}) check(owned->value);
}

TEST(ValueArray, FixedElementsAreJoinedByComma) {
  Owned numbers(ValueType::UInt16, bytes_of<std::uint16_t>({1, 2, 65535}));
  EXPECT_EQ(to_text(numbers.as_array().value), "1, 2, 65535");
}

TEST(ValueArray, StringsAreSeparatedByNul) {
  Owned texts(ValueType::Utf16, bytes_of(utf16le_from_utf8(std::string("one\0two\0", 8))));
  EXPECT_EQ(to_text(texts.as_array().value), "one, two");
}

TEST(ValueArray, EmptyStringBetweenOthersIsAnElement) {
  Owned texts(ValueType::Ansi, bytes_of(std::string_view("a\0\0b", 4)));
  EXPECT_EQ(to_text(texts.as_array().value), "a, , b");
}

TEST(ValueArray, SidsFollowEachOtherByTheirOwnLength) {
  std::vector<std::uint8_t> two = {1, 1, 0, 0, 0, 0, 0, 5, 18, 0, 0, 0};
  two.insert(two.end(), kAccountSid.begin(), kAccountSid.end());
  Owned sids(ValueType::Sid, two);
  EXPECT_EQ(to_text(sids.as_array().value), "S-1-5-18, S-1-5-21-1-2-500");
}

TEST(ValueArray, TornLastElementRendersAsHexAndEndsTheArray) {
  Owned numbers(ValueType::UInt32, {7, 0, 0, 0, 0xEE, 0xFF});
  EXPECT_EQ(to_text(numbers.as_array().value), "7, EEFF");
  Owned sid(ValueType::Sid, {1, 9, 0});
  EXPECT_EQ(to_text(sid.as_array().value), "010900");
}

TEST(ValueArray, OddByteAtTheEndOfUtf16ArrayTerminates) {
  Owned texts(ValueType::Utf16, {'a', 0, 0, 0, 'b'});
  std::size_t count = 0;
  for_each_element(texts.as_array().value, [&](const Value&) { ++count; });
  EXPECT_EQ(count, 2U);
}

TEST(ValueArray, PlainValueIsItsOwnOnlyElement) {
  const Owned number(ValueType::UInt8, {9});
  std::vector<std::string> seen;
  for_each_element(number.value, [&](const Value& element) { seen.push_back(to_text(element)); });
  EXPECT_EQ(seen, std::vector<std::string>{"9"});
}

TEST(ValueNumber, WholeNumbersOfEveryType) {
  const auto number = [](ValueType type, std::vector<std::uint8_t> bytes) {
    const Owned owned(type, std::move(bytes));
    return to_int(owned.value);
  };
  EXPECT_EQ(number(ValueType::Int8, {0xFF}), -1);
  EXPECT_EQ(number(ValueType::Hex64, bytes_of<std::uint64_t>({0x3E7})), 999);
  EXPECT_EQ(number(ValueType::Bool, {1, 0, 0, 0}), 1);
  EXPECT_EQ(number(ValueType::Utf8, bytes_of("-42")), -42);
  EXPECT_EQ(number(ValueType::Utf8, bytes_of("0x1F")), 31);
  EXPECT_EQ(number(ValueType::Utf16, bytes_of(utf16le_from_utf8("445"))), 445);
  EXPECT_EQ(number(ValueType::JsonNumber, bytes_of("3e2")), 300);
  EXPECT_EQ(number(ValueType::JsonNumber, bytes_of("2.0")), 2);
  EXPECT_EQ(number(ValueType::JsonEscaped, bytes_of("\\u0037")), 7);
  EXPECT_EQ(number(ValueType::JsonBool, bytes_of("true")), 1);
  EXPECT_EQ(number(ValueType::Float64, bytes_of<double>({5})), 5);
}

TEST(ValueNumber, WhatIsNoWholeNumberOrDoesNotFitIsNone) {
  for (const std::string_view text : {"", "-", "x", "12a", " 1", "1.5", "0x", "0x-1", "9223372036854775808"}) {
    const Owned owned(ValueType::Utf8, bytes_of(text));
    EXPECT_EQ(to_int(owned.value), std::nullopt) << text;
  }
  const Owned large(ValueType::UInt64, bytes_of<std::uint64_t>({UINT64_MAX}));
  EXPECT_EQ(to_int(large.value), std::nullopt);
  EXPECT_EQ(to_number(large.value), 18446744073709551615.0);
}

TEST(ValueNumber, FractionsAndExponentsAreNumbersAndWordsAreNot) {
  const auto number = [](std::string_view text) {
    const Owned owned(ValueType::Utf8, bytes_of(text));
    return to_number(owned.value);
  };
  EXPECT_EQ(number("1.5"), 1.5);
  EXPECT_EQ(number("-2e3"), -2000.0);
  EXPECT_EQ(number("0x10"), 16.0);
  for (const std::string_view text : {"inf", "nan", "infinity", "1e999", "1.5x", ""})
    EXPECT_EQ(number(text), std::nullopt) << text;
}

TEST(ValueNumber, LongTextIsNoNumberAndCostsNothing) {
  const Owned owned(ValueType::Utf8, bytes_of(std::string(100000, '1')));
  EXPECT_EQ(to_int(owned.value), std::nullopt);
  EXPECT_EQ(to_number(owned.value), std::nullopt);
}

TEST(ValueNumber, ArrayOfOneCountsAsItsElement) {
  Owned one(ValueType::UInt16, bytes_of<std::uint16_t>({7}));
  Owned two(ValueType::UInt16, bytes_of<std::uint16_t>({7, 8}));
  EXPECT_EQ(to_int(one.as_array().value), 7);
  EXPECT_EQ(to_number(two.as_array().value), std::nullopt);
}

TEST(ValueTime, TimesOfEveryForm) {
  const Timestamp wanted{1'000'000};
  const Owned filetime(ValueType::FileTime, bytes_of<std::uint64_t>({116444736010000000ULL}));
  const Owned systemtime(ValueType::SystemTime, bytes_of<std::uint16_t>({1970, 1, 4, 1, 0, 0, 1, 0}));
  const Owned utf8(ValueType::Utf8, bytes_of("1970-01-01T00:00:01Z"));
  const Owned utf16(ValueType::Utf16, bytes_of(utf16le_from_utf8("1970-01-01 00:00:01.000")));
  for (const Owned* owned : {&filetime, &systemtime, &utf8, &utf16}) EXPECT_EQ(to_time(owned->value), wanted);
}

TEST(ValueTime, ImpossibleSystemTimesAreNone) {
  const Owned month(ValueType::SystemTime, bytes_of<std::uint16_t>({2026, 13, 0, 1, 0, 0, 0, 0}));
  const Owned zero(ValueType::SystemTime, std::vector<std::uint8_t>(16, 0));
  EXPECT_EQ(to_time(month.value), std::nullopt);
  EXPECT_EQ(to_time(zero.value), std::nullopt);
  EXPECT_EQ(to_text(month.value), "2026-13-01T00:00:00.000Z");
}

}  // namespace
}  // namespace yorozu::event
