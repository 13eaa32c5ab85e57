// Which charset a text is in, and its reading by ICU.
//
// Order of proofs: a byte order mark; the NULs that UTF-16 puts beside ASCII; control characters (no text has many);
// the escape sequences of ISO-2022-JP; validity as UTF-8, which other charsets hardly ever have by chance; then
// Shift_JIS and EUC-JP by how much of the text is common in Japanese under each. What is none of these is read as
// Windows-1252.
#include <unicode/ucnv.h>
#include <unicode/ucnv_cb.h>

#include <algorithm>
#include <map>
#include <memory>
#include <string>

#include "base/text.h"
#include "base/utf8.h"

namespace yorozu {
namespace {

bool starts_with(ByteView bytes, std::initializer_list<std::uint8_t> with) {
  return bytes.size() >= with.size() && std::equal(with.begin(), with.end(), bytes.begin());
}

/// Characters that texts of our users are made of: ASCII, Latin, kana, CJK, full-width forms, general punctuation.
bool is_plausible(char16_t unit) {
  const auto in = [unit](char16_t low, char16_t high) { return unit >= low && unit <= high; };
  return in(0x20, 0x7E) || in(0x09, 0x0D) || in(0xA0, 0x24F) || in(0x2010, 0x2027) || in(0x2190, 0x25FF) ||
         in(0x3000, 0x30FF) || in(0x4E00, 0x9FFF) || in(0xFF01, 0xFFEF);
}

enum class ByteOrder { Little, Big };

bool looks_like_utf16(ByteView sample, ByteOrder order) {
  const std::size_t units = sample.size() / 2;
  if (units < 2) return false;
  std::size_t strange = 0, ascii = 0;
  for (std::size_t i = 0; i < units; ++i) {
    const auto first = sample[2 * i], second = sample[2 * i + 1];
    const auto unit = static_cast<char16_t>(order == ByteOrder::Little ? second << 8 | first : first << 8 | second);
    if (!is_plausible(unit)) ++strange;
    if (unit < 0x80) ++ascii;
  }
  return ascii > 0 && strange * 50 <= units;
}

struct ControlCounts {
  std::size_t nul = 0, other = 0, high = 0, escape = 0;
};

ControlCounts count_controls(ByteView sample) {
  ControlCounts counts;
  for (const std::uint8_t byte : sample) {
    if (byte == 0)
      ++counts.nul;
    else if (byte == 0x1B)
      ++counts.escape;
    else if ((byte < 0x20 && (byte < 0x08 || byte > 0x0D)) || byte == 0x7F)
      ++counts.other;
    else if (byte >= 0x80)
      ++counts.high;
  }
  return counts;
}

/// The sample may end inside a character.
bool is_utf8_cut_anywhere(ByteView sample) {
  std::string_view text = as_text(sample);
  for (std::size_t back = 0; back < 4 && back <= text.size(); ++back) {
    if (is_valid_utf8(text.substr(0, text.size() - back))) return true;
    if (back < text.size() && static_cast<signed char>(text[text.size() - 1 - back]) >= 0) return false;
  }
  return false;
}

/// How well a sample reads in one of the Japanese charsets.
struct Reading {
  std::size_t common = 0;      ///< characters that most Japanese texts are made of
  std::size_t characters = 0;  ///< all that are not ASCII
  std::size_t broken = 0;
  bool convinces() const { return characters > 0 && broken * 50 <= characters && common * 2 >= characters; }
};

Reading read_as_shift_jis(ByteView sample) {
  Reading reading;
  bool after_half_width = false;
  for (std::size_t i = 0; i < sample.size(); ++i) {
    const std::uint8_t lead = sample[i];
    const bool half_width = lead >= 0xA1 && lead <= 0xDF;
    if (half_width) {
      ++reading.characters;
      if (after_half_width) ++reading.common;  // they come in runs; a single one is rather an accented letter
    } else if (lead >= 0x80) {
      if (i + 1 == sample.size()) break;
      const std::uint8_t trail = sample[i + 1];
      const bool lead_ok = (lead >= 0x81 && lead <= 0x9F) || (lead >= 0xE0 && lead <= 0xFC);
      const bool trail_ok = trail >= 0x40 && trail <= 0xFC && trail != 0x7F;
      if (!lead_ok || !trail_ok) {
        ++reading.broken;
      } else {
        ++reading.characters;
        if (lead <= 0x84 || (lead >= 0x88 && lead <= 0x97)) ++reading.common;  // punctuation, kana, level 1 kanji
        ++i;
      }
    }
    after_half_width = half_width;
  }
  return reading;
}

Reading read_as_euc_jp(ByteView sample) {
  Reading reading;
  const auto is_high = [&sample](std::size_t i) { return sample[i] >= 0xA1 && sample[i] <= 0xFE; };
  for (std::size_t i = 0; i < sample.size(); ++i) {
    const std::uint8_t lead = sample[i];
    if (lead < 0x80) continue;
    const std::size_t length = lead == 0x8F ? 3 : 2;
    if (i + length > sample.size()) break;
    const bool ok = (lead == 0x8E || lead == 0x8F || is_high(i)) && is_high(i + 1) && (length == 2 || is_high(i + 2));
    if (!ok) {
      ++reading.broken;
      continue;
    }
    ++reading.characters;
    if ((lead >= 0xA1 && lead <= 0xA5) || (lead >= 0xB0 && lead <= 0xCF)) ++reading.common;  // as above
    i += length - 1;
  }
  return reading;
}

Charset japanese_or_western(ByteView sample) {
  const Reading shift_jis = read_as_shift_jis(sample), euc_jp = read_as_euc_jp(sample);
  if (!shift_jis.convinces() && !euc_jp.convinces()) return Charset::Windows1252;
  if (!shift_jis.convinces()) return Charset::EucJp;
  if (!euc_jp.convinces()) return Charset::ShiftJis;
  // Both are valid. EUC-JP read as Shift_JIS is a desert of half-width katakana, one for each byte: more characters for
  // the same bytes. The reading with the larger share of common characters is right.
  return euc_jp.common * shift_jis.characters >= shift_jis.common * euc_jp.characters ? Charset::EucJp
                                                                                      : Charset::ShiftJis;
}

struct CloseConverter {
  void operator()(UConverter* converter) const { ucnv_close(converter); }
};
using Converter = std::unique_ptr<UConverter, CloseConverter>;

/// U+FFFD for what cannot be read; ICU's own substitution gives U+001A for single bytes of some charsets.
void write_replacement(const void*, UConverterToUnicodeArgs* args, const char*, int32_t,
                       UConverterCallbackReason reason, UErrorCode* status) {
  if (reason > UCNV_IRREGULAR) return;
  *status = U_ZERO_ERROR;
  ucnv_cbToUWriteUChars(args, u"\uFFFD", 1, 0, status);
}

/// Converters keep state and are not shared between threads; opening one costs microseconds, so each thread keeps its
/// own.
UConverter* converter_named(const std::string& name) {
  thread_local std::map<std::string, Converter> opened;  // bounded: names come from the lists below
  const auto found = opened.find(name);
  if (found != opened.end()) return found->second.get();
  UErrorCode status = U_ZERO_ERROR;
  Converter converter(ucnv_open(name.c_str(), &status));
  if (U_SUCCESS(status)) ucnv_setToUCallBack(converter.get(), write_replacement, nullptr, nullptr, nullptr, &status);
  if (U_FAILURE(status)) converter.reset();
  return opened.emplace(name, std::move(converter)).first->second.get();
}

std::string decode_by(UConverter* converter, ByteView bytes) {
  ucnv_reset(converter);
  const char* from = reinterpret_cast<const char*>(bytes.data());
  const char* const end = from + bytes.size();
  Buffer utf16;
  while (true) {
    char16_t units[1024];
    char16_t* to = units;
    UErrorCode status = U_ZERO_ERROR;
    ucnv_toUnicode(converter, &to, units + std::size(units), &from, end, nullptr, true, &status);
    utf16.append({reinterpret_cast<const char*>(units), static_cast<std::size_t>(to - units) * sizeof(char16_t)});
    if (status != U_BUFFER_OVERFLOW_ERROR) break;
  }
  return utf8_from_utf16le(as_bytes(utf16.view()));
}

std::string swap_pairs(ByteView bytes) {
  std::string out(bytes.size() & ~std::size_t{1}, '\0');
  for (std::size_t i = 0; i + 1 < bytes.size(); i += 2) {
    out[i] = static_cast<char>(bytes[i + 1]);
    out[i + 1] = static_cast<char>(bytes[i]);
  }
  return out;
}

/// ICU's name of a Windows code page; "" when it is none that Windows has for text.
std::string code_page_name(int page) {
  switch (page) {
    case 932:
      return "windows-31j";
    case 936:
    case 949:
    case 950:
    case 874:
      return "windows-" + std::to_string(page);
    case 20127:
      return "US-ASCII";
    case 20866:
      return "KOI8-R";
    case 20932:
    case 51932:
      return "EUC-JP";
    case 50220:
    case 50221:
    case 50222:
      return "ISO-2022-JP";
    case 51949:
      return "EUC-KR";
    case 54936:
      return "gb18030";
    default:
      break;
  }
  if (page >= 1250 && page <= 1258) return "windows-" + std::to_string(page);
  if (page >= 28591 && page <= 28605) return "ISO-8859-" + std::to_string(page - 28590);
  if (page >= 437 && page <= 869) return "ibm-" + std::to_string(page);
  return "";
}

}  // namespace

std::string_view to_string(Charset charset) {
  switch (charset) {
    case Charset::Utf8:
      return "UTF-8";
    case Charset::Utf16Le:
      return "UTF-16LE";
    case Charset::Utf16Be:
      return "UTF-16BE";
    case Charset::ShiftJis:
      return "Shift_JIS";
    case Charset::EucJp:
      return "EUC-JP";
    case Charset::Iso2022Jp:
      return "ISO-2022-JP";
    case Charset::Windows1252:
      return "windows-1252";
    case Charset::Binary:
      return "binary";
  }
  return "unknown";
}

Charset detect_charset(ByteView sample) {
  if (starts_with(sample, {0xEF, 0xBB, 0xBF})) return Charset::Utf8;
  if (starts_with(sample, {0xFF, 0xFE, 0, 0}) || starts_with(sample, {0, 0, 0xFE, 0xFF}))
    return Charset::Binary;  // UTF-32
  if (starts_with(sample, {0xFF, 0xFE})) return Charset::Utf16Le;
  if (starts_with(sample, {0xFE, 0xFF})) return Charset::Utf16Be;
  const ControlCounts counts = count_controls(sample);
  if (counts.nul > 0) {
    if (looks_like_utf16(sample, ByteOrder::Little)) return Charset::Utf16Le;
    if (looks_like_utf16(sample, ByteOrder::Big)) return Charset::Utf16Be;
  }
  if ((counts.nul + counts.other) * 20 > sample.size()) return Charset::Binary;
  if (counts.high == 0) {
    const std::string_view text = as_text(sample);
    const bool shifts =
        counts.escape > 0 && (text.contains("\x1B$B") || text.contains("\x1B$@") || text.contains("\x1B$(D"));
    return shifts ? Charset::Iso2022Jp : Charset::Utf8;
  }
  if (is_utf8_cut_anywhere(sample)) return Charset::Utf8;
  return japanese_or_western(sample);
}

std::string decode_text(ByteView bytes, Charset charset) {
  switch (charset) {
    case Charset::Utf8:
      return repair_utf8(as_text(starts_with(bytes, {0xEF, 0xBB, 0xBF}) ? bytes.subspan(3) : bytes));
    case Charset::Utf16Le:
      return utf8_from_utf16le(starts_with(bytes, {0xFF, 0xFE}) ? bytes.subspan(2) : bytes);
    case Charset::Utf16Be:
      return utf8_from_utf16le(as_bytes(swap_pairs(starts_with(bytes, {0xFE, 0xFF}) ? bytes.subspan(2) : bytes)));
    case Charset::ShiftJis:
      return decode_code_page(bytes, 932);
    case Charset::EucJp:
      return decode_code_page(bytes, 51932);
    case Charset::Iso2022Jp:
      return decode_code_page(bytes, 50220);
    case Charset::Windows1252:
    case Charset::Binary:
      return decode_code_page(bytes, 1252);
  }
  return {};
}

std::string decode_code_page(ByteView bytes, int code_page) {
  if (code_page == 65001) return repair_utf8(as_text(bytes));
  if (code_page == 1200) return utf8_from_utf16le(bytes);
  if (code_page == 1201) return utf8_from_utf16le(as_bytes(swap_pairs(bytes)));
  UConverter* converter = nullptr;
  if (const std::string name = code_page_name(code_page); !name.empty()) converter = converter_named(name);
  if (converter == nullptr) converter = converter_named("windows-1252");
  if (converter == nullptr) return repair_utf8(as_text(bytes));  // ICU without its data
  return decode_by(converter, bytes);
}

}  // namespace yorozu
