#include "models/jinja/template.hpp"

#include <doctest/doctest.h>

#include <stdexcept>
#include <string>

#include "framework/models/jinja/a_date.hpp"

using namespace espalier;
using namespace espalier::jinja;

namespace {

std::string failure(const std::string& source, const Variables& variables = {}) {
  try {
    return "renders to " + Template::parse(source).render(variables).text();
  } catch (const TemplateError& error) {
    return error.what();
  }
}

std::vector<std::string> variables_of(const std::string& source) { return Template::parse(source).variables(); }

}  // namespace

TEST_CASE("errors say the line and what was meant") {
  CHECK(failure("a\n\n{{ x.y }}") == "line 3 of the chat template: `x` is undefined");
  CHECK(failure("{{ x.y.z }}", {{"x", Value::mapping({})}}) ==
        "line 1 of the chat template: a value of type dict has no attribute `y`");
  CHECK(failure("\n{{ 1 + 'a' }}") ==
        "line 2 of the chat template: `+` cannot take a value of type int and one of type str");
  CHECK(failure("{{ [] < 1 }}") ==
        "line 1 of the chat template: `<` cannot compare a value of type list with one of type int");
  CHECK(failure("{{ 1|nothing }}") == "line 1 of the chat template: the filter `nothing` does not exist");
  CHECK(failure("{{ 1|urlize }}") == "line 1 of the chat template: the filter `urlize` is not supported");
  CHECK(failure("{{ 1 is nothing }}") == "line 1 of the chat template: there is no test `nothing`");
  CHECK(failure("{% include 'x' %}") == "line 1 of the chat template: the tag `include` is not supported");
  CHECK(failure("{% if 1 %}\n") == "line 1 of the chat template: `{% endif %}` is due before the end of the template");
  CHECK(failure("{{ 'a }}") == "line 1 of the chat template: the string that begins here is not closed");
  CHECK(failure("{{ 1 }") == "line 1 of the chat template: `}` closes nothing");
  CHECK(failure("{% set x 1 %}") == "line 1 of the chat template: `%}` is due before `1`");
  CHECK(failure("\n\n\xff") == "line 3 of the chat template: its text is no UTF-8");
  CHECK(failure("{{ 1 }}\n{% set a, b = [1] %}") ==
        "line 2 of the chat template: 1 values cannot be assigned to 2 names");
  CHECK(failure("{{\n\n1 /\n0 }}") == "line 3 of the chat template: division by zero");
}

TEST_CASE("a template that refuses its input says so apart") {
  const Template picky = Template::parse("\n{{ raise_exception('roles must ' ~ 'alternate') }}");
  try {
    static_cast<void>(picky.render({}));
    FAIL("it did not refuse");
  } catch (const TemplateError& error) {
    CHECK(error.line() == 2);
    CHECK(error.refusal() == "roles must alternate");
    CHECK(error.what() ==
          std::string("line 2 of the chat template: it refuses the conversation: roles must alternate"));
  }
  try {
    static_cast<void>(Template::parse("{{ 1 / 0 }}").render({}));
    FAIL("it did not fail");
  } catch (const TemplateError& error) {
    CHECK(!error.refusal());
  }
}

TEST_CASE("the date is the caller's") {
  const Template dated = Template::parse("{{ strftime_now('%d %b %Y') }}");
  CHECK(dated.render({}, {.date = testing::a_date()}).text() == "04 Jul 2024");
  CHECK_THROWS_WITH_AS(static_cast<void>(dated.render({})),
                       "line 1 of the chat template: it asks for the date with `strftime_now`, and none was given: set "
                       "`date`, such as \"2026-11-28\"",
                       TemplateError);
  const auto dated_as = [](const std::string& format) {
    return Template::parse("{{ strftime_now('" + format + "') }}").render({}, {.date = testing::a_date()}).text();
  };
  CHECK(dated_as("%_d|%e|%^b|%5d|%") == " 4| 4|JUL|00004|%");
  CHECK(dated_as("%\u00e9%q") == "%\u00e9%q");
  CHECK_THROWS_WITH_AS(static_cast<void>(dated_as("%999999999d")),
                       "line 1 of the chat template: `strftime_now` cannot write %999999999d", TemplateError);
  CHECK(Template::parse("{{ strftime_now is defined }}").render({}).text() == "True");
}

TEST_CASE("weeks are counted as ISO 8601 and C count them") {
  const auto week = [](int year, int month, int day, int weekday, int day_of_year) {
    std::tm date{};
    date.tm_year = year - 1900, date.tm_mon = month - 1, date.tm_mday = day;
    date.tm_wday = weekday, date.tm_yday = day_of_year - 1;
    return Template::parse("{{ strftime_now('%G %V %U %W %j') }}").render({}, {.date = date}).text();
  };
  CHECK(week(2021, 1, 3, 0, 3) == "2020 53 01 00 003");
  CHECK(week(2021, 1, 4, 1, 4) == "2021 01 01 01 004");
  CHECK(week(2024, 12, 30, 1, 365) == "2025 01 52 53 365");
  CHECK(week(2026, 12, 31, 4, 365) == "2026 53 52 52 365");
  CHECK(week(2023, 1, 1, 0, 1) == "2022 52 01 00 001");
}

TEST_CASE("a template knows the variables that it reads") {
  CHECK(variables_of("{% for m in messages %}{{ m.content }}{% endfor %}{% if enable_thinking %}{% endif %}") ==
        std::vector<std::string>{"enable_thinking", "messages"});
  CHECK(variables_of("{% set x = 1 %}{{ x }}{{ range(3) }}{{ raise_exception('a') }}{{ namespace() }}").empty());
  CHECK(variables_of("{% macro m(a) %}{{ a }}{{ b }}{% endmacro %}{{ m(c) }}") == std::vector<std::string>{"b", "c"});
  CHECK(variables_of("{{ x is defined }}") == std::vector<std::string>{"x"});
}

TEST_CASE("values given as nothing are undefined") {
  CHECK(failure("{{ x is defined }}{{ y }}", {{"x", Value()}, {"y", None()}}) == "renders to FalseNone");
  CHECK(failure("{{ range }}", {{"range", 1}}) == "renders to 1");
  CHECK(failure("{{ range(2)|list }}", {{"range", Value()}}) == "renders to [0, 1]");
}

TEST_CASE("ill-formed input is mended") { CHECK(failure("{{ x }}", {{"x", "a\xff"}}) == "renders to a\xEF\xBF\xBD"); }

TEST_CASE("values from JSON keep their order and their kind") {
  const auto json = base::OrderedJson::parse(R"({"b": [1, 1.5, true, null, "x"], "a": 18446744073709551615})");
  CHECK(failure("{{ v }}", {{"v", Value::from_json(json)}}) ==
        "renders to {'b': [1, 1.5, True, None, 'x'], 'a': 1.8446744073709552e+19}");
  CHECK(failure("{{ v.a }}{{ v['b'] }}", {{"v", Value::mapping({{"a", 1}, {"b", 2}, {"a", 3}})}}) == "renders to 32");
}

TEST_CASE("values that lie too deep in one another are refused") {
  Value deep = 1;
  for (std::size_t i = 0; i < kMostValueDepth; ++i) deep = Value::list({deep});
  CHECK(failure("{{ v|tojson|length }}", {{"v", deep}}) == "renders to 129");
  CHECK_THROWS_AS(static_cast<void>(Value::tuple({deep})), std::invalid_argument);
  CHECK_THROWS_AS(static_cast<void>(Value::mapping({{"a", deep}})), std::invalid_argument);
}

TEST_CASE("mappings of many keys find them all") {
  std::string source = "{% set m = {";
  for (int i = 0; i < 40; ++i) source += "'k" + std::to_string(i) + "': " + std::to_string(i) + ", ";
  source += "} %}{{ m.k0 + m.k12 + m.k39 }}{{ m.k40 is defined }}{{ m|length }}{{ dict(m, k3='x').k3 }}";
  CHECK(failure(source) == "renders to 51False40x");
}

TEST_CASE("what templates make of themselves is freed") {
  // Seen by the leak sanitizer.
  CHECK(failure("{% set ns = namespace() %}{% set ns.a = ns %}{% set ns.b = [ns] %}") == "renders to ");
  CHECK(failure(
            "{% set ns = namespace() %}{% for x in [1] %}{% set ns.l = loop %}{{ loop.changed(loop) }}{% endfor %}") ==
        "renders to True");
  CHECK(failure("{% macro m() %}{% macro n() %}{% endmacro %}{{ n() }}{% endmacro %}{{ m() }}") == "renders to ");
  CHECK(failure("{% for x in [1, [2]] recursive %}{{ loop(x) if x is iterable }}{{ x.y.z }}{% endfor %}") !=
        "renders to ");
  CHECK(failure("{% for x in [1, 2] if loop is undefined %}{{ loop.length }}{{ y.z }}{% endfor %}").find("`y`") !=
        std::string::npos);
}
