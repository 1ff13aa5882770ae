#include <algorithm>
#include <array>
#include <espalier/kit/answers/ascii.hpp>
#include <espalier/kit/answers/clauses.hpp>
#include <espalier/kit/answers/wordings.hpp>

namespace espalier::answers {
namespace {

using std::string_view_literals::operator""sv;

constexpr std::string_view kApostrophe = "\xe2\x80\x99";
/// Within so many bytes a letter behind a colon is looked for.
constexpr std::size_t kReach = 32;

/// The length of an apostrophe at a place, 0 where there is none.
std::size_t apostrophe_at(std::string_view text, std::size_t at) {
  if (at < text.size() && text[at] == '\'') return 1;
  return text.substr(std::min(at, text.size())).starts_with(kApostrophe) ? kApostrophe.size() : 0;
}

std::size_t skip(std::string_view text, std::size_t at, std::string_view signs) {
  const std::size_t end = std::min(text.size(), at + kReach);
  while (at < end && signs.find(text[at]) != std::string_view::npos) ++at;
  return at;
}

bool ends_clause(std::string_view text, std::size_t at) { return at + 1 >= text.size() || blank(text[at + 1]); }

/// Finds the spans that Denials keeps, clause by clause.
class Reader {
 public:
  Reader(std::string_view text, std::vector<std::pair<std::size_t, std::size_t>>& spans) : text_(text), spans_(spans) {}

  void read() {
    while (at_ < text_.size()) {
      if (const auto word = word_at(text_, at_); !word.empty())
        take_word(word);
      else
        take_sign();
    }
    close(text_.size(), text_.size());
  }

 private:
  void take_word(std::string_view word) {
    const std::size_t begin = at_;
    at_ += word.size();
    const std::string_view before = std::exchange(before_, word);
    if (word.size() < 2) return;
    const std::string small = folded(word);
    if (kJoints.contain(small)) close(begin, begin);
    if (kDenials.contain(small) || kNegations.contain(small) || kHedges.contain(small) || kFaults.contain(small) ||
        small.ends_with("n't"sv) || (small == "out" && folded(before).starts_with("rul")) ||
        (small == "doubt" && folded(before) != "no"))
      from_ = begin_;
    else if (kComparisons.contain(small))
      from_ = std::min(from_, begin);
  }

  void take_sign() {
    const std::size_t at = at_++;
    switch (text_[at]) {
      case '\n':
      case ';':
      case ',':
        return close(at, at_);
      case ':':
        if (ends_clause(text_, at) && !letter_alone_behind()) close(at, at_);
        return;
      case '?':
        if (ends_clause(text_, at)) from_ = begin_;
        [[fallthrough]];
      case '.':
      case '!':
        if (ends_clause(text_, at)) close(at, at_);
        return;
      case '-':
        if (at > 0 && blank(text_[at - 1]) && ends_clause(text_, at)) close(at, at_);
        return;
      case '(':
        if (!encloses_letter(at)) close(at, at_);
        return;
      case ')':
        if (at < 2 || !encloses_letter(at - 2)) close(at, at_);
        return;
      default:
        if (text_.substr(at, 3) == "\xe2\x80\x93" || text_.substr(at, 3) == "\xe2\x80\x94") close(at, at_);
    }
  }

  void close(std::size_t end, std::size_t next) {
    if (from_ < end && !spans_.empty() && spans_.back().second == from_)
      spans_.back().second = end;
    else if (from_ < end)
      spans_.emplace_back(from_, end);
    begin_ = next;
    from_ = std::string_view::npos;
  }

  bool encloses_letter(std::size_t at) const {
    return text_[at] == '(' && at + 2 < text_.size() && letter(text_[at + 1]) && text_[at + 2] == ')';
  }

  /// Whether a letter and an end follow the colon that was read; goes on behind the blanks if so.
  bool letter_alone_behind() {
    const std::size_t next = skip(text_, at_, " \n\r([*_\"$");
    if (!lone_letter_at(text_, next)) return false;
    const std::size_t behind = skip(text_, next + 1, ")]*_\"$.! ");
    if (behind < text_.size() && text_[behind] != '\n') return false;
    at_ = next;
    return true;
  }

  std::string_view text_;
  std::vector<std::pair<std::size_t, std::size_t>>& spans_;
  std::size_t at_ = 0;
  std::size_t begin_ = 0;                      // of the clause
  std::size_t from_ = std::string_view::npos;  // where what is denied or compared begins in it
  std::string_view before_;                    // the word before
};

}  // namespace

std::string_view word_at(std::string_view text, std::size_t at) {
  std::size_t end = at;
  while (end < text.size()) {
    if (letter(text[end])) {
      ++end;
      continue;
    }
    const std::size_t sign = end > at ? apostrophe_at(text, end) : 0;
    if (sign == 0 || end + sign >= text.size() || !letter(text[end + sign])) break;
    end += sign;
  }
  return at < text.size() ? text.substr(at, end - at) : std::string_view();
}

std::string folded(std::string_view word) {
  constexpr std::size_t longest = 15;
  std::string small;
  if (word.size() > longest) return small;
  for (std::size_t at = 0; at < word.size(); ++at) {
    if (word.substr(at).starts_with(kApostrophe)) {
      small += '\'';
      at += kApostrophe.size() - 1;
    } else {
      small += lower(word[at]);
    }
  }
  return small;
}

bool lone_letter_at(std::string_view text, std::size_t at) {
  if (at >= text.size() || !capital(text[at])) return false;
  const auto goes_on = [](char c) { return letter(c) || digit(c) || c == '\'' || c == '-'; };
  if (at > 0 && goes_on(text[at - 1]) && text[at - 1] != '\'') return false;
  if (at + 1 == text.size() || text[at + 1] == '\'') {
    return at + 2 >= text.size() || !letter(text[at + 2]);  // 'C' may stand in quotes
  }
  return !goes_on(text[at + 1]) && !text.substr(at + 1).starts_with(kApostrophe);
}

Denials::Denials(std::string_view text) { Reader(text, spans_).read(); }

bool Denials::cover(std::size_t at) const {
  const auto next = std::upper_bound(spans_.begin(), spans_.end(), at,
                                     [](std::size_t place, const auto& span) { return place < span.first; });
  return next != spans_.begin() && at < std::prev(next)->second;
}

}  // namespace espalier::answers
