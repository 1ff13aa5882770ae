#include "study/stages/grader_check.hpp"

#include <doctest/doctest.h>

#include <map>
#include <string>
#include <vector>

using namespace espalier;
using namespace espalier::study;

namespace {

/// Reads everything but "unreadable"; two texts are equal when `same` says so.
class Judge final : public Grader {
 public:
  explicit Judge(bool (*same)(const std::string&, const std::string&)) : same_(same) {}

  std::optional<Answer> extract(std::string_view text) const override { return reference(text); }
  std::optional<Answer> reference(std::string_view gold) const override {
    if (gold.find("unreadable") != std::string_view::npos) return std::nullopt;
    return Answer{std::string(gold), std::string(gold), "all"};
  }
  Verdict equal(const Answer& answer, const Answer& gold) const override {
    return {same_(answer.canonical, gold.canonical), "so it is"};
  }

 private:
  bool (*same_)(const std::string&, const std::string&);
};

bool strict(const std::string& one, const std::string& other) { return one == other; }
bool blind(const std::string&, const std::string&) { return true; }
bool mad(const std::string&, const std::string&) { return false; }
bool without_sign(const std::string& one, const std::string& other) {
  const auto bare = [](const std::string& text) { return text.starts_with('-') ? text.substr(1) : text; };
  return bare(one) == bare(other);
}

std::vector<Item> items(const std::vector<std::string>& golds) {
  std::vector<Item> all;
  for (const auto& gold : golds)
    all.push_back({{.id = "p" + std::to_string(all.size()), .question = "?", .attributes = {}}, gold});
  return all;
}

using Changes = std::map<std::string, std::string>;

Changes changes(std::string_view gold) {
  Changes all;
  for (const auto& [text, how] : alterations(gold)) all.emplace(how, text);
  return all;
}

}  // namespace

TEST_CASE("gold answers are changed in ways that surely make them wrong") {
  CHECK(changes("18") == Changes{{"the other sign", "-18"}, {"another digit", "28"}});
  CHECK(changes("-0.95") == Changes{{"the other sign", "0.95"}, {"another digit", "-0.85"}});
  CHECK(changes(".5") == Changes{{"the other sign", "-.5"}, {"another digit", ".6"}});
  CHECK(changes("$1,234") == Changes{{"the other sign", "$-1,234"}, {"another digit", "$2,234"}});
  CHECK(changes("\\frac{3}{4}") == Changes{{"the other sign", "\\frac{-3}{4}"}, {"another digit", "\\frac{4}{4}"}});
  CHECK(changes("(3, \\frac{\\pi}{2})") == Changes{{"the other sign", "(-3, \\frac{\\pi}{2})"},
                                                   {"another digit", "(4, \\frac{\\pi}{2})"},
                                                   {"one element less", "(3)"}});
  CHECK(changes("\\left( 2, 5 \\right)").at("one element less") == "\\left( 2\\right)");
  CHECK(changes("B") == Changes{{"another option", "A"}});
  CHECK(changes("(A)") == Changes{{"another option", "(B)"}});
  CHECK(changes("\\text{Evelyn}").at("another word") != "\\text{Evelyn}");
}

TEST_CASE("where a change might leave the meaning it is not made") {
  CHECK(changes("0") == Changes{{"another digit", "1"}});          // -0 is 0
  CHECK(changes("x^{2}") == Changes{{"another digit", "x^{3}"}});  // what would x^{-2} prove
  CHECK(changes("1 \\pm 5").count("one element less") == 0);
  CHECK(changes("\\pm 5") == Changes{{"another digit", "\\pm 6"}});  // minus or plus 5 is the same
  CHECK(changes("x-3") == Changes{{"another digit", "x-4"}});
  CHECK(changes("|5|") == Changes{{"another digit", "|6|"}});
  for (const char* thousands : {"10,080", "10{,}080", "10,\\!080"}) {
    CAPTURE(thousands);
    CHECK(changes(thousands).count("one element less") == 0);
  }
  CHECK(changes("\\pi").empty());
  CHECK(changes("").empty());
}

TEST_CASE("a sound grader is proven by counts") {
  const GraderCheck check = check_grader(Judge(strict), items({"18", "0", "A"}));
  CHECK(check.golds == 3);
  CHECK(check.altered == 4);
  CHECK(check.accepted == 0);
  CHECK(!check.first_accepted);
}

TEST_CASE("a grader that accepts a wrong answer is found out, problem by problem") {
  const GraderCheck blind_one = check_grader(Judge(blind), items({"18"}));
  CHECK(blind_one.altered == 0);
  CHECK(blind_one.accepted == 2);
  const GraderCheck check = check_grader(Judge(without_sign), items({"east", "18"}));
  CHECK(check.accepted == 1);
  CHECK(check.first_accepted == "problem p1: \"-18\" (the other sign) is taken for the gold answer \"18\"");
}

TEST_CASE("a gold answer that is unreadable or unequal to itself is named") {
  CHECK_THROWS_WITH_AS(check_grader(Judge(strict), items({"1", "unreadable"})),
                       "problem p1: the dataset's grader cannot read the gold answer \"unreadable\"",
                       GraderCheckFailed);
  CHECK_THROWS_WITH_AS(check_grader(Judge(mad), items({"1"})),
                       "problem p0: the dataset's grader finds the gold answer \"1\" unequal to itself",
                       GraderCheckFailed);
}

TEST_CASE("every gold answer is judged, changed ones of a spread sample") {
  const GraderCheck check = check_grader(Judge(strict), items(std::vector<std::string>(10'000, "7")));
  CHECK(check.golds == 10'000);
  CHECK(check.altered == 2 * 250);  // every 40th problem
}
