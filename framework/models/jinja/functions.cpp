#include <algorithm>

#include "models/jinja/interpreter.hpp"
#include "models/jinja/library.hpp"
#include "models/jinja/methods.hpp"
#include "models/jinja/names.hpp"
#include "models/jinja/strftime.hpp"

namespace espalier::jinja {
namespace {

/// The sandbox of jinja2 allows no longer ranges.
constexpr std::size_t kMostRange = 100'000;

Value range(Interpreter& interpreter, const Value&, const CallArguments& arguments) {
  Meter& meter = interpreter.meter();
  const Parameters given(meter, "range", arguments, {"start", "stop", "step"}, 1);
  const auto bound = [&](std::size_t i) {
    const std::optional<std::int64_t> integer = as_integer(given[i]);
    if (!integer) fail_type("a bound of `range`", given[i], meter);
    return *integer;
  };
  Range result{0, bound(0), 1};
  if (given.has(1)) result = {bound(0), bound(1), given.has(2) ? bound(2) : 1};
  if (result.step == 0) meter.fail("the step of `range` is zero");
  if (result.length() > kMostRange) {
    meter.fail("a range is longer than the limit of " + std::to_string(kMostRange));
  }
  return std::make_shared<const Range>(result);
}

/// What dict(...) and namespace(...) hold: a mapping or pairs, and named arguments.
Mapping mapping_of(std::string_view function, Interpreter& interpreter, const CallArguments& arguments) {
  Meter& meter = interpreter.meter();
  if (arguments.positional.size() > 1) meter.fail("`" + std::string(function) + "` takes one argument without a name");
  Mapping result;
  if (!arguments.positional.empty()) {
    const Value& given = arguments.positional[0];
    if (given.is<Undefined>()) fail_type("what a mapping is made of", given, meter);
    if (const Mapping* mapping = given.as_mapping()) {
      meter.charge(mapping->entries().size());
      result = *mapping;
    } else {
      for (const Value& pair : Each(given, meter)) {
        const ListPointer parts = iterate(pair, meter);
        if (parts->items.size() != 2) meter.fail("a mapping is made of pairs");
        result.set(parts->items[0], parts->items[1], meter);
      }
    }
  }
  for (const auto& [name, value] : arguments.named) result.set(name, value);
  return result;
}

Value dict(Interpreter& interpreter, const Value&, const CallArguments& arguments) {
  return interpreter.make_mapping(mapping_of("dict", interpreter, arguments));
}

Value make_namespace(Interpreter& interpreter, const Value&, const CallArguments& arguments) {
  Value names = interpreter.make_namespace();
  names.as_namespace()->attributes = mapping_of("namespace", interpreter, arguments);
  return names;
}

Value raise_exception(Interpreter& interpreter, const Value&, const CallArguments& arguments) {
  Meter& meter = interpreter.meter();
  const Parameters given(meter, "raise_exception", arguments, {"message"}, 1);
  throw TemplateError::refusal(meter.line, std::string(to_text(given[0], meter).bytes()));
}

Value strftime_now(Interpreter& interpreter, const Value&, const CallArguments& arguments) {
  Meter& meter = interpreter.meter();
  const Parameters given(meter, "strftime_now", arguments, {"format"}, 1);
  if (!interpreter.now()) {
    meter.fail("it asks for the date with `strftime_now`, and none was given: set `date`, such as \"2026-11-28\"");
  }
  return format_date(given.text(0), *interpreter.now(), meter);
}

constexpr Method kFunctions[] = {{"dict", dict},
                                 {"namespace", make_namespace},
                                 {"raise_exception", raise_exception},
                                 {"range", range},
                                 {"strftime_now", strftime_now}};

}  // namespace

Function::Native find_function(std::string_view name) {
  const auto* found = std::ranges::lower_bound(kFunctions, name, {}, &Method::name);
  return found != std::end(kFunctions) && found->name == name ? found->native : nullptr;
}

bool is_function_name(std::string_view name) { return find_function(name) != nullptr; }

}  // namespace espalier::jinja
