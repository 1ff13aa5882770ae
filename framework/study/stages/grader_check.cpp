#include "study/stages/grader_check.hpp"

#include <algorithm>
#include <cctype>

#include "study/tables/summary_legends.hpp"

namespace espalier::study {
namespace {

constexpr std::size_t kAlteredItems = 256;
constexpr std::string_view kDigits = "0123456789";

bool is_digit(char c) { return std::isdigit(static_cast<unsigned char>(c)) != 0; }
bool is_letter(char c) { return std::isalpha(static_cast<unsigned char>(c)) != 0; }

std::string_view trimmed(std::string_view text) {
  const std::size_t begin = text.find_first_not_of(" \t\r\n");
  if (begin == std::string_view::npos) return {};
  return text.substr(begin, text.find_last_not_of(" \t\r\n") + 1 - begin);
}

std::string replaced(std::string_view text, std::size_t at, std::size_t count, std::string_view by) {
  std::string changed(text);
  return changed.replace(at, count, by);
}

/// The place of the letter in "B" or "(B)".
std::optional<std::size_t> option_letter(std::string_view gold) {
  std::string_view bare = trimmed(gold);
  if (bare.size() == 3 && bare.front() == '(' && bare.back() == ')') bare = bare.substr(1, 1);
  if (bare.size() != 1 || bare[0] < 'A' || bare[0] > 'Z') return std::nullopt;
  return static_cast<std::size_t>(bare.data() - gold.data());
}

/// Changes the sign of the number that begins at `at`, where a minus is nothing but a sign: at the begin of the text,
/// or behind an opening bracket, a comma, an equals sign or a currency sign.
std::optional<std::string> other_sign(std::string_view gold, std::size_t at) {
  const std::string_view number = gold.substr(at, gold.find_first_not_of("0123456789.,", at) - at);
  if (number.find_first_of("123456789") == std::string_view::npos || gold.find('|') != std::string_view::npos)
    return std::nullopt;
  const bool negative = at > 0 && gold[at - 1] == '-';
  const std::string_view before = trimmed(gold.substr(0, negative ? at - 1 : at));
  if (!before.empty() && std::string_view("([{,=$").find(before.back()) == std::string_view::npos) return std::nullopt;
  if (before.ends_with("^{") || before.ends_with("_{")) return std::nullopt;
  return negative ? replaced(gold, at - 1, 1, "") : replaced(gold, at, 0, "-");
}

std::string other_digit(std::string_view gold, std::size_t first) {
  const std::size_t leading = gold.find_first_of("123456789");
  const std::size_t at = leading == std::string_view::npos ? first : leading;
  const char digit = gold[at] == '9' ? '8' : static_cast<char>(gold[at] + 1);
  return replaced(gold, at, 1, {&digit, 1});
}

/// Whether the comma at `at` groups thousands: "1,234", "1{,}234", "1,\!234".
bool groups_digits(std::string_view gold, std::size_t at) {
  const std::size_t before = gold.find_last_not_of("{ ", at - 1);
  std::size_t after = at + 1;
  while (after < gold.size() && std::string_view("}\\! ").find(gold[after]) != std::string_view::npos) ++after;
  if (at == 0 || before == std::string_view::npos || !is_digit(gold[before])) return false;
  const std::size_t end = std::min(gold.find_first_not_of(kDigits, after), gold.size());
  return end - after == 3 && (after == at + 1 || gold[at + 1] != ' ');
}

/// Takes out what follows the last comma, up to the bracket that closes around it.
std::optional<std::string> one_element_less(std::string_view gold) {
  const std::size_t comma = gold.rfind(',');
  if (comma == std::string_view::npos || comma == 0 || groups_digits(gold, comma)) return std::nullopt;
  int open = 0;
  std::size_t end = comma;
  while (end < gold.size()) {
    const std::string_view rest = gold.substr(end);
    if (rest.starts_with("\\right") || rest.starts_with("\\}")) break;
    if (std::string_view("([{").find(rest.front()) != std::string_view::npos) ++open;
    if (std::string_view(")]}").find(rest.front()) != std::string_view::npos && open-- == 0) break;
    ++end;
  }
  if (trimmed(gold.substr(comma + 1, end - comma - 1)).empty()) return std::nullopt;
  return replaced(gold, comma, end - comma, "");
}

/// Lengthens the first word that is no LaTeX command.
std::optional<std::string> other_word(std::string_view gold) {
  for (std::size_t at = 0; at < gold.size();) {
    if (!is_letter(gold[at])) {
      ++at;
      continue;
    }
    const bool command = at > 0 && gold[at - 1] == '\\';
    while (at < gold.size() && is_letter(gold[at])) ++at;
    if (!command) return replaced(gold, at, 0, "q");
  }
  return std::nullopt;
}

std::string judged(const Item& item, const std::string& what) { return "problem " + item.problem.id + ": " + what; }

void judge_altered(const Grader& grader, const Item& item, const Answer& gold, GraderCheck& check) {
  for (const auto& [text, how] : alterations(item.gold)) {
    const auto answer = grader.reference(text);
    if (!answer) {
      ++check.unreadable;
    } else if (!grader.equal(*answer, gold).equal) {
      ++check.altered;
    } else if (++check.accepted == 1) {
      check.first_accepted = judged(
          item, "\"" + text + "\" (" + std::string(how) + ") is taken for the gold answer \"" + item.gold + "\"");
    }
  }
}

}  // namespace

std::vector<Alteration> alterations(std::string_view gold) {
  if (const auto at = option_letter(gold)) {
    const char letter = gold[*at] == 'A' ? 'B' : static_cast<char>(gold[*at] - 1);
    return {{replaced(gold, *at, 1, {&letter, 1}), "another option"}};
  }
  std::vector<Alteration> all;
  const auto add = [&](std::optional<std::string> text, std::string_view how) {
    if (text) all.push_back({*std::move(text), how});
  };
  const std::size_t digit = gold.find_first_of(kDigits);
  if (digit != std::string_view::npos) {
    const bool decimals = digit > 0 && gold[digit - 1] == '.';
    add(other_sign(gold, decimals ? digit - 1 : digit), "the other sign");
    add(other_digit(gold, digit), "another digit");
  } else {
    add(other_word(gold), "another word");
  }
  add(one_element_less(gold), "one element less");
  return all;
}

GraderCheck check_grader(const Grader& grader, std::span<const Item> items) {
  GraderCheck check;
  const std::size_t stride = std::max<std::size_t>(1, (items.size() + kAlteredItems - 1) / kAlteredItems);
  for (std::size_t i = 0; i < items.size(); ++i) {
    const Item& item = items[i];
    const auto gold = grader.reference(item.gold);
    if (!gold) {
      throw GraderCheckFailed(judged(item, "the dataset's grader cannot read the gold answer \"" + item.gold + "\""));
    }
    if (!grader.equal(*gold, *gold).equal) {
      throw GraderCheckFailed(
          judged(item, "the dataset's grader finds the gold answer \"" + item.gold + "\" unequal to itself"));
    }
    ++check.golds;
    if (i % stride == 0) judge_altered(grader, item, *gold, check);
  }
  return check;
}

Json grader_check_json(const GraderCheck& check) {
  Json json = object<kGrading>({{"grader", check.grader},
                                {"build", check.build},
                                {"golds", check.golds},
                                {"altered", check.altered},
                                {"unreadable", check.unreadable},
                                {"accepted", check.accepted}});
  if (check.first_accepted) field<kGrading>(json, "first_accepted") = *check.first_accepted;
  return json;
}

}  // namespace espalier::study
