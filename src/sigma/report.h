/// Collects what is wrong with one document: every message with the file and rule that it belongs to.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "sigma/rule.h"

namespace yorozu::sigma {

class Report {
 public:
  Report(std::string file, std::vector<Diagnostic>& out) : file_(std::move(file)), out_(out) {}

  void set_rule(std::string rule) { rule_ = std::move(rule); }

  /// The document becomes nothing.
  void error(Span span, std::string code, std::string message, std::string hint = {}) {
    failed_ = true;
    add(Diagnostic::Severity::Error, span, std::move(code), std::move(message), std::move(hint));
  }
  void warning(Span span, std::string code, std::string message, std::string hint = {}) {
    add(Diagnostic::Severity::Warning, span, std::move(code), std::move(message), std::move(hint));
  }
  void note(Span span, std::string code, std::string message, std::string hint = {}) {
    add(Diagnostic::Severity::Note, span, std::move(code), std::move(message), std::move(hint));
  }

  bool failed() const { return failed_; }

 private:
  void add(Diagnostic::Severity severity, Span span, std::string code, std::string message, std::string hint) {
    out_.push_back({severity, file_, span, rule_, std::move(code), std::move(message), std::move(hint)});
  }

  std::string file_;
  std::string rule_;
  std::vector<Diagnostic>& out_;
  bool failed_ = false;
};

}  // namespace yorozu::sigma
