#include <doctest/doctest.h>

#include <espalier/kit/datasets/field_template.hpp>
#include <stdexcept>

using espalier::stored::FieldTemplate;
using espalier::stored::Record;

TEST_CASE("a template is a field's name or a text with fields in braces") {
  const Record record(
      {{"Body", "There are 3."}, {"Question", "How many?"}, {"Answer", 145.0}, {"level", 2}, {"list", {1}}}, {});
  CHECK(FieldTemplate("Body").fill(record) == "There are 3.");
  CHECK(FieldTemplate("{Body} {Question}").fill(record) == "There are 3. How many?");
  CHECK(FieldTemplate("{{{Answer}}} {level}").fill(record) == "{145.0} 2");
  CHECK_THROWS_WITH_AS(FieldTemplate("{Bode}").fill(record),
                       "has no field \"Bode\"; it has: Answer, Body, Question, level, list", std::invalid_argument);
  CHECK_THROWS_AS(FieldTemplate("list").fill(record), std::invalid_argument);
}

TEST_CASE("a template with unbalanced braces is refused") {
  for (const auto spelling : {"", "{", "{}", "{Body", "Body}", "a } b"}) {
    CAPTURE(spelling);
    CHECK(FieldTemplate::fault(spelling));
  }
}

TEST_CASE("nothing at all names no field") {
  CHECK(FieldTemplate::fault("") == "names no field");
  CHECK_FALSE(FieldTemplate::fault("Body"));
}
