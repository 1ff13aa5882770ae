// Renders templates that another program generates: one JSON object per line, {"template", "variables"}, is answered by
// one line, {"text"} or {"error"}. jinja_golden.py compares the answers with jinja2's.
#include <iostream>
#include <string>

#include "base/json.hpp"
#include "framework/models/jinja/a_date.hpp"
#include "models/jinja/template.hpp"

using namespace espalier;

namespace {

base::OrderedJson answer(const std::string& line) {
  const auto request = base::parse_json<base::OrderedJson>(line, "request");
  jinja::Variables variables;
  for (const auto& [name, value] : request.at("variables").items()) {
    variables.emplace_back(name, jinja::Value::from_json(value, true));
  }
  try {
    const auto read = jinja::Template::parse(request.at("template").get<std::string>());
    return {{"text", read.render(variables, {.date = testing::a_date()}).text()}};
  } catch (const jinja::TemplateError& error) {
    return {{"error", error.what()}};
  }
}

}  // namespace

int main() {
  for (std::string line; std::getline(std::cin, line);) std::cout << answer(line).dump() << std::endl;
}
