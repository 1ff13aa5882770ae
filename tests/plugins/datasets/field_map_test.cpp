#include "jsonl/field_map.hpp"

#include <doctest/doctest.h>

#include <nlohmann/json.hpp>
#include <stdexcept>

using espalier::jsonl::behind_marker;
using espalier::jsonl::FieldTemplate;

TEST_CASE("a template is a field's name or a text with fields in braces") {
  const nlohmann::json object = {
      {"Body", "There are 3."}, {"Question", "How many?"}, {"Answer", 145.0}, {"level", 2}, {"list", {1}}};
  CHECK(FieldTemplate("Body").fill(object) == "There are 3.");
  CHECK(FieldTemplate("{Body} {Question}").fill(object) == "There are 3. How many?");
  CHECK(FieldTemplate("{{{Answer}}} {level}").fill(object) == "{145.0} 2");
  CHECK_THROWS_WITH_AS(FieldTemplate("{Bode}").fill(object), "has no field \"Bode\"", std::invalid_argument);
  CHECK_THROWS_AS(FieldTemplate("list").fill(object), std::invalid_argument);
}

TEST_CASE("a template with unbalanced braces is refused") {
  for (const auto spelling : {"", "{", "{}", "{Body", "Body}", "a } b"}) {
    CAPTURE(spelling);
    CHECK_THROWS_AS(FieldTemplate{spelling}, std::invalid_argument);
  }
}

TEST_CASE("what follows a marker ends with its line") {
  CHECK(behind_marker("steps\n#### 72\nmore", "####") == "72");
  CHECK(behind_marker("#### 1 #### 2", "####") == "2");
  CHECK(behind_marker("ends with ####", "####") == "");
  CHECK_FALSE(behind_marker("none", "####"));
}
