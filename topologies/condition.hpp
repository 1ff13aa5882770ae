#pragma once

#include <algorithm>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "base/regex.hpp"

namespace espalier {

/// What an edge asks of the sender's text, as the manifest says it.
struct Rule {
  enum class Kind { always, contains, not_contains, regex, not_regex };
  Kind kind = Kind::always;
  std::string pattern;

  /// As a person reads it: "contains INCORRECT"; empty for always.
  std::string spelled() const {
    switch (kind) {
      case Kind::always:
        return "";
      case Kind::contains:
        return "contains " + pattern;
      case Kind::not_contains:
        return "does not contain " + pattern;
      case Kind::regex:
        return "matches " + pattern;
      case Kind::not_regex:
        return "does not match " + pattern;
    }
    return "";
  }
};

/// A rule made ready: decides whether a text is delivered. Regular expressions are compiled once.
class Condition {
 public:
  /// Throws std::invalid_argument when the rule wants a regular expression and has none.
  explicit Condition(Rule rule) : rule_(std::move(rule)) {
    if (rule_.kind == Rule::Kind::regex || rule_.kind == Rule::Kind::not_regex) regex_.emplace(rule_.pattern);
  }

  bool holds(std::string_view text) const {
    switch (rule_.kind) {
      case Rule::Kind::always:
        return true;
      case Rule::Kind::contains:
        return contained_in(text);
      case Rule::Kind::not_contains:
        return !contained_in(text);
      case Rule::Kind::regex:
        return regex_->found_in(text);
      case Rule::Kind::not_regex:
        return !regex_->found_in(text);
    }
    return true;
  }

 private:
  /// Whether the text contains the pattern, letters A-Z and a-z being the same.
  bool contained_in(std::string_view text) const {
    constexpr auto lower = [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; };
    constexpr auto same = [lower](char a, char b) { return lower(a) == lower(b); };
    const std::string& wanted = rule_.pattern;
    return wanted.empty() || std::search(text.begin(), text.end(), wanted.begin(), wanted.end(), same) != text.end();
  }

  Rule rule_;
  std::optional<base::Regex> regex_;
};

}  // namespace espalier
