#include "codec/evtx/fragment_json.h"

#include <algorithm>

#include "base/escape.h"
#include "base/hash.h"
#include "base/text.h"
#include "codec/evtx/layout.h"
#include "codec/evtx/parse.h"
#include "codec/evtx/value_writer.h"

namespace yorozu::codec::evtx {

namespace {

Token token_of(std::uint8_t byte) {
  return static_cast<Token>(byte & ~kTokenFlag);
}

void append_string(ByteView utf16, const std::uint8_t* readable_end, Buffer& out) {
  char* const to = out.reserve(3 * utf16.size() + 34);
  *to = '"';
  char* const end = write_text(utf16, readable_end, Escape::Json, to + 1);
  *end = '"';
  out.advance(static_cast<std::size_t>(end + 1 - to));
}

}  // namespace

bool FragmentJson::append(std::uint32_t begin, std::uint32_t end, Buffer& out) {
  at_ = begin;
  end_ = end;
  keys_.clear();
  const std::size_t start = out.size();
  Object parent;
  parent.empty = start == 0 || out.data()[start - 1] == '{';
  while (end_ - at_ >= 4 && token_of(chunk_[at_]) == Token::FragmentHeader) at_ += 4;
  bool good = at_ < end_;
  while (good && at_ < end_ && token_of(chunk_[at_]) != Token::EndOfStream) good = element(parent, 0, out);
  if (!good) out.truncate(start);
  return good;
}

void FragmentJson::begin_key(Object& object, Buffer& out) const {
  out.append(object.empty ? "\"" : ",\"");
  object.empty = false;
}

/// Closes the key; one that occurred before in the object gets a number.
void FragmentJson::end_key(Object& object, std::uint64_t hash, Buffer& out) {
  const auto repeats = std::count(keys_.begin() + static_cast<std::ptrdiff_t>(object.first_key), keys_.end(), hash);
  keys_.push_back(hash);
  if (repeats != 0) out.append("_" + std::to_string(repeats));
  out.append("\":");
}

bool FragmentJson::element(Object& parent, int depth, Buffer& out) {
  std::uint32_t word = 0;
  bool has_attributes = false;
  if (depth >= kMaxElementDepth || keys_.size() > kMaxKeys || !start(word, has_attributes)) return false;
  if (words_[word].is_data) return has_attributes && data_with_name(parent, out) && content(false, true, depth, out);
  begin_key(parent, out);
  out.append(words_[word].escaped);
  end_key(parent, hash64(words_[word].escaped), out);
  if (has_attributes && !attributes(out)) return false;
  return content(has_attributes, false, depth, out);
}

/// <Data Name="x"> and no other attribute; the members of one object that come from names and from elements share keys.
bool FragmentJson::data_with_name(Object& parent, Buffer& out) {
  if (end_ - at_ < 5 || token_of(chunk_[at_ + 4]) != Token::Attribute) return false;
  at_ += 5;
  std::uint32_t word = 0;
  ByteView utf16;
  if (!name(word) || !words_[word].is_name || !text(utf16)) return false;
  if (at_ >= end_ || token_of(chunk_[at_]) == Token::Attribute) return false;
  begin_key(parent, out);
  const std::size_t from = out.size();
  char* const to = out.reserve(3 * utf16.size() + 32);
  out.advance(static_cast<std::size_t>(write_text(utf16, chunk_.data() + chunk_.size(), Escape::Json, to) - to));
  end_key(parent, hash64(out.view_from(from)), out);
  return true;
}

bool FragmentJson::attributes(Buffer& out) {
  if (end_ - at_ < 4) return false;
  at_ += 4;
  out.append("{\"#attributes\":{");
  Object object;
  object.first_key = keys_.size();
  while (at_ < end_ && token_of(chunk_[at_]) == Token::Attribute) {
    ++at_;
    std::uint32_t word = 0;
    ByteView utf16;
    if (!name(word) || !text(utf16)) return false;
    begin_key(object, out);
    out.append(words_[word].escaped);
    end_key(object, hash64(words_[word].escaped), out);
    append_string(utf16, chunk_.data() + chunk_.size(), out);
  }
  keys_.resize(object.first_key);
  if (object.empty) return false;
  out.append('}');
  return true;
}

bool FragmentJson::content(bool has_attributes, bool is_named_data, int depth, Buffer& out) {
  if (at_ >= end_) return false;
  const Token first = token_of(chunk_[at_++]);
  if (first == Token::CloseStartElement && at_ < end_) {
    const Token next = token_of(chunk_[at_]);
    if (next == Token::Value) {
      if (has_attributes) out.append(",\"#text\":");
      ByteView utf16;
      if (!text(utf16) || token_of(chunk_[at_]) != Token::EndElement) return false;
      append_string(utf16, chunk_.data() + chunk_.size(), out);
      if (has_attributes) out.append('}');
      ++at_;
      return true;
    }
    if (next == Token::OpenStartElement) {
      if (!has_attributes) out.append('{');
      Object object{keys_.size(), !has_attributes};
      while (at_ < end_ && token_of(chunk_[at_]) == Token::OpenStartElement)
        if (!element(object, depth + 1, out)) return false;
      keys_.resize(object.first_key);
      if (at_ >= end_ || token_of(chunk_[at_]) != Token::EndElement) return false;
      ++at_;
      out.append('}');
      return true;
    }
    if (next != Token::EndElement) return false;
    ++at_;
  } else if (first != Token::CloseEmptyElement) {
    return false;
  }
  if (has_attributes)
    out.append('}');
  else
    out.append(is_named_data ? "\"\"" : "null");
  return true;
}

bool FragmentJson::start(std::uint32_t& word, bool& has_attributes) {
  if (at_ >= end_ || token_of(chunk_[at_]) != Token::OpenStartElement) return false;
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

bool FragmentJson::text(ByteView& utf16) {
  if (end_ - at_ < 4 || token_of(chunk_[at_]) != Token::Value ||
      chunk_[at_ + 1] != static_cast<std::uint8_t>(StoredType::String))
    return false;
  std::uint32_t size = 2 * std::uint32_t{load_le<std::uint16_t>(chunk_.data() + at_ + 2)};
  if (end_ - at_ - 4 < size) return false;
  const std::uint32_t begin = at_ + 4;
  at_ = begin + size;
  while (size >= 2 && chunk_[begin + size - 1] == 0 && chunk_[begin + size - 2] == 0) size -= 2;
  utf16 = chunk_.subspan(begin, size);
  if (at_ >= end_) return false;
  const Token next = token_of(chunk_[at_]);
  return next == Token::Attribute || next == Token::CloseStartElement || next == Token::CloseEmptyElement ||
         next == Token::EndElement;
}

bool FragmentJson::name(std::uint32_t& word) {
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

const FragmentJson::Place* FragmentJson::place_of(std::uint32_t at) {
  if (at > end_ || end_ - at < 4) return nullptr;
  const auto offset = load_le<std::uint32_t>(chunk_.data() + at);
  Place& place = places_[(offset * 0x9E3779B1U >> 21U) % places_.size()];
  if (place.generation == generation_ && place.offset == offset) return place.word == 0 ? nullptr : &place;
  place = {generation_, offset, 0, 0};
  const auto size = stored_name_size(chunk_, offset);
  if (!size) return nullptr;
  place.stored_size = *size;
  std::string text = utf8_from_utf16le(chunk_.subspan(offset + 8, *size - 10));
  auto found = word_ids_.find(text);
  if (found == word_ids_.end()) {
    if (words_.size() == kMaxWords) return nullptr;
    Word word;
    append_json_escaped(text, word.escaped);
    word.is_data = text == "Data";
    word.is_name = text == "Name";
    words_.push_back(std::move(word));
    found = word_ids_.emplace(std::move(text), static_cast<std::uint32_t>(words_.size() - 1)).first;
  }
  place.word = found->second;
  return &place;
}

}  // namespace yorozu::codec::evtx
