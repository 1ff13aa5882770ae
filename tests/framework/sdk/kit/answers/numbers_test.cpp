#include <doctest/doctest.h>

#include <espalier/kit/answers/numbers.hpp>
#include <espalier/kit/answers/thousands.hpp>
#include <string>
#include <vector>

using espalier::answers::canonical;
using espalier::answers::last_number;
using espalier::answers::next_number;

namespace {

/// All numbers of a text, in canonical form, with the power of ten of what stands behind them.
std::vector<std::string> numbers(std::string_view text) {
  std::vector<std::string> found;
  for (auto number = next_number(text, 0); number; number = next_number(text, number->end)) {
    found.push_back(canonical(number->value) + (number->power != 0 ? "e" + std::to_string(number->power) : ""));
  }
  return found;
}

using Found = std::vector<std::string>;

struct Case {
  std::string_view text;
  Found numbers;
};

}  // namespace

TEST_CASE("numbers are read as people write them") {
  const std::vector<Case> cases = {
      {"18", {"18"}},
      {"007", {"7"}},
      {"-3", {"-3"}},
      {"+3", {"3"}},
      {"\u22123.50", {"-3.5"}},
      {".25", {"0.25"}},
      {"0.10", {"0.1"}},
      {"1,234", {"1234"}},
      {"1,234,567.5", {"1234567.5"}},
      {"1{,}234", {"1234"}},
      {"$5.00", {"5"}},
      {"-$5", {"-5"}},
      {"$-5", {"-5"}},
      {"\\$12", {"12"}},
      {"\u20ac 7", {"7"}},
      {"50%", {"50e-2"}},
      {"50 %", {"50e-2"}},
      {"12.5\\%", {"12.5e-2"}},
      {"3 percent", {"3e-2"}},
      {"$2.5 million", {"2.5e6"}},
      {"4 thousand 5 millionths", {"4e3", "5"}},
      {"3/4", {"0.75"}},
      {"1/3", {"1/3"}},
      {"-2/6", {"-1/3"}},
      {"\\frac{3}{4}", {"0.75"}},
      {"-\\dfrac{10}{4}", {"-2.5"}},
      {"\\frac12", {"0.5"}},
      {"\\frac{243}{-25}", {"-9.72"}},
      {"2 1/2", {"2.5"}},
      {"2\\frac{1}{2}", {"2.5"}},
      {"1.5e3", {"1500"}},
      {"2E-2", {"0.02"}},
      {"1.5 \\times 10^{3}", {"1500"}},
      {"4 x 10^-2", {"0.04"}},
      {"6*10^2", {"600"}},
      {"18.", {"18"}},
      {"(18)", {"18"}},
      {"1 000 000", {"1000000"}},
      {"7 200", {"7200"}},
      {"7 200 5", {"7", "200", "5"}},
      {"1\\,200.5", {"1200.5"}},
      {"1'234'567", {"1234567"}},
      {"1\u00a0234", {"1234"}},
      {"\u20ac12,50", {"12.5"}},
      {"12,5", {"12.5"}},
      {"(12,5)", {"12", "5"}},
      {"2\u00bd", {"2.5"}},
      {"\u00be cup", {"0.75"}},
      {"5\u00b710\u00b3", {"5000"}},
      {"2\u00d710\u207b\u00b2", {"0.02"}},
      {"2^3", {"8"}},
      {"2**10", {"1024"}},
      {"10^{-3}", {"0.001"}},
      {"3\u00b2", {"9"}},
      {"12 cm^2", {"12"}},
      {"9.8 m/s^{2}", {"9.8"}},
      {"3k", {"3e3"}},
      {"$3M", {"3e6"}},
      {"3 km", {"3"}},
      {"negative 5", {"-5"}},
  };
  for (const Case& each : cases) {
    CAPTURE(each.text);
    CHECK(numbers(each.text) == each.numbers);
  }
}

TEST_CASE("numbers are told apart from what only looks like them") {
  const std::vector<Case> cases = {
      {"10-3", {"10", "3"}},
      {"10 - 3 = 7", {"10", "3", "7"}},
      {"x = -3", {"-3"}},
      {"x = - 3", {"-3"}},
      {"3-5 days", {"3", "5"}},
      {"1,2,3", {"1", "2", "3"}},
      {"12,345,67", {"12", "345", "67"}},
      {"1,2345", {"1", "2345"}},
      {"x2 and y_3", {}},
      {"on the 3rd of 4 days", {"4"}},
      {"version 1.2.3", {}},
      {"1/2/2024", {"1", "2", "2024"}},
      {"5/0", {"5", "0"}},
      {"\\frac{1}{0}", {"1", "0"}},
      {"5km", {"5"}},
      {"3 x 10 = 30", {"3", "10", "30"}},
      {"", {}},
      {"no number", {}},
      {"- - -", {}},
      {"$ and \u20ac", {}},
      {"He pays $3, she pays $4.", {"3", "4"}},
  };
  for (const Case& each : cases) {
    CAPTURE(each.text);
    CHECK(numbers(each.text) == each.numbers);
  }
}

TEST_CASE("numbers beyond any use are passed over, and soon") {
  CHECK(numbers("1e999999999") == Found{});
  CHECK(numbers(std::string(100'000, '7')) == Found{});
  CHECK(numbers(std::string(100'000, '7') + " 8") == Found{"8"});
  CHECK(numbers("9e390").at(0).size() == 391);
  CHECK(numbers("1/3e500") == Found{"1/3"});
  CHECK(numbers(std::string(100'000, '-') + "5").size() == 1);
  CHECK(numbers(std::string(100'000, '\\')).empty());
  std::string groups = "1";
  for (int k = 0; k < 250'000; ++k) groups += ",234";
  CHECK(numbers(groups + " 8") == Found{"8"});
}

TEST_CASE("the last number is the last one") {
  REQUIRE(last_number("first 1, then 2 and at last 3 of them"));
  CHECK(last_number("first 1, then 2 and at last 3 of them")->value == 3);
  CHECK_FALSE(last_number("none"));
}

TEST_CASE("a number says where it stands") {
  const std::string_view text = "pay -$1,200.50 now";
  const auto number = next_number(text, 0);
  REQUIRE(number);
  CHECK(text.substr(number->begin, number->end - number->begin) == "-$1,200.50");
}

TEST_CASE("equal values have one spelling") {
  using espalier::answers::Rational;
  CHECK(canonical(Rational(4, 2)) == "2");
  CHECK(canonical(Rational(1, 2)) == "0.5");
  CHECK(canonical(Rational(-1, 8)) == "-0.125");
  CHECK(canonical(Rational(1, 40)) == "0.025");
  CHECK(canonical(Rational(2, 6)) == "1/3");
  CHECK(canonical(Rational(0)) == "0");
}

TEST_CASE("the last number is looked for from the last line up, and at the end of a long one") {
  const auto last = [](const std::string& text) {
    const auto number = last_number(text);
    return number ? canonical(number->value) : "none";
  };
  CHECK(last("first 3,\nthen none\n\n") == "3");
  CHECK(last("1\n2 1/2\nand so on") == "2.5");
  CHECK(last("1 2\n3 4") == "4");
  CHECK(last("\n\n") == "none");
  std::string long_line;
  while (long_line.size() < 40'000) long_line += "word ";
  CHECK(last("7 " + long_line) == "none");
  CHECK(last("7 " + long_line + "8 more") == "8");
  CHECK(last("7\n" + long_line) == "7");
}

TEST_CASE("separators of thousands are left out where groups of three follow") {
  using espalier::answers::without_separators;
  CHECK(without_separators("12,000 m and 1 234 567 km") == "12000 m and 1234567 km");
  CHECK(without_separators("12\\,000\u00a0000") == "12000000");
  CHECK(without_separators("1,23 0,500 3.141 592 1234 567") == "1,23 0,500 3.141 592 1234 567");
  CHECK(without_separators("") == "");
}

TEST_CASE("the last numbers of a sentence are a list where words join them") {
  using espalier::answers::last_number_list;
  CHECK(last_number_list("The roots are 2, 6, and 11.") == "2, 6, 11");
  CHECK(last_number_list("2, 6, 11") == "11");
  CHECK(last_number_list("5 apples and 3 pears") == "3");
  CHECK(last_number_list("no number") == "");
}
