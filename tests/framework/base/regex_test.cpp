#include "base/regex.hpp"

#include <doctest/doctest.h>

#include <stdexcept>

using espalier::base::Regex;
using Ranges = std::vector<Regex::Range>;

namespace {

Ranges all(const Regex& regex, const std::string& text) {
  Ranges matches{{7, 7}};  // what was there goes
  regex.find_all(text, matches);
  return matches;
}

}  // namespace

TEST_CASE("all matches are found, none over another") {
  CHECK(all(Regex("aa"), "aaa aa") == Ranges{{0, 2}, {4, 6}});
  CHECK(all(Regex("b"), "aaa").empty());
  CHECK(all(Regex("a"), "").empty());
  CHECK(all(Regex("(?=b)"), "abab") == Ranges{{1, 1}, {3, 3}});
  CHECK(all(Regex("a*"), "aab") == Ranges{{0, 2}, {3, 3}});  // none that touches the one before it
  CHECK(all(Regex("x*"), "\u00e9") == Ranges{{0, 0}, {2, 2}});
  CHECK(all(Regex("b"), "a\xff b") == Ranges{{3, 4}});
}

TEST_CASE("classes and lines are as they are asked for") {
  CHECK(all(Regex(R"(\w)"), "\u00e9").empty());
  CHECK(all(Regex(R"(\w)", {.unicode_classes = true}), "\u00e9") == Ranges{{0, 2}});
  CHECK(all(Regex("^a$"), "a\na").empty());
  CHECK(all(Regex("^a$", {.every_line = true}), "a\na") == Ranges{{0, 1}, {2, 3}});
}

TEST_CASE("matching is bounded, and grows with the text where all matches are wanted") {
  const Regex slow("(a+)+[bc]");
  const std::string text(40, 'a');
  CHECK_THROWS_AS(slow.found_in(text), std::runtime_error);
  Ranges matches;
  CHECK_THROWS_AS(slow.find_all(text, matches), std::runtime_error);
  const std::string long_text(3'000'000, ' ');
  CHECK(all(Regex(R"(\s*\n|\s+)"), long_text) == Ranges{{0, long_text.size()}});
  CHECK_THROWS_WITH_AS(Regex("a("), doctest::Contains("at character 3"), std::invalid_argument);
}
