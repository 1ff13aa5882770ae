#include "models/jinja/filters.hpp"

#include <algorithm>
#include <string>

#include "models/jinja/interpreter.hpp"
#include "models/jinja/library.hpp"
#include "models/jinja/text_operations.hpp"

namespace espalier::jinja {
namespace {

constexpr Method kOtherFilters[] = {{"tojson", to_json}};

/// What jinja2 has and no chat template needs.
constexpr std::string_view kUnsupported[] = {"filesizeformat", "forceescape", "groupby", "pprint",   "random",
                                             "striptags",      "urlencode",   "urlize",  "wordwrap", "xmlattr"};

Function::Native find_in(std::span<const Method> filters, std::string_view name) {
  const auto found = std::ranges::lower_bound(filters, name, {}, &Method::name);
  return found != filters.end() && found->name == name ? found->native : nullptr;
}

}  // namespace

Function::Native find_filter(std::string_view name) {
  for (const auto& filters : {text_filters(), number_filters(), sequence_filters(), selection_filters(),
                              std::span<const Method>(kOtherFilters)}) {
    if (const Function::Native found = find_in(filters, name)) return found;
  }
  return nullptr;
}

std::string no_filter(std::string_view name) {
  const bool known = std::ranges::find(kUnsupported, name) != std::end(kUnsupported);
  return "the filter `" + std::string(name) + "` " + (known ? "is not supported" : "does not exist");
}

AttributePath::AttributePath(Interpreter& interpreter, const Value& attribute) : interpreter_(interpreter) {
  Meter& meter = interpreter.meter();
  const Text* path = attribute.get<Text>();
  if (!path) {
    if (!attribute.is<None>() && !attribute.is_missing()) parts_.push_back(attribute);
    return;
  }
  for (const Text& part : split(*path, Text("."), -1, false, meter)) {
    const bool number = !part.empty() && part.bytes().size() < 10 &&
                        part.bytes().find_first_not_of("0123456789") == std::string_view::npos;
    parts_.push_back(number ? Value(std::stoi(std::string(part.bytes()))) : Value(part));
  }
}

Value AttributePath::operator()(const Value& value, const Value& otherwise) const {
  Value found = value;
  for (const Value& part : parts_) {
    found = interpreter_.item(found, part);
    if (!otherwise.is_missing() && found.is<Undefined>()) found = otherwise;
  }
  return found;
}

Value without_case(const Value& value, Meter& meter) {
  const Text* text = value.get<Text>();
  return text ? Value(to_lower(*text, meter)) : value;
}

}  // namespace espalier::jinja
