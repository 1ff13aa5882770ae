#include "latex/equality.hpp"

#include <doctest/doctest.h>

#include <utility>
#include <vector>

#include "plugins/graders/latex/reading.hpp"

using namespace espalier::latex;
using espalier::testing::compared;
using espalier::testing::differ;
using espalier::testing::same;

namespace {

using Pairs = std::vector<std::pair<std::string_view, std::string_view>>;

}  // namespace

TEST_CASE("equality: what people write in different ways is the same") {
  const Pairs pairs = {{"\\frac12", "0.5"},
                       {"50\\%", "\\frac12"},
                       {"1\\frac12", "\\frac32"},
                       {"0.\\overline{27}", "\\frac{3}{11}"},
                       {"1.5 \\times 10^3", "1500"},
                       {"\\frac{\\sqrt{2}}{2}", "\\frac{1}{\\sqrt 2}"},
                       {"2+3i", "3i+2"},
                       {"(x-1)(x+1)", "x^2-1"},
                       {"\\sin^2 x + \\cos^2 x", "1"},
                       {"\\ln(ab)", "\\ln a + \\ln b"},
                       {"\\{3,1,2\\}", "\\{1,2,3\\}"},
                       {"1 \\pm \\sqrt2", "1-\\sqrt2, 1+\\sqrt2"},
                       {"(-\\infty,1)\\cup(2,\\infty)", "(2,\\infty)\\cup(-\\infty,1)"},
                       {"\\begin{pmatrix}1\\\\2\\end{pmatrix}", "(1,2)"},
                       {"3^{\\text{rd}}", "3"},
                       {"\\text{(C)}", "C"},
                       {"\\text{Even}", "even"}};
  for (const auto& [answer, gold] : pairs) {
    CAPTURE(answer);
    CAPTURE(gold);
    CHECK(same(answer, gold));
  }
}

TEST_CASE("equality: what looks alike and is not the same") {
  const Pairs pairs = {{"[1,2)", "[1,2]"},
                       {"(1,2)", "(2,1)"},
                       {"(1,2)", "\\{1,2\\}"},
                       {"(1,2)", "1,2"},
                       {"\\{1,2\\}", "\\{1,2,3\\}"},
                       {"2, 3", "2, 3, 3"},
                       {"(1,2)\\cup(3,4)", "(1,2)"},
                       {"(1,2)\\cup(3,4)", "(1,2)\\cap(3,4)"},
                       {"\\begin{pmatrix}1&3\\\\2&4\\end{pmatrix}", "\\begin{pmatrix}1&2\\\\3&4\\end{pmatrix}"},
                       {"\\begin{pmatrix}1&2\\end{pmatrix}", "\\begin{pmatrix}1\\\\2\\end{pmatrix}"},
                       {"\\begin{vmatrix}1&2\\\\3&4\\end{vmatrix}", "\\begin{pmatrix}1&2\\\\3&4\\end{pmatrix}"},
                       {"2", "\\pm 2"},
                       {"\\pm 2", "\\pm 3"},
                       {"52_8", "52"},
                       {"52_8", "52_9"},
                       {"5!", "5"},
                       {"0.\\overline{12}", "0.1\\overline{2}"},
                       {"0.\\overline{3}", "0.3"},
                       {"3^{\\text{rd}}", "4^{\\text{th}}"},
                       {"\\text{(B)}", "\\text{(C)}"},
                       {"\\text{A, B}", "\\text{A, C}"},
                       {"10\\text{ a.m.}", "10\\text{ p.m.}"},
                       {"4:30\\text{ p.m.}", "4:31\\text{ p.m.}"},
                       {"5\\text{ May}", "5\\text{ June}"},
                       {"\\text{May 5}", "\\text{May 6}"},
                       {"1/2/2020", "1/3/2020"},
                       {"5\\text{ cm}", "6\\text{ cm}"},
                       {"2\\text{ hours 30 minutes}", "2\\text{ hours 20 minutes}"},
                       {"5\\text{ million}", "5\\text{ billion}"},
                       {"50\\%", "5"},
                       {"90^\\circ", "91^\\circ"},
                       {"3:4", "4:3"},
                       {"1+i", "1-i"},
                       {"\\sin^{-1} x", "\\frac{1}{\\sin x}"},
                       {"\\sqrt{x^2}", "x"},
                       {"\\sum_{k=1}^n k", "\\sum_{k=1}^n k^2"},
                       {"\\frac{10^{50}+1}{10^{50}}", "1"}};
  for (const auto& [answer, gold] : pairs) {
    CAPTURE(answer);
    CAPTURE(gold);
    CHECK(differ(answer, gold));
  }
}

TEST_CASE("equality: percentages and large numbers may stand for what is written") {
  CHECK(same("50\\%", "50"));
  CHECK(same("5\\text{ million}", "5"));
  CHECK(same("5\\text{ million}", "5{,}000{,}000"));
  CHECK(differ("0.5", "50"));
  CHECK(differ("50\\%", "50", {.conventions = {.percent = Percent::hundredth}}));
  CHECK(differ("50\\%", "0.5", {.conventions = {.percent = Percent::unit}}));
}

TEST_CASE("equality: units count where they are compared") {
  const Leniency compared_units{.conventions = {.units = Units::compare}};
  CHECK(same("5\\text{ cm}", "5\\text{ m}"));
  CHECK(differ("5\\text{ cm}", "5\\text{ m}", compared_units));
  CHECK(differ("5", "5\\text{ m}", compared_units));
  CHECK(same("5\\text{ meters}", "5\\text{ m}", compared_units));
}

TEST_CASE("equality: decimals stand for numbers from six digits on, or as chosen") {
  CHECK(same("3.14159", "\\pi"));
  CHECK(same("0.333333", "\\frac13"));
  CHECK(same("33.3333\\%", "\\frac13"));
  CHECK(differ("3.1416", "\\pi"));
  CHECK(differ("3.14160", "\\pi"));
  CHECK(differ("0.3333", "\\frac13"));
  CHECK(differ("\\frac{22}{7}", "\\pi"));
  CHECK(differ("0.333333", "\\frac13", {.rounding = 0}));
  CHECK(same("3.14", "\\pi", {.rounding = 3}));
  CHECK(same("3.14", "\\pi", {.tolerance = Rational(1, 100)}));
  CHECK(differ("3.2", "\\pi", {.tolerance = Rational(1, 100)}));
}

TEST_CASE("equality: the reason says how it was decided") {
  CHECK(compared("1/2", "0.5").reason == "Both are 0.5.");
  CHECK(compared("2", "3").reason == "2 is not 3.");
  CHECK(compared("50\\%", "50").reason == "0.5 is 50 where \"percent\" or \"million\" may be left out.");
  CHECK(compared("0.333333", "1/3").reason == "0.333333 is 1/3 up to the last digit of the decimal.");
  CHECK(compared("\\frac{1}{0}", "5").reason.ends_with("cannot be decided."));
}
