#include <doctest/doctest.h>

#include <espalier/kit/answers/lists.hpp>
#include <string>

using namespace espalier::answers;

TEST_CASE("what stands between two parts joins them, or does not") {
  for (const auto gap : {", ", "$, $", " ; ", "\\), \\(", ", y = ", "$, $x_1=$"}) {
    CAPTURE(gap);
    CHECK(joint(gap) == Joint::comma);
  }
  for (const auto gap : {" and ", "$, and $", " or x = ", " \\text{ or } ", " & ", "**, or **"}) {
    CAPTURE(gap);
    CHECK(joint(gap) == Joint::word);
  }
  for (const auto gap : {" and the larger root is $", " is the least and ", " apples, and ", " or the other is "}) {
    CAPTURE(gap);
    CHECK(joint(gap) == Joint::phrase);
  }
  for (const auto gap : {"", " ", ". And ", " = ", ", so ", " and hence ", " and 3 more make ", " is less than ",
                         "\n\nand ", " \\cdot ", " and the answer is ", ", the last one is "}) {
    CAPTURE(gap);
    CHECK(joint(gap) == Joint::none);
  }
  CHECK(joint(std::string(100'000, ' ') + "and") == Joint::none);
}

TEST_CASE("parts that are joined are one list, under their names and in their brackets") {
  const auto list = [](std::string_view text) {
    std::vector<MarkedPart> parts;
    for (std::size_t at = text.find('<'); at != std::string_view::npos; at = text.find('<', at + 1)) {
      const std::size_t end = text.find('>', at);
      parts.push_back({text.substr(at + 1, end - at - 1), at, end + 1});
    }
    return last_list(text, parts, [](Joint joint, bool) { return joint != Joint::none; });
  };
  CHECK(list("") == "");
  CHECK(list("<1>") == "1");
  CHECK(list("<1>, <2> and <3>") == "1, 2, 3");
  CHECK(list("<1>. So <2> and <3>") == "2, 3");
  CHECK(list("x = <1>, y = $<2>$") == "x = 1, y = 2");
  CHECK(list("2x = <1> and y = <2>") == "1, y = 2");  // what is a part of a formula is no name
  CHECK(list("(<1>, <2>)") == "(1, 2)");
  CHECK(list("[<1>, <2>)") == "[1, 2)");
  CHECK(list("f(<1>, <2>") == "1, 2");
  CHECK(list("<4>, <4>") == "4");
}
