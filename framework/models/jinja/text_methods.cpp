#include <algorithm>
#include <string>

#include "models/jinja/format.hpp"
#include "models/jinja/interpreter.hpp"
#include "models/jinja/methods.hpp"
#include "models/jinja/text_operations.hpp"
#include "models/jinja/unicode.hpp"

namespace espalier::jinja {
namespace {

const Text& text_of(const Value& self) { return *self.get<Text>(); }

Value list_of(const std::vector<Text>& parts, Meter& meter, bool tuple = false) {
  return make_list(std::vector<Value>(parts.begin(), parts.end()), meter, tuple);
}

template <Text (*change)(const Text&, Meter&)>
Value changed(Interpreter& interpreter, const Value& self, const CallArguments& arguments) {
  const Parameters none(interpreter.meter(), "a method of a text", arguments, {});
  return change(text_of(self), interpreter.meter());
}

template <bool left, bool right>
Value strip_method(Interpreter& interpreter, const Value& self, const CallArguments& arguments) {
  const Parameters given(interpreter.meter(), "strip", arguments, {"chars"});
  const bool characters = given.has(0) && !given[0].is<None>();
  return strip(text_of(self), characters ? &given.text(0) : nullptr, left, right, interpreter.meter());
}

template <bool from_right>
Value split_method(Interpreter& interpreter, const Value& self, const CallArguments& arguments) {
  Meter& meter = interpreter.meter();
  const Parameters given(meter, "split", arguments, {"sep", "maxsplit"});
  const std::int64_t most = given.integer(1, -1);
  const bool separator = given.has(0) && !given[0].is<None>();
  return list_of(separator ? split(text_of(self), given.text(0), most, from_right, meter)
                           : split_words(text_of(self), most, from_right, meter),
                 meter);
}

Value split_lines_method(Interpreter& interpreter, const Value& self, const CallArguments& arguments) {
  const Parameters given(interpreter.meter(), "splitlines", arguments, {"keepends"});
  return list_of(split_lines(text_of(self), given.truth(0, false), interpreter.meter()), interpreter.meter());
}

/// The part of a text that the optional arguments `start` and `end` choose, in bytes; nothing where start lies behind
/// the end.
std::optional<std::pair<std::size_t, std::size_t>> chosen_part(const Text& text, const Parameters& given) {
  const auto length = static_cast<std::int64_t>(text.length());
  const auto clip = [&](std::int64_t index) { return index < 0 ? std::max<std::int64_t>(index + length, 0) : index; };
  const std::int64_t start = clip(given.integer(1, 0)), end = std::min(clip(given.integer(2, length)), length);
  if (start > end) return std::nullopt;
  return std::pair(text.offset_of(static_cast<std::size_t>(start)), text.offset_of(static_cast<std::size_t>(end)));
}

template <bool at_end>
Value has_affix(Interpreter& interpreter, const Value& self, const CallArguments& arguments) {
  Meter& meter = interpreter.meter();
  const Parameters given(meter, at_end ? "endswith" : "startswith", arguments, {"prefix", "start", "end"}, 1);
  const auto part = chosen_part(text_of(self), given);
  const auto has = [&](const Text& affix) {
    meter.charge_bytes(affix.bytes().size());
    if (!part) return false;
    const auto within = text_of(self).bytes().substr(part->first, part->second - part->first);
    return at_end ? within.ends_with(affix.bytes()) : within.starts_with(affix.bytes());
  };
  const List* several = given[0].as_list();
  if (!several || !several->tuple) return has(given.text(0));
  return std::ranges::any_of(several->items, [&](const Value& one) {
    if (!one.is<Text>()) fail_type("what a text begins or ends with", one, meter);
    return has(*one.get<Text>());
  });
}

template <bool last, bool required>
Value find_method_of(Interpreter& interpreter, const Value& self, const CallArguments& arguments) {
  Meter& meter = interpreter.meter();
  const Parameters given(meter, "find", arguments, {"sub", "start", "end"}, 1);
  const Text &text = text_of(self), &wanted = given.text(0);
  meter.charge_bytes(text.bytes().size());
  std::size_t found = std::string_view::npos;
  const auto part = chosen_part(text, given);
  if (part) {
    const auto within = text.bytes().substr(part->first, part->second - part->first);
    found = last ? within.rfind(wanted.bytes()) : within.find(wanted.bytes());
  }
  if (found == std::string_view::npos) {
    if (required) meter.fail("a text does not contain what `index` looks for");
    return -1;
  }
  return text.index_of(part->first + found);
}

Value count_method(Interpreter& interpreter, const Value& self, const CallArguments& arguments) {
  Meter& meter = interpreter.meter();
  const Parameters given(meter, "count", arguments, {"sub", "start", "end"}, 1);
  const Text &text = text_of(self), &wanted = given.text(0);
  meter.charge_bytes(text.bytes().size());
  const auto part = chosen_part(text, given);
  if (!part) return 0;
  const auto within = text.bytes().substr(part->first, part->second - part->first);
  if (wanted.empty()) return count_characters(within) + 1;
  std::size_t count = 0;
  for (std::size_t at = 0; (at = within.find(wanted.bytes(), at)) != std::string_view::npos;
       at += wanted.bytes().size()) {
    ++count;
  }
  return count;
}

Value replace_method(Interpreter& interpreter, const Value& self, const CallArguments& arguments) {
  Meter& meter = interpreter.meter();
  const Parameters given(meter, "replace", arguments, {"old", "new", "count"}, 2);
  // Markup takes anything, and escapes it.
  const Text with = text_of(self).is_markup() ? escape(to_soft_text(given[1], meter), meter) : given.text(1);
  return replace(text_of(self), given.text(0), with, given.integer(2, -1), meter);
}

Value join_method(Interpreter& interpreter, const Value& self, const CallArguments& arguments) {
  Meter& meter = interpreter.meter();
  const Parameters given(meter, "join", arguments, {"iterable"}, 1);
  const bool markup = text_of(self).is_markup();
  std::vector<Text> parts;
  for (const Value& item : Each(given[0], meter)) {
    if (!item.is<Text>() && !markup) fail_type("an item of what is joined", item, meter);
    parts.push_back(markup ? escape(to_soft_text(item, meter), meter) : *item.get<Text>());
  }
  return concatenate(parts, text_of(self), meter).as_markup(markup);
}

template <int side>
Value justify_method(Interpreter& interpreter, const Value& self, const CallArguments& arguments) {
  const Parameters given(interpreter.meter(), "center", arguments, {"width", "fillchar"}, 1);
  return justify(text_of(self), given.integer(0, 0), given.has(1) ? given.text(1) : Text(" "), side,
                 interpreter.meter());
}

Value fill_zeros(Interpreter& interpreter, const Value& self, const CallArguments& arguments) {
  Meter& meter = interpreter.meter();
  const Parameters given(meter, "zfill", arguments, {"width"}, 1);
  const Text& text = text_of(self);
  const std::size_t sign = text.bytes().starts_with('+') || text.bytes().starts_with('-') ? 1 : 0;
  TextBuilder builder(meter);
  builder.append(text, 0, sign);
  builder.append(justify(text.part(sign, text.bytes().size()), given.integer(0, 0) - static_cast<std::int64_t>(sign),
                         Text("0"), 1, meter));
  return builder.take();
}

template <bool from_right>
Value partition(Interpreter& interpreter, const Value& self, const CallArguments& arguments) {
  Meter& meter = interpreter.meter();
  const Parameters given(meter, "partition", arguments, {"sep"}, 1);
  const Text &text = text_of(self), &separator = given.text(0);
  if (separator.empty()) meter.fail("the separator is empty");
  meter.charge_bytes(text.bytes().size());
  const std::size_t size = text.bytes().size();
  const std::size_t at = from_right ? text.bytes().rfind(separator.bytes()) : text.bytes().find(separator.bytes());
  if (at == std::string_view::npos) {
    return list_of(from_right ? std::vector<Text>{{}, {}, text} : std::vector<Text>{text, {}, {}}, meter, true);
  }
  const std::size_t behind = at + separator.bytes().size();
  return list_of({text.part(0, at), text.part(at, behind), text.part(behind, size)}, meter, true);
}

template <bool suffix>
Value remove_affix(Interpreter& interpreter, const Value& self, const CallArguments& arguments) {
  const Parameters given(interpreter.meter(), "removeprefix", arguments, {"prefix"}, 1);
  const Text &text = text_of(self), &affix = given.text(0);
  const std::size_t size = text.bytes().size(), rest = size - std::min(size, affix.bytes().size());
  if (suffix) return text.bytes().ends_with(affix.bytes()) ? text.part(0, rest) : text;
  return text.bytes().starts_with(affix.bytes()) ? text.part(size - rest, size) : text;
}

/// Whether there are characters, and all are of a kind.
template <bool (*is)(char32_t), bool of_nothing>
Value all_are(Interpreter& interpreter, const Value& self, const CallArguments& arguments) {
  const Parameters none(interpreter.meter(), "a method of a text", arguments, {});
  const std::string_view bytes = text_of(self).bytes();
  interpreter.meter().charge_bytes(bytes.size());
  for (std::size_t at = 0; at < bytes.size();) {
    if (!is(next_character(bytes, at))) return false;
  }
  return of_nothing || !bytes.empty();
}

bool is_ascii(char32_t character) { return character < 0x80; }
bool is_alphanumeric(char32_t character) { return is_alpha(character) || is_decimal(character); }

template <bool upper>
Value has_case(Interpreter& interpreter, const Value& self, const CallArguments& arguments) {
  return interpreter.test(upper ? "upper" : "lower", self, arguments);
}

Value is_title(Interpreter& interpreter, const Value& self, const CallArguments& arguments) {
  const Parameters none(interpreter.meter(), "istitle", arguments, {});
  const std::string_view bytes = text_of(self).bytes();
  bool in_word = false, found = false;
  for (std::size_t at = 0; at < bytes.size();) {
    const char32_t character = next_character(bytes, at);
    if (is_cased(character) && is_lower(character) != in_word) return false;
    in_word = is_cased(character);
    found |= in_word;
  }
  return found;
}

Value format_method(Interpreter& interpreter, const Value& self, const CallArguments& arguments) {
  return format_braces(interpreter, text_of(self), arguments);
}

constexpr Method kTextMethods[] = {
    {"capitalize", changed<capitalize>},
    {"casefold", changed<to_lower>},
    {"center", justify_method<0>},
    {"count", count_method},
    {"endswith", has_affix<true>},
    {"find", find_method_of<false, false>},
    {"format", format_method},
    {"index", find_method_of<false, true>},
    {"isalnum", all_are<is_alphanumeric, false>},
    {"isalpha", all_are<is_alpha, false>},
    {"isascii", all_are<is_ascii, true>},
    {"isdecimal", all_are<is_decimal, false>},
    {"isdigit", all_are<is_decimal, false>},
    {"islower", has_case<false>},
    {"isnumeric", all_are<is_decimal, false>},
    {"isprintable", all_are<is_printable, true>},
    {"isspace", all_are<is_space, false>},
    {"istitle", is_title},
    {"isupper", has_case<true>},
    {"join", join_method},
    {"ljust", justify_method<-1>},
    {"lower", changed<to_lower>},
    {"lstrip", strip_method<true, false>},
    {"partition", partition<false>},
    {"removeprefix", remove_affix<false>},
    {"removesuffix", remove_affix<true>},
    {"replace", replace_method},
    {"rfind", find_method_of<true, false>},
    {"rindex", find_method_of<true, true>},
    {"rjust", justify_method<1>},
    {"rpartition", partition<true>},
    {"rsplit", split_method<true>},
    {"rstrip", strip_method<false, true>},
    {"split", split_method<false>},
    {"splitlines", split_lines_method},
    {"startswith", has_affix<false>},
    {"strip", strip_method<true, true>},
    {"swapcase", changed<swap_case>},
    {"title", changed<to_title>},
    {"upper", changed<to_upper>},
    {"zfill", fill_zeros},
};

}  // namespace

std::span<const Method> text_methods() { return kTextMethods; }

}  // namespace espalier::jinja
