#include <limits>

#include "models/jinja/format.hpp"
#include "models/jinja/unicode.hpp"

namespace espalier::jinja {
namespace {

bool is_digit(char c) { return c >= '0' && c <= '9'; }

/// One text.format(...).
class BraceFormat {
 public:
  BraceFormat(Interpreter& interpreter, const CallArguments& arguments)
      : interpreter_(interpreter), meter_(interpreter.meter()), arguments_(arguments) {}

  /// Writes `format`; the specification of a field may hold fields itself, once.
  Text run(const Text& format, int depth) {
    if (depth > 2) meter_.fail("fields of a format lie too deep in one another");
    const std::string_view bytes = format.bytes();
    TextBuilder result(meter_);
    for (std::size_t at = 0; at < bytes.size();) {
      const std::size_t brace = std::min(bytes.find_first_of("{}", at), bytes.size());
      result.append(format, at, brace);
      if (brace == bytes.size()) break;
      if (brace + 1 < bytes.size() && bytes[brace + 1] == bytes[brace]) {
        result.append(format, brace, brace + 1);
        at = brace + 2;
        continue;
      }
      if (bytes[brace] == '}') meter_.fail("a `}` in a format has no `{`");
      const std::size_t end = end_of_field(bytes, brace + 1);
      result.append(field(format, brace + 1, end, depth));
      at = end + 1;
    }
    return result.take();
  }

 private:
  std::size_t end_of_field(std::string_view bytes, std::size_t at) const {
    for (int open = 1; at < bytes.size(); ++at) {
      if (bytes[at] == '{') ++open;
      if (bytes[at] == '}' && --open == 0) return at;
    }
    meter_.fail("a `{` in a format has no `}`");
  }

  Text field(const Text& format, std::size_t begin, std::size_t end, int depth) {
    const std::string_view bytes = format.bytes();
    std::size_t name_end = begin;
    for (int open = 0; name_end < end; ++name_end) {
      if (bytes[name_end] == '[') open = 1;
      if (bytes[name_end] == ']') open = 0;
      if (open == 0 && (bytes[name_end] == '!' || bytes[name_end] == ':')) break;
    }
    Value value = lookup(bytes.substr(begin, name_end - begin));
    std::size_t at = name_end;
    if (at < end && bytes[at] == '!') {
      if (at + 1 >= end || (at + 2 < end && bytes[at + 2] != ':')) meter_.fail("a conversion in a format is wrong");
      value = converted(value, bytes[at + 1]);
      at += 2;
    }
    const Text specification = at < end ? run(format.part(at + 1, end), depth + 1) : Text();
    return write(value, specification.bytes());
  }

  Value converted(const Value& value, char conversion) {
    if (conversion == 's') return to_text(value, meter_);
    if (conversion != 'r' && conversion != 'a') meter_.fail("a conversion in a format is unknown");
    TextBuilder builder(meter_);
    append_repr(builder, value, meter_);
    return builder.take();
  }

  Value argument(std::string_view name) {
    std::size_t index = 0;
    if (name.empty()) {
      index = next_++;
      numbering_ |= 1;
    } else if (name.find_first_not_of("0123456789") == std::string_view::npos) {
      index = name.size() > 9 ? std::numeric_limits<std::size_t>::max() : std::stoul(std::string(name));
      numbering_ |= 2;
    } else if (const Value* found = arguments_.find(name)) {
      return *found;
    } else {
      meter_.fail("a format asks for `" + std::string(name) + "`, which is not given");
    }
    if (numbering_ == 3) meter_.fail("a format numbers some of its fields and not others");
    if (index >= arguments_.positional.size()) meter_.fail("there are not enough values for the format");
    return arguments_.positional[index];
  }

  Value lookup(std::string_view path) {
    std::size_t at = std::min(path.find_first_of(".["), path.size());
    Value value = argument(path.substr(0, at));
    while (at < path.size()) {
      const bool item = path[at] == '[';
      if (!item && path[at] != '.') meter_.fail("a field of a format is wrong");
      const std::size_t begin = at + 1;
      const std::size_t end = std::min(item ? path.find(']', begin) : path.find_first_of(".[", begin), path.size());
      if (item && end == path.size()) meter_.fail("a `[` in a format has no `]`");
      const std::string_view name = path.substr(begin, end - begin);
      if (name.empty()) meter_.fail("a field of a format has an empty name");
      const bool number = name.size() <= 9 && name.find_first_not_of("0123456789") == std::string_view::npos;
      if (item) {
        value = interpreter_.item(value, number ? Value(std::stoi(std::string(name))) : Value(std::string(name)));
      } else {
        value = interpreter_.attribute(value, name);
      }
      at = end + item;
    }
    return value;
  }

  FormatSpec parse(std::string_view text) {
    FormatSpec spec;
    std::size_t at = 0;
    const auto is_align = [](char c) { return c == '<' || c == '>' || c == '^' || c == '='; };
    if (!text.empty()) {
      std::size_t behind = 0;
      next_character(text, behind);
      if (behind < text.size() && is_align(text[behind])) {
        spec.fill = Text(std::string(text.substr(0, behind)));
        spec.align = text[behind];
        at = behind + 1;
      } else if (is_align(text[0])) {
        spec.align = text[at++];
      }
    }
    const auto ahead = [&](std::string_view set) {
      return at < text.size() && set.find(text[at]) != std::string_view::npos;
    };
    if (ahead("+- ")) spec.sign = text[at++];
    if (ahead("#")) spec.alternate = (++at, true);
    if (ahead("0")) {
      ++at;
      if (!spec.align) spec.align = '=', spec.fill = Text("0");
    }
    spec.width = number(text, at);
    if (ahead(",_")) spec.grouping = text[at++];
    if (ahead(".")) {
      ++at;
      if (at >= text.size() || !is_digit(text[at])) meter_.fail("a format lacks its precision");
      spec.precision = number(text, at);
    }
    if (at < text.size()) spec.type = text[at++];
    if (at < text.size()) meter_.fail("the specification of a field in a format is wrong");
    return spec;
  }

  std::int64_t number(std::string_view text, std::size_t& at) {
    std::int64_t value = 0;
    while (at < text.size() && is_digit(text[at])) {
      value = value * 10 + (text[at++] - '0');
      if (value > std::numeric_limits<std::int32_t>::max()) meter_.fail("a width in a format is too large");
    }
    return value;
  }

  Text write(const Value& value, std::string_view specification) {
    if (specification.empty()) return to_text(value, meter_);
    const FormatSpec spec = parse(specification);
    const auto is_one_of = [&](std::string_view types) {
      return spec.type == '\0' || types.find(spec.type) != std::string_view::npos;
    };
    if (const Text* text = value.get<Text>()) {
      if (!is_one_of("s") || spec.align == '=') meter_.fail("a format does not fit a text");
      return format_text(*text, spec, meter_);
    }
    const std::optional<Number> number = as_number(value);
    if (!number) fail_type("what a format specifies", value, meter_);
    if (number->floating ||
        (spec.type != '\0' && std::string_view("eEfFgG%").find(spec.type) != std::string_view::npos)) {
      if (!is_one_of("eEfFgG%n")) meter_.fail("a format does not fit a float");
      return format_real(number->as_double(), spec, meter_);
    }
    if (spec.type == 'c') return format_character(number->integer, spec, meter_);
    if (spec.precision || !is_one_of("bdoxXn")) meter_.fail("a format does not fit an integer");
    return format_integer(number->integer, spec, meter_);
  }

  Interpreter& interpreter_;
  Meter& meter_;
  const CallArguments& arguments_;
  std::size_t next_ = 0;
  int numbering_ = 0;  // 1: fields without a number were met, 2: fields with one
};

}  // namespace

Text format_braces(Interpreter& interpreter, const Text& text, const CallArguments& arguments) {
  return BraceFormat(interpreter, arguments).run(text, 0).as_markup(text.is_markup());
}

}  // namespace espalier::jinja
