#include "app/query_error.h"

#include <cstdio>
#include <string>

#include "app/command.h"
#include "base/display_width.h"
#include "base/escape.h"

namespace yorozu::app {

namespace {

using message::Id;

std::string reason(const query::ParseError& error, message::Lang lang) {
  using Reason = query::ParseError::Reason;
  const std::string detail = terminal_safe(error.detail);
  switch (error.reason) {
    case Reason::UnclosedQuote:
      return message::format(lang, Id::SearchUnclosedQuote, detail);
    case Reason::UnclosedBracket:
      return message::format(lang, Id::SearchUnclosedBracket, detail);
    case Reason::UnexpectedBracket:
      return message::format(lang, Id::SearchUnexpectedBracket, detail);
    case Reason::MissingOperand:
      return message::format(lang, Id::SearchMissingOperand, detail, detail);
    case Reason::MissingValue:
      return message::format(lang, Id::SearchMissingValue, detail, detail);
    case Reason::BadRegex:
      return message::format(lang, Id::SearchBadRegex, detail);
    case Reason::BadNetwork:
      return message::format(lang, Id::SearchBadNetwork, detail);
    case Reason::BadRange:
      return message::format(lang, Id::SearchBadRange);
    case Reason::PipeNotHere:
      return message::format(lang, Id::SearchPipeNotHere);
    case Reason::TooDeep:
      return message::format(lang, Id::SearchTooDeep);
    case Reason::TooLong:
      return message::format(lang, Id::SearchTooLong);
    case Reason::MissingStage:
      return message::format(lang, Id::SearchMissingStage);
    case Reason::UnknownStage:
      return message::format(lang, Id::SearchUnknownStage, detail);
    case Reason::MissingNames:
      return message::format(lang, Id::SearchMissingNames, detail);
    case Reason::UnknownFunction:
      return message::format(lang, Id::SearchUnknownFunction, detail);
    case Reason::MissingField:
      return message::format(lang, Id::SearchMissingField, detail, detail);
    case Reason::BadSpan:
      return message::format(lang, Id::SearchBadSpan, detail);
    case Reason::BadNumber:
      return message::format(lang, Id::SearchBadNumber, detail);
    case Reason::SecondAggregation:
      return message::format(lang, Id::SearchSecondAggregation, detail);
    case Reason::StageBeforeAggregation:
      return message::format(lang, Id::SearchStageBeforeAggregation, detail);
    case Reason::UnknownColumn:
      return message::format(lang, Id::SearchUnknownColumn, detail);
    case Reason::UnexpectedWord:
      return message::format(lang, Id::SearchUnexpectedWord, detail);
    case Reason::TooMany:
      return message::format(lang, Id::SearchTooMany);
  }
  return {};
}

}  // namespace

int explain_query_error(const std::string& expression, const query::ParseError& error, message::Lang lang) {
  const std::string before = terminal_safe(std::string_view(expression).substr(0, error.position));
  std::string advice = reason(error, lang);
  if (!error.suggestion.empty())
    advice += " " + message::format(lang, Id::SearchDidYouMean, terminal_safe(error.suggestion));
  std::fprintf(stderr, "%s\n  %s\n  %s^ %s\n", std::string(message::text(lang, Id::SearchQueryWrong)).c_str(),
               terminal_safe(expression).c_str(), std::string(display_width(before), ' ').c_str(), advice.c_str());
  return kUsage;
}

}  // namespace yorozu::app
