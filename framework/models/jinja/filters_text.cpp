#include <algorithm>

#include "models/jinja/filters.hpp"
#include "models/jinja/interpreter.hpp"
#include "models/jinja/text_operations.hpp"
#include "models/jinja/unicode.hpp"

namespace espalier::jinja {
namespace {

template <Text (*change)(const Text&, Meter&)>
Value changed(Interpreter& interpreter, const Value& value, const CallArguments& arguments) {
  Meter& meter = interpreter.meter();
  const Parameters none(meter, "a filter of texts", arguments, {});
  return change(to_soft_text(value, meter), meter);
}

Text itself(const Text& text, Meter&) { return text; }

Value mark_safe(Interpreter& interpreter, const Value& value, const CallArguments& arguments) {
  const Parameters none(interpreter.meter(), "safe", arguments, {});
  return to_text(value, interpreter.meter()).as_markup();
}

Value center(Interpreter& interpreter, const Value& value, const CallArguments& arguments) {
  Meter& meter = interpreter.meter();
  const Parameters given(meter, "center", arguments, {"width"});
  return justify(to_soft_text(value, meter), given.integer(0, 80), Text(" "), 0, meter);
}

Value format(Interpreter& interpreter, const Value& value, const CallArguments& arguments) {
  Meter& meter = interpreter.meter();
  const Text text = to_soft_text(value, meter);
  if (arguments.named.empty()) return format_percent(text, make_list(arguments.positional, meter, true), meter);
  if (!arguments.positional.empty()) meter.fail("`format` takes values by position or by name, not both");
  Mapping mapping;
  for (const auto& [name, named] : arguments.named) mapping.set(name, named);
  return format_percent(text, interpreter.make_mapping(std::move(mapping)), meter);
}

Value indent(Interpreter& interpreter, const Value& value, const CallArguments& arguments) {
  Meter& meter = interpreter.meter();
  const Parameters given(meter, "indent", arguments, {"width", "first", "blank"});
  const Text* text = value.get<Text>();
  if (!text) fail_type("what is indented", value, meter);
  Text indentation;
  if (given.has(0) && given[0].is<Text>()) {
    indentation = given.text(0);
  } else {
    const std::int64_t width = std::max<std::int64_t>(given.integer(0, 4), 0);
    meter.check_bytes(static_cast<std::size_t>(width));
    indentation = Text(std::string(static_cast<std::size_t>(width), ' '));
  }
  const std::vector<Text> lines =
      split_lines(std::get<Text>(calculate(Arithmetic::add, *text, Text("\n"), meter).content()), false, meter);
  const bool blank = given.truth(2, false);
  TextBuilder builder(meter);
  if (given.truth(1, false)) builder.append(indentation);
  for (std::size_t i = 0; i < lines.size(); ++i) {
    if (i > 0) builder.append("\n");
    if (i > 0 && (blank || !lines[i].empty())) builder.append(indentation);
    builder.append(lines[i]);
  }
  return builder.take().as_markup(text->is_markup());
}

Value join(Interpreter& interpreter, const Value& value, const CallArguments& arguments) {
  Meter& meter = interpreter.meter();
  const Parameters given(meter, "join", arguments, {"d", "attribute"});
  const Text between = given.has(0) ? to_text(given[0], meter) : Text();
  const AttributePath path(interpreter, given.value(1, None()));
  TextBuilder builder(meter);
  bool first = true;
  for (const Value& item : Each(value, meter)) {
    if (!std::exchange(first, false)) builder.append(between);
    append_text(builder, path(item), meter);
  }
  return builder.take();
}

Value replace_filter(Interpreter& interpreter, const Value& value, const CallArguments& arguments) {
  Meter& meter = interpreter.meter();
  const Parameters given(meter, "replace", arguments, {"old", "new", "count"}, 2);
  return replace(to_text(value, meter), to_text(given[0], meter), to_text(given[1], meter), given.integer(2, -1),
                 meter);
}

Value trim(Interpreter& interpreter, const Value& value, const CallArguments& arguments) {
  Meter& meter = interpreter.meter();
  const Parameters given(meter, "trim", arguments, {"chars"});
  const bool characters = given.has(0) && !given[0].is<None>();
  return strip(to_soft_text(value, meter), characters ? &given.text(0) : nullptr, true, true, meter);
}

Value truncate(Interpreter& interpreter, const Value& value, const CallArguments& arguments) {
  Meter& meter = interpreter.meter();
  const Parameters given(meter, "truncate", arguments, {"length", "killwords", "end", "leeway"});
  const std::int64_t length = given.integer(0, 255), leeway = given.integer(3, 5);
  const Text end = given.has(2) ? given.text(2) : Text("...");
  if (length < static_cast<std::int64_t>(end.length()) || leeway < 0)
    meter.fail("`truncate` leaves no place for the end");
  const std::optional<std::size_t> size = length_of(value);
  if (!size) fail_type("what is truncated", value, meter);
  if (static_cast<std::int64_t>(*size) - leeway <= length) return value;
  const Text* text = value.get<Text>();
  if (!text) fail_type("what is truncated", value, meter);
  const Text kept = text->part(0, text->offset_of(static_cast<std::size_t>(length) - end.length()));
  TextBuilder builder(meter);
  builder.append(given.truth(1, false) ? kept : split(kept, Text(" "), 1, true, meter)[0]);
  builder.append(end);
  return builder.take();
}

Value count_words(Interpreter& interpreter, const Value& value, const CallArguments& arguments) {
  Meter& meter = interpreter.meter();
  const Parameters none(meter, "wordcount", arguments, {});
  const Text text = to_soft_text(value, meter);
  meter.charge_bytes(text.bytes().size());
  std::size_t count = 0;
  bool in_word = false;
  for (std::size_t at = 0; at < text.bytes().size();) {
    const bool was_in_word = in_word;
    in_word = is_word_character(next_character(text.bytes(), at));
    count += in_word && !was_in_word;
  }
  return count;
}

constexpr Method kFilters[] = {
    {"capitalize", changed<capitalize>},
    {"center", center},
    {"e", changed<escape>},
    {"escape", changed<escape>},
    {"format", format},
    {"indent", indent},
    {"join", join},
    {"lower", changed<to_lower>},
    {"replace", replace_filter},
    {"safe", mark_safe},
    {"string", changed<itself>},
    {"title", changed<title_words>},
    {"trim", trim},
    {"truncate", truncate},
    {"upper", changed<to_upper>},
    {"wordcount", count_words},
};

}  // namespace

std::span<const Method> text_filters() { return kFilters; }

}  // namespace espalier::jinja
