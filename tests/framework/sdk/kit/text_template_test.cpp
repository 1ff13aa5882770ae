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
  CHECK(fault("\\boxed{}") ==
        "has {} at line 1, column 7, which names nothing; braces of the text are written {{ and }}");
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
