#include <doctest/doctest.h>

#include <algorithm>
#include <espalier/grader.hpp>
#include <fstream>
#include <nlohmann/json.hpp>
#include <regex>
#include <set>
#include <sstream>
#include <string>
#include <string_view>
#include <vector>

#include "support/built_plugin.hpp"
#include "support/public_data.hpp"

using namespace espalier;

namespace {

/// The different gold answers of MATH-500.
std::set<std::string> gold_answers() {
  std::set<std::string> golds;
  if (const auto file = testing::public_data("math500/test-first-250.jsonl")) {
    std::ifstream stream(*file);
    for (std::string line; std::getline(stream, line);)
      golds.insert(nlohmann::json::parse(line).at("answer").get<std::string>());
  }
  return golds;
}

bool has(std::string_view text, std::string_view part) { return text.find(part) != std::string_view::npos; }

/// Whether commas or "\!" group thousands, so that blanks and digits may not be put anywhere.
bool grouped(const std::string& gold) {
  static const std::regex group(R"(\d,(\\!)? ?\d{3})");
  return std::regex_search(gold, group);
}

/// Items that commas alone separate: "3, 5, 7".
std::vector<std::string> bare_list(const std::string& gold) {
  static const std::regex list(R"([-\d, ]+)");
  std::vector<std::string> items;
  if (!has(gold, ",") || grouped(gold) || !std::regex_match(gold, list)) return items;
  std::istringstream stream(gold);
  for (std::string item; std::getline(stream, item, ',');) items.push_back(item);
  return items;
}

std::string joined(const std::vector<std::string>& items) {
  std::string text;
  for (const std::string& item : items) text += (text.empty() ? "" : ",") + item;
  return text;
}

/// The decimal of a/b where one ends.
std::string decimal(long a, long b) {
  std::string digits = std::to_string(a / b) + '.';
  for (a %= b; a != 0 && digits.size() < 15; a %= b) {
    a *= 10;
    digits += std::to_string(a / b);
  }
  return a == 0 ? digits : "";
}

/// Other ways to write a gold answer.
std::vector<std::string> spellings(const std::string& gold) {
  static const std::regex fraction(R"(\\[dt]?frac)");
  static const std::regex lone_fraction(R"((-?)\\[dt]?frac\{(\d+)\}\{(\d+)\})");
  static const std::regex operation(R"(([-+=,(])(?=\S))");
  std::vector<std::string> all = {gold, "\\boxed{" + gold + "}", "The final answer is $" + gold + "$.",
                                  "It is \\( \\boxed{ " + gold + " } \\), as was to be shown."};
  if (!grouped(gold) && !has(gold, "text") && !has(gold, "matrix"))
    all.push_back("\\boxed{" + std::regex_replace(gold, operation, "$1 ") + "}");
  if (has(gold, "frac")) {
    for (const char* command : {"\\dfrac", "\\tfrac", "\\frac"})
      all.push_back("\\boxed{" + std::regex_replace(gold, fraction, command) + "}");
  }
  if (std::smatch parts; std::regex_match(gold, parts, lone_fraction)) {
    all.push_back("\\boxed{" + parts.str(1) + parts.str(2) + "/" + parts.str(3) + "}");
    if (const auto places = decimal(std::stol(parts.str(2)), std::stol(parts.str(3))); !places.empty())
      all.push_back("\\boxed{" + parts.str(1) + places + "}");
  }
  if (auto items = bare_list(gold); !items.empty()) {
    std::reverse(items.begin(), items.end());
    all.push_back("\\boxed{" + joined(items) + "}");
  }
  return all;
}

/// A gold answer with one of its numbers changed, in several ways.
void change_digits(const std::string& gold, std::set<std::string>& wrong) {
  static const std::regex number(R"(\d+)");
  for (auto found = std::sregex_iterator(gold.begin(), gold.end(), number); found != std::sregex_iterator(); ++found) {
    const std::string digits = found->str();
    const auto at = static_cast<std::size_t>(found->position());
    std::string other_last = digits;
    other_last.back() = static_cast<char>('0' + (other_last.back() - '0' + 5) % 10);
    std::string other_first = digits;
    other_first.front() = static_cast<char>('1' + (other_first.front() - '0') % 9);
    std::string next_last = digits;
    next_last.back() = static_cast<char>('0' + (next_last.back() - '0' + 1) % 10);
    const bool decimals = at > 0 && gold[at - 1] == '.';
    std::set<std::string> changed = {next_last, other_last, other_first, '1' + digits, digits + '7'};
    if (!decimals) changed.insert(digits + '0');  // 1.250 is 1.25
    for (const std::string& each : changed) {
      const bool same =
          digits.find_first_not_of('0') == std::string::npos && each.find_first_not_of('0') == std::string::npos;
      if (same || each == digits || (grouped(gold) && each.size() != digits.size())) continue;
      wrong.insert(std::string(gold).replace(at, digits.size(), each));
    }
  }
}

/// A gold answer with one of its fractions upside down, or one of its roots without the sign.
void change_commands(const std::string& gold, std::set<std::string>& wrong) {
  static const std::regex fraction(R"(\\[dt]?frac\{([^{}]+)\}\{([^{}]+)\})");
  static const std::regex root(R"(\\sqrt\{(\d\d|[2-9])\})");
  using Matches = std::sregex_iterator;
  const auto put = [&](const std::smatch& match, const std::string& by) {
    wrong.insert(std::string(gold).replace(static_cast<std::size_t>(match.position()), match.str().size(), by));
  };
  for (auto found = Matches(gold.begin(), gold.end(), fraction); found != Matches(); ++found) {
    if (found->str(1) != found->str(2)) put(*found, "\\frac{" + found->str(2) + "}{" + found->str(1) + "}");
  }
  for (auto found = Matches(gold.begin(), gold.end(), root); found != Matches(); ++found)
    put(*found, "{" + found->str(1) + "}");
}

/// Other numbers that an integer is easily taken for.
void change_integer(const std::string& gold, std::set<std::string>& wrong) {
  static const std::regex integer(R"(-?\d{1,6})");
  if (!std::regex_match(gold, integer)) return;
  const long value = std::stol(gold);
  for (const long other : {value + 1, value - 1, 3 * value + 1, value + 10}) {
    wrong.insert(std::to_string(other));
    wrong.insert(std::to_string(other) + "\\text{ cm}");
  }
  if (std::abs(value) < 3) return;
  if (std::abs(value) <= 800) wrong.insert(gold + '!');  // larger factorials are not decided
  for (const char* around :
       {"@^2", "\\sqrt{@}", "\\frac{1}{@}", "@\\pi", "@i", "@x", "\\pm @", "@_8", "@, 1", "(@, 1)"})
    wrong.insert(std::regex_replace(around, std::regex("@"), gold));
}

/// Wrong answers that look like a gold one: another digit, the other sign, a fraction upside down, a lost root, a tuple
/// in another order, the other bracket of an interval, an element too few or too many, another value of a unit.
std::set<std::string> near_misses(const std::string& gold) {
  static const std::regex signed_value(R"((\\\$|\\[dt]?frac|\\sqrt|[\d.]).*)");
  static const std::regex tuple(R"((?:\\left)?\s*([(\[])(.*),([^,]*?)(?:\\right)?\s*([)\]]))");
  std::set<std::string> wrong;
  change_digits(gold, wrong);
  change_commands(gold, wrong);
  change_integer(gold, wrong);
  const bool zero = gold == "0";
  if (std::regex_match(gold, signed_value) && !zero && !has(gold, "pm") && !has(gold, "_") && bare_list(gold).empty())
    wrong.insert('-' + gold);
  if (gold.front() == '-') wrong.insert(gold.substr(1));
  std::smatch parts;
  if (std::regex_match(gold, parts, tuple) && !has(gold, "matrix")) {
    const std::string open = parts.str(1);
    const std::string close = parts.str(4);
    wrong.insert(open + parts.str(3) + "," + parts.str(2) + close);
    wrong.insert(open + parts.str(2) + close);
    if (!has(parts.str(2), ",")) wrong.insert((open == "(" ? "[" : "(") + parts.str(2) + "," + parts.str(3) + close);
  }
  if (auto items = bare_list(gold); !items.empty()) {
    wrong.insert(gold + ",99");
    items.pop_back();
    wrong.insert(joined(items));
  }
  return wrong;
}

}  // namespace

TEST_CASE("math: every gold answer of MATH-500 equals itself, however it is written") {
  const auto golds = gold_answers();
  if (golds.empty()) return;
  const auto math = testing::create<Grader>("math");
  int judged = 0;
  for (const std::string& gold : golds) {
    const auto reference = math->reference(gold);
    REQUIRE(reference);
    for (const std::string& spelling : spellings(gold)) {
      CAPTURE(gold);
      CAPTURE(spelling);
      const auto answer = math->extract(spelling);
      REQUIRE(answer);
      CHECK(math->equal(*answer, *reference).equal);
      ++judged;
    }
  }
  MESSAGE(judged << " spellings of " << golds.size() << " gold answers");
}

TEST_CASE("math: no near miss of a gold answer of MATH-500 is accepted, and all that have a value are decided") {
  static const std::regex division_by_zero(R"(.*\\[dt]?frac ?(\d|\{\d+\})(0|\{0\}))");
  const auto golds = gold_answers();
  if (golds.empty()) return;
  const auto math = testing::create<Grader>("math");
  int judged = 0;
  for (const std::string& gold : golds) {
    const auto reference = math->reference(gold);
    REQUIRE(reference);
    for (const std::string& wrong : near_misses(gold)) {
      CAPTURE(gold);
      CAPTURE(wrong);
      const auto answer = math->extract("\\boxed{" + wrong + "}");
      if (!answer) continue;
      ++judged;
      const auto verdict = math->equal(*answer, *reference);
      CHECK_FALSE(verdict.equal);
      CHECK(has(verdict.reason, "cannot be decided") == std::regex_match(wrong, division_by_zero));
    }
  }
  MESSAGE(judged << " near misses of " << golds.size() << " gold answers");
  REQUIRE(judged >= 2'000);
}
