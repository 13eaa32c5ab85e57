#include "codec/evtx/parse.h"

#include <fmt/core.h>

#include <cstring>

#include "base/text.h"
#include "base/try.h"
#include "codec/evtx/layout.h"
#include "codec/evtx/stored_value.h"

namespace yorozu::codec::evtx {

namespace {

/// Names are words; the bound keeps many references to one monstrous name from filling memory.
constexpr std::uint32_t kMaxNameCharacters = 512;

bool is_name_character(char16_t c) {
  return c > 0x20 && c != '<' && c != '>' && c != '&' && c != '"' && c != '\'' && c != '=';
}

class Parser {
 public:
  Parser(ByteView chunk, std::uint32_t begin, std::uint32_t end, Place place)
      : chunk_(chunk), begin_(begin), at_(begin), end_(end), place_(place) {}

  Result<Parsed> run() {
    while (at_ < end_) {
      const Token token = peek();
      if (token == Token::EndOfStream) {
        ++at_;
        break;
      }
      if (token == Token::FragmentHeader) {
        TRY(skip(4));
      } else if (token == Token::OpenStartElement) {
        TRY_ASSIGN(const std::uint32_t index, element(0));
        Part root;
        root.kind = PartKind::Element;
        root.index = index;
        parsed_.tree.roots.push_back(std::move(root));
      } else if (token == Token::TemplateInstance) {
        parsed_.tree.roots.push_back(instance());
        break;  // its values follow: the reader of records knows where they end
      } else if (token == Token::PiTarget) {
        TRY_ASSIGN(Part instruction, processing_instruction());
        parsed_.tree.roots.push_back(std::move(instruction));
      } else {
        // A fragment may also be mere content: text, references, a substitution.
        TRY(content_part(parsed_.tree.roots, 0));
      }
    }
    parsed_.end = at_;
    return std::move(parsed_);
  }

 private:
  std::unexpected<Error> bad(std::string_view what) const {
    return fail(ErrorCode::InvalidInput, fmt::format("{} at {:#x} of the chunk", what, at_));
  }
  std::uint32_t left() const { return end_ - at_; }
  Token peek() const { return static_cast<Token>(chunk_[at_] & ~kTokenFlag); }
  template <class T>
  T load(std::uint32_t at) const {
    return load_le<T>(chunk_.data() + at);
  }
  Result<> skip(std::uint32_t n) {
    if (left() < n) return bad("binary XML ends too early");
    at_ += n;
    return {};
  }

  Result<std::string> name() {
    if (left() < 4) return bad("binary XML ends within a name");
    const std::uint32_t offset = load<std::uint32_t>(at_);
    const auto size = stored_name_size(chunk_, offset);
    if (!size) return bad(fmt::format("no name at {:#x}, which is referred to", offset));
    NameReference reference;
    reference.at = at_ - begin_;
    reference.stored = as_text(chunk_.subspan(offset + 4, *size - 4 - 2));
    at_ += 4;
    if (offset == at_) {
      reference.is_inline = true;
      TRY(skip(*size));
    }
    std::string text = utf8_from_utf16le(chunk_.subspan(offset + 8, *size - 10));
    parsed_.names.push_back(std::move(reference));
    return text;
  }

  Result<std::string> counted_text() {
    if (left() < 2) return bad("binary XML ends within text");
    const std::uint32_t bytes = 2 * std::uint32_t{load<std::uint16_t>(at_)};
    at_ += 2;
    if (left() < bytes) return bad("text is longer than what holds it");
    std::string text = utf8_from_utf16le(chunk_.subspan(at_, bytes));
    at_ += bytes;
    while (!text.empty() && text.back() == '\0') text.pop_back();
    return text;
  }

  Part instance() {
    Part part;
    part.kind = PartKind::Instance;
    part.index = at_;
    return part;
  }

  Result<Part> processing_instruction() {
    ++at_;
    Part part;
    part.kind = PartKind::ProcessingInstr;
    TRY_ASSIGN(part.text, name());
    if (at_ < end_ && peek() == Token::PiText) {
      ++at_;
      TRY_ASSIGN(const std::string text, counted_text());
      part.text += ' ';
      part.text += text;
    }
    return part;
  }

  /// A literal value; only text is found in practice, the others have the size of their type.
  Result<std::string> literal_value() {
    if (left() < 2) return bad("binary XML ends within a value");
    const std::uint8_t type = chunk_[at_ + 1];
    at_ += 2;
    if (type == static_cast<std::uint8_t>(StoredType::String)) return counted_text();
    std::uint32_t size = 0;
    switch (static_cast<StoredType>(type)) {
      case StoredType::Null:
        return std::string();
      case StoredType::SizeT:
        size = 8;
        break;
      case StoredType::AnsiString:
      case StoredType::Binary:
        if (left() < 2) return bad("binary XML ends within a value");
        size = load<std::uint16_t>(at_);
        at_ += 2;
        break;
      case StoredType::Sid:
        if (left() < 8) return bad("binary XML ends within a SID");
        size = 8 + 4 * std::uint32_t{chunk_[at_ + 1]};
        break;
      default:
        size = event::element_size(kTypeMappings[type].type);
        break;
    }
    if (size == 0 && type != static_cast<std::uint8_t>(StoredType::AnsiString) &&
        type != static_cast<std::uint8_t>(StoredType::Binary))
      return bad(fmt::format("literal value of type {:#x}", type));
    if (left() < size) return bad("value is longer than what holds it");
    const event::Value value = to_value(chunk_.data() + at_, size, type);
    at_ += size;
    return event::to_text(value);
  }

  /// One part of content or of an attribute's value; at_ < end_.
  Result<> content_part(std::vector<Part>& out, int depth) {
    Part part;
    switch (peek()) {
      case Token::Value: {
        part.kind = PartKind::Text;
        TRY_ASSIGN(part.text, literal_value());
        break;
      }
      case Token::Cdata: {
        ++at_;
        part.kind = PartKind::Cdata;
        TRY_ASSIGN(part.text, counted_text());
        break;
      }
      case Token::CharacterReference: {
        if (left() < 3) return bad("binary XML ends within a character reference");
        part.kind = PartKind::CharacterRef;
        part.text = utf8_from_utf16le(chunk_.subspan(at_ + 1, 2));
        at_ += 3;
        break;
      }
      case Token::EntityReference: {
        ++at_;
        part.kind = PartKind::EntityRef;
        TRY_ASSIGN(part.text, name());
        break;
      }
      case Token::NormalSubstitution:
      case Token::OptionalSubstitution: {
        if (left() < 4) return bad("binary XML ends within a substitution");
        part.kind = peek() == Token::NormalSubstitution ? PartKind::Slot : PartKind::OptionalSlot;
        part.slot = load<std::uint16_t>(at_ + 1);
        part.slot_type = chunk_[at_ + 3];
        at_ += 4;
        break;
      }
      case Token::OpenStartElement: {
        part.kind = PartKind::Element;
        TRY_ASSIGN(part.index, element(depth));
        break;
      }
      case Token::PiTarget: {
        TRY_ASSIGN(part, processing_instruction());
        break;
      }
      default:
        return bad(fmt::format("unexpected token {:#04x}", chunk_[at_]));
    }
    out.push_back(std::move(part));
    return {};
  }

  /// Whether an element's name reference at `at` can be one.
  bool plausible_name(std::uint32_t at) const {
    return at + 4 <= end_ && stored_name_size(chunk_, load<std::uint32_t>(at)).has_value();
  }

  Result<std::uint32_t> element(int depth) {
    if (depth >= kMaxElementDepth) return bad("elements nest too deep");
    const bool has_attributes = (chunk_[at_] & kTokenFlag) != 0;
    // Token, [dependency id 2], size 4, name 4. The id is there in definitions and in some writers' fragments.
    const bool with_id = place_ == Place::Definition ? plausible_name(at_ + 7) || !plausible_name(at_ + 5)
                                                     : !plausible_name(at_ + 5) && plausible_name(at_ + 7);
    TRY(skip(1 + (with_id ? 2 : 0) + 4));
    const auto index = static_cast<std::uint32_t>(parsed_.tree.elements.size());
    parsed_.tree.elements.emplace_back();
    Element made;
    TRY_ASSIGN(made.name, name());
    if (has_attributes) TRY(attributes(made));
    if (at_ >= end_) return bad("binary XML ends within an element");
    if (peek() == Token::CloseEmptyElement) {
      ++at_;
      made.has_empty_tag = true;
    } else if (peek() == Token::CloseStartElement) {
      ++at_;
      while (true) {
        if (at_ >= end_) return bad("binary XML ends within an element");
        if (peek() == Token::EndElement) break;
        if (peek() == Token::TemplateInstance) return bad("template instance within an element");
        TRY(content_part(made.content, depth + 1));
      }
      ++at_;
    } else {
      return bad("start of an element is not closed");
    }
    parsed_.tree.elements[index] = std::move(made);
    return index;
  }

  Result<> attributes(Element& of) {
    TRY(skip(4));  // size of the list
    while (at_ < end_ && peek() == Token::Attribute) {
      ++at_;
      Attribute attribute;
      TRY_ASSIGN(attribute.name, name());
      while (at_ < end_ && is_attribute_content(peek())) TRY(content_part(attribute.content, kMaxElementDepth));
      of.attributes.push_back(std::move(attribute));
    }
    return {};
  }
  static bool is_attribute_content(Token token) {
    return token == Token::Value || token == Token::CharacterReference || token == Token::EntityReference ||
           token == Token::NormalSubstitution || token == Token::OptionalSubstitution;
  }

  ByteView chunk_;
  std::uint32_t begin_;
  std::uint32_t at_;
  std::uint32_t end_;
  Place place_;
  Parsed parsed_;
};

}  // namespace

std::optional<std::uint32_t> stored_name_size(ByteView chunk, std::uint32_t offset) {
  if (offset < kChunkHeaderSize || offset > chunk.size() || chunk.size() - offset < 8) return std::nullopt;
  const std::uint32_t characters = load_le<std::uint16_t>(chunk.data() + offset + 6);
  const std::uint32_t size = 8 + 2 * characters + 2;
  if (characters == 0 || characters > kMaxNameCharacters || chunk.size() - offset < size) return std::nullopt;
  for (std::uint32_t i = 0; i < characters; ++i)
    if (!is_name_character(load_le<char16_t>(chunk.data() + offset + 8 + 2 * i))) return std::nullopt;
  return size;
}

std::string_view entity_text(std::string_view name) {
  if (name == "amp") return "&";
  if (name == "lt") return "<";
  if (name == "gt") return ">";
  if (name == "quot") return "\"";
  if (name == "apos") return "'";
  return {};
}

Result<Parsed> parse_binary_xml(ByteView chunk, std::uint32_t begin, std::uint32_t end, Place place) {
  return Parser(chunk, begin, end, place).run();
}

}  // namespace yorozu::codec::evtx
