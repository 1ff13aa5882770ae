#include <doctest/doctest.h>

#include <espalier/kit/text_template.hpp>
#include <stdexcept>

using espalier::TextTemplate;

namespace {

const TextTemplate::Names kKnown{"question", "from:NAME"};

std::string filled(std::string_view spelling) {
  return TextTemplate(spelling).fill([](const std::string& name) { return "<" + name + ">"; });
}

}  // namespace

TEST_CASE("places are filled, in order and as often as they stand") {
  CHECK(filled("") == "");
  CHECK(filled("no place") == "no place");
  CHECK(filled("{a}") == "<a>");
  CHECK(filled("x {a}{Correct Answer}\n{a} é") == "x <a><Correct Answer>\n<a> é");
  CHECK(TextTemplate("x {a}{b} {a}").names() == std::vector<std::string>{"a", "b", "a"});
}

TEST_CASE("arguments of LaTeX are text, and places within them are places") {
  for (const char* text : {"\\boxed{m}", "\\sqrt{\\frac{1}{m}}", "\\frac{1}{\\sqrt{m}}", "\\{1, 2\\}", "x^{2}"})
    CHECK(filled(text) == text);
  CHECK(filled("\\text{so {a} is} {b}") == "\\text{so <a> is} <b>");
}

TEST_CASE("a name may follow a word or a line below, and LaTeX an index where names are given") {
  CHECK(filled("and{a} id_{a}") == "and<a> id_<a>");
  CHECK(!TextTemplate::fault("x_{12}", kKnown));
}

TEST_CASE("doubled braces are braces") {
  CHECK(filled("\\boxed{{{a}}} {{}} {{a}}") == "\\boxed{<a>} {} {a}");
  CHECK(filled("}}{{") == "}{");
}

TEST_CASE("what is filled in is not read as a template") {
  CHECK(TextTemplate("{a}").fill([](const std::string&) { return "{b} }{"; }) == "{b} }{");
}

TEST_CASE("a fault is told with its line and column in characters") {
  const auto fault = [](std::string_view spelling) { return TextTemplate::fault(spelling, kKnown).value_or("none"); };
  CHECK(fault("{question} {from:a b}") == "none");
  CHECK(fault("a\né {x") == "has a { at line 2, column 3, which is not closed; a brace of the text is written {{");
  CHECK(fault("{x\n}") == "has a { at line 1, column 1, which is not closed; a brace of the text is written {{");
  CHECK(fault("{a {question}}").starts_with("has a { at line 1, column 1, which is not closed"));
  CHECK(fault("so far {}") ==
        "has {} at line 1, column 8, which names nothing; braces of the text are written {{ and }}");
  CHECK(fault("{question}}") ==
        "has a } at line 1, column 11, which closes nothing; a brace of the text is written }}");
  CHECK(fault("{{{question}} and") ==
        "has a } at line 1, column 13, which closes nothing; a brace of the text is written }}");
  CHECK(fault(" {quesiton}") ==
        "has {quesiton} at line 1, column 2, which is no place; known: {from:NAME}, {question}; braces of the text are "
        "written {{ and }}");
  CHECK(fault("{from:}").starts_with("has {from:} at line 1, column 1, which is no place"));
  CHECK(fault("{" + std::string(39, 'x') + "éé}").starts_with("has {" + std::string(39, 'x') + "\uFFFD...} at line 1"));
  CHECK_THROWS_AS(TextTemplate("{x}", kKnown), std::invalid_argument);
}
