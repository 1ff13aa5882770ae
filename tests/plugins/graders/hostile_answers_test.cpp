#include <doctest/doctest.h>

#include <espalier/grader.hpp>
#include <fstream>
#include <string>
#include <string_view>
#include <vector>

#include "plugins/graders/grader_properties.hpp"
#include "support/built_plugin.hpp"
#include "support/corpus.hpp"

using namespace espalier;

namespace {

std::string repeated(std::string_view part, std::size_t bytes) {
  std::string text;
  while (text.size() < bytes) text += part;
  return text;
}

/// Texts that make careless graders slow, greedy or wrong.
std::vector<std::string> hostile_texts() {
  constexpr std::size_t megabyte = 1'000'000;
  std::vector<std::string> texts = {"9^{9^{9^{9^9}}}",  "10^{10^{100}}",          "1e999999999",
                                    "2^{100000}",       "(x+y+z+w)^{500}",        "((((x+1)^9)^9)^9)^9",
                                    "1000000!",         "\\binom{100000}{50000}", "\\sqrt[1000000]{2}",
                                    "70^{1000}^\\circ", "\\frac{1}{-0}",          "\\frac{1}{1-1}",
                                    "\\sin(10^{300})",  "\\log_{1}{1}",           "\\boxed{\xff\xfe\x80}",
                                    "\xc3\x28",         std::string("\0\0 5", 4)};
  for (const std::string_view part :
       {"\\frac{", "\\boxed{",         "(",       "{",        "\\sqrt{", "^{",  "-",  "1,",   ",234",
        "1 1/2 ",  "9e390 ",           "answer ", "answer: ", "$",       "\\(", "**", "(A) ", "option ",
        "\\left(", "\\begin{pmatrix}", "x+",      "|",        "\xff",    "7"})
    texts.push_back(repeated(part, megabyte));
  for (const std::string_view part : {"\\frac{1}{", "(x+1)(", "2^{", "\\sin ", "x*", "|x|", "!", "(x-y)"})
    texts.push_back("\\boxed{" + repeated(part, 4'000) + "}");
  return texts;
}

}  // namespace

TEST_CASE("graders keep their promises on hostile texts") {
  for (const char* name : {"choice", "compat", "exact", "math", "number"}) {
    const auto grader = testing::create<Grader>(name);
    for (const std::string& text : hostile_texts()) {
      CAPTURE(name);
      CAPTURE(text.substr(0, 40));
      CHECK_NOTHROW(testing::hold_to_promises(*grader, text));
      CHECK_NOTHROW(testing::hold_to_promises(*grader, "5\n" + text));
    }
  }
}

TEST_CASE("graders keep their promises on what fuzzing found") {
  for (const std::string name : {"choice", "math", "number"}) {
    const auto grader = testing::create<Grader>(name);
    std::ifstream stream(ESPALIER_SOURCE_DIR "/tests/plugins/graders/fuzz/" + name + ".txt");
    int lines = 0;
    for (std::string line; std::getline(stream, line); ++lines) {
      CAPTURE(name);
      CAPTURE(line);
      CHECK_NOTHROW(testing::hold_to_promises(*grader, espalier::testing::corpus_bytes(line)));
    }
    CHECK_MESSAGE(lines > 0, name << ".txt is missing or empty");
  }
}
