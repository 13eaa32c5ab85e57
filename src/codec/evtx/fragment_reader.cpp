#include "codec/evtx/fragment_reader.h"

#include <cstring>

#include "base/hash.h"
#include "base/text.h"
#include "codec/evtx/parse.h"

namespace yorozu::codec::evtx {

using event::NameId;
using event::Value;
using event::ValueType;

namespace {
Value empty_text() {
  static constexpr std::uint8_t kNothing = 0;
  return {&kNothing, 0, ValueType::Utf8, false, 0};
}
bool is_blank(const Value& utf16) {
  for (std::uint32_t i = 0; i + 1 < utf16.size; i += 2)
    if (utf16.data[i + 1] != 0 || utf16.data[i] > ' ') return false;
  return true;
}
}  // namespace

bool FragmentReader::read(std::uint32_t begin, std::uint32_t end, Context context, std::vector<Value>& values,
                          std::vector<NameId>& names) {
  at_ = begin;
  end_ = end;
  values_out_ = &values;
  names_out_ = &names;
  Inside inside = Inside::Elsewhere;
  switch (context) {
    case Context::Top:
      inside = Inside::Top;
      break;
    case Context::InEvent:
      inside = Inside::Event;
      break;
    case Context::InSystem:
      inside = Inside::System;
      break;
    case Context::InEventData:
      inside = Inside::EventData;
      break;
    case Context::Elsewhere:
      break;
  }
  while (end_ - at_ >= 4 && chunk_[at_] == static_cast<std::uint8_t>(Token::FragmentHeader)) at_ += 4;
  while (at_ < end_ && chunk_[at_] != static_cast<std::uint8_t>(Token::EndOfStream))
    if (!element(inside, 0)) return false;
  return true;  // what follows the end in a record is padding, of any value
}

bool FragmentReader::element(Inside inside, int depth) {
  std::uint32_t word = 0;
  bool has_attributes = false;
  if (depth >= kMaxElementDepth || names_out_->size() > kMaxFields || !start(word, has_attributes)) return false;
  NameId field = words_[word].id;
  std::size_t count = 0;
  if (has_attributes && !attributes(word, inside, count, field)) return false;
  if (at_ >= end_) return false;
  const auto token = static_cast<Token>(chunk_[at_++]);
  if (token == Token::CloseStartElement) return content(word, inside, depth, field, count != 0);
  if (token != Token::CloseEmptyElement) return false;
  const Known known = words_[word].known;
  const bool is_data = inside == Inside::EventData && known == Known::Data;
  const bool is_leaf =
      inside == Inside::Elsewhere || inside == Inside::EventData || (inside == Inside::Event && known == Known::Other);
  if (is_data || (is_leaf && count == 0)) push(field, empty_text());
  return true;
}

/// Token, [dependency id], size, name; as Parser::element decides.
bool FragmentReader::start(std::uint32_t& word, bool& has_attributes) {
  if (at_ >= end_ || (chunk_[at_] & ~kTokenFlag) != static_cast<std::uint8_t>(Token::OpenStartElement)) return false;
  has_attributes = (chunk_[at_] & kTokenFlag) != 0;
  if (place_of(at_ + 5) != nullptr) {
    at_ += 5;
  } else if (place_of(at_ + 7) != nullptr) {
    at_ += 7;
  } else {
    return false;
  }
  return name(word);
}

bool FragmentReader::attributes(std::uint32_t element, Inside inside, std::size_t& count, NameId& data_name) {
  if (end_ - at_ < 4) return false;
  at_ += 4;
  const bool is_data = inside == Inside::EventData && words_[element].known == Known::Data;
  while (at_ < end_ && (chunk_[at_] & ~kTokenFlag) == static_cast<std::uint8_t>(Token::Attribute)) {
    ++at_;
    std::uint32_t word = 0;
    Value value;
    if (!name(word) || !text(value)) return false;
    ++count;
    const Known known = words_[word].known;
    if (is_data && known == Known::Name) {
      data_name = data_name_id(value);
    } else if (known != Known::Namespace && inside != Inside::Top) {
      push(joined_id(element, word), value);
    } else if (known != Known::Namespace) {
      return false;
    }
  }
  return true;
}

bool FragmentReader::content(std::uint32_t element, Inside inside, int depth, NameId field, bool has_attributes) {
  const Known known = words_[element].known;
  Inside next = Inside::Elsewhere;
  if (inside == Inside::Top && known == Known::Event) next = Inside::Event;
  if (inside == Inside::Event && known == Known::System) next = Inside::System;
  if (inside == Inside::Event && known == Known::EventData) next = Inside::EventData;
  if (inside == Inside::Event && known == Known::RenderingInfo) next = Inside::Rendering;
  bool has_children = false, has_text = false;
  Value value;
  while (true) {
    if (at_ >= end_) return false;
    const auto token = static_cast<Token>(chunk_[at_] & ~kTokenFlag);
    if (token == Token::EndElement) break;
    if (token == Token::OpenStartElement) {
      has_children = true;
      if (!this->element(next, depth + 1)) return false;
    } else {
      if (has_text || token != Token::Value || !text(value)) return false;
      has_text = true;
    }
  }
  ++at_;
  if (has_children) return !has_text || is_blank(value);
  if (next != Inside::Elsewhere) return !has_text;
  if (inside == Inside::Rendering) {
    const bool is_message = words_[element].local == "Message";
    if (has_text)
      push(is_message ? event::name::kMessage : names_.intern("RenderingInfo_" + words_[element].local), value);
    return true;
  }
  const bool is_data = inside == Inside::EventData && known == Known::Data;
  if (has_text)
    push(field, value);
  else if (is_data || (inside != Inside::System && !has_attributes))
    push(field, empty_text());
  return true;
}

/// One value token with text, and nothing after it that belongs to the same text.
bool FragmentReader::text(Value& into) {
  if (end_ - at_ < 4 || (chunk_[at_] & ~kTokenFlag) != static_cast<std::uint8_t>(Token::Value) ||
      chunk_[at_ + 1] != static_cast<std::uint8_t>(StoredType::String))
    return false;
  const std::uint32_t size = 2 * std::uint32_t{load_le<std::uint16_t>(chunk_.data() + at_ + 2)};
  if (end_ - at_ - 4 < size) return false;
  into = {chunk_.data() + at_ + 4, size, ValueType::Utf16, false, 0};
  while (into.size >= 2 && into.data[into.size - 1] == 0 && into.data[into.size - 2] == 0) into.size -= 2;
  at_ += 4 + size;
  if (at_ >= end_) return false;
  const auto next = static_cast<Token>(chunk_[at_] & ~kTokenFlag);
  return next == Token::Attribute || next == Token::CloseStartElement || next == Token::CloseEmptyElement ||
         next == Token::EndElement || next == Token::OpenStartElement;
}

bool FragmentReader::name(std::uint32_t& word) {
  const Place* const place = place_of(at_);
  if (place == nullptr) return false;
  word = place->word;
  at_ += 4;
  if (place->offset == at_) {
    if (end_ - at_ < place->stored_size) return false;
    at_ += place->stored_size;
  }
  return true;
}

/// The name that the four bytes at `at` refer to; nullptr when they do not.
const FragmentReader::Place* FragmentReader::place_of(std::uint32_t at) {
  if (at > end_ || end_ - at < 4) return nullptr;
  const auto offset = load_le<std::uint32_t>(chunk_.data() + at);
  Place& place = places_[(offset * 0x9E3779B1U >> 21U) % places_.size()];
  if (place.generation == generation_ && place.offset == offset) return place.word == 0 ? nullptr : &place;
  place = {generation_, offset, 0, 0};
  const auto size = stored_name_size(chunk_, offset);
  if (!size) return nullptr;
  place.stored_size = *size;
  place.word = word_of(offset, (*size - 10) / 2);
  return place.word == 0 ? nullptr : &place;
}

std::uint32_t FragmentReader::word_of(std::uint32_t offset, std::uint32_t characters) {
  std::string text = utf8_from_utf16le(chunk_.subspan(offset + 8, 2 * std::size_t{characters}));
  if (const auto found = word_ids_.find(text); found != word_ids_.end()) return found->second;
  if (words_.size() == kMaxWords) return 0;  // then the slow way
  Word word;
  word.local = local_name(text);
  word.id = names_.intern(word.local);
  if (word.local == "Event") word.known = Known::Event;
  if (word.local == "System") word.known = Known::System;
  if (word.local == "EventData") word.known = Known::EventData;
  if (word.local == "RenderingInfo") word.known = Known::RenderingInfo;
  if (word.local == "Data" || word.local == "ComplexData") word.known = Known::Data;
  if (text == "Name") word.known = Known::Name;
  if (is_namespace(text)) word.known = Known::Namespace;
  words_.push_back(std::move(word));
  const auto id = static_cast<std::uint32_t>(words_.size() - 1);
  word_ids_.emplace(std::move(text), id);
  return id;
}

NameId FragmentReader::data_name_id(const Value& name) {
  DataName& known = data_names_[hash64(name.bytes()) % data_names_.size()];
  if (known.utf16.size() == name.size && std::memcmp(known.utf16.data(), name.data, name.size) == 0 && name.size != 0)
    return known.id;
  const NameId id = names_.intern(event::to_text(name));
  known = {std::string(as_text(name.bytes())), id};
  return id;
}

NameId FragmentReader::joined_id(std::uint32_t element, std::uint32_t attribute) {
  const std::uint64_t words = std::uint64_t{element} << 32U | attribute;
  Joined& known = joined_[(words * 0x9E3779B97F4A7C15ULL >> 32U) % joined_.size()];
  if (known.words == words) return known.id;
  const std::string& of = words_[element].local;
  const std::string& what = words_[attribute].local;
  const bool is_qualifiers = of == "EventID" && what == "Qualifiers";
  known = {words, names_.intern(is_qualifiers ? what : of + "_" + what)};
  return known.id;
}

}  // namespace yorozu::codec::evtx
