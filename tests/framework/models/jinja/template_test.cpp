#include "jinja/template.hpp"

#include <doctest/doctest.h>

using namespace espalier::jinja;

TEST_CASE("hello") { CHECK(Template::parse("a{{ 1 + 1 }}").render({}).text() == "a2"); }
