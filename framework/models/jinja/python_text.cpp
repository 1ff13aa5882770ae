#include <charconv>
#include <cmath>

#include "models/jinja/python.hpp"
#include "models/jinja/unicode.hpp"

namespace espalier::jinja {
namespace {

void append_hex(std::string& text, char32_t character) {
  constexpr char digits[] = "0123456789abcdef";
  const int width = character <= 0xFF ? 2 : character <= 0xFFFF ? 4 : 8;
  text += width == 2 ? "\\x" : width == 4 ? "\\u" : "\\U";
  for (int shift = 4 * (width - 1); shift >= 0; shift -= 4) text += digits[character >> shift & 0xF];
}

void append_repr_of_text(TextBuilder& builder, const Text& text) {
  const bool double_quotes =
      text.bytes().find('\'') != std::string_view::npos && text.bytes().find('"') == std::string_view::npos;
  const char quote = double_quotes ? '"' : '\'';
  builder.append(std::string_view(&quote, 1));
  text.for_each_run(0, text.bytes().size(), [&](std::string_view run, bool mark) {
    std::string written;
    for (std::size_t at = 0; at < run.size();) {
      const std::size_t begin = at;
      const char32_t character = next_character(run, at);
      if (character == '\n') {
        written += "\\n";
      } else if (character == '\r') {
        written += "\\r";
      } else if (character == '\t') {
        written += "\\t";
      } else if (character == '\\' || character == static_cast<unsigned char>(quote)) {
        written += '\\';
        written += static_cast<char>(character);
      } else if (is_printable(character)) {
        written += run.substr(begin, at - begin);
      } else {
        append_hex(written, character);
      }
    }
    builder.append(written, mark);
  });
  builder.append(std::string_view(&quote, 1));
}

void append_items(TextBuilder& builder, const std::vector<Value>& items, Meter& meter) {
  bool first = true;
  for (const Value& item : items) {
    if (!std::exchange(first, false)) builder.append(", ");
    append_repr(builder, item, meter);
  }
}

void append_mapping(TextBuilder& builder, const Mapping& mapping, Meter& meter) {
  builder.append("{");
  bool first = true;
  for (const auto& [key, value] : mapping.entries()) {
    if (!std::exchange(first, false)) builder.append(", ");
    append_repr(builder, key, meter);
    builder.append(": ");
    append_repr(builder, value, meter);
  }
  builder.append("}");
}

void append_list(TextBuilder& builder, const List& list, Meter& meter) {
  builder.append(list.tuple ? "(" : "[");
  append_items(builder, list.items, meter);
  if (list.tuple) {
    builder.append(list.items.size() == 1 ? ",)" : ")");
  } else {
    builder.append("]");
  }
}

std::string repr_of_range(const Range& range) {
  std::string text = "range(" + std::to_string(range.start) + ", " + std::to_string(range.stop);
  if (range.step != 1) text += ", " + std::to_string(range.step);
  return text + ")";
}

void append_view(TextBuilder& builder, const View& view, Meter& meter) {
  constexpr std::string_view names[] = {"dict_items([", "dict_keys([", "dict_values(["};
  builder.append(names[static_cast<int>(view.part)]);
  append_items(builder, view.items(), meter);
  builder.append("])");
}

/// What Python writes of other objects names their place in memory; these names do not.
std::string repr_of_object(const Value& value) {
  if (const Function* function = value.as_function()) {
    return (function->macro ? "<Macro '" : "<function '") + std::string(function->name) + "'>";
  }
  if (Loop* loop = value.as_loop()) {
    return "<LoopContext " + std::to_string(loop->index0 + 1) + "/" + std::to_string(loop->length()) + ">";
  }
  return "<" + std::string(value.type_name()) + " object>";
}

}  // namespace

std::string repr_of_double(double value) {
  if (std::isnan(value)) return "nan";
  if (std::isinf(value)) return value < 0 ? "-inf" : "inf";
  char buffer[32];
  const auto end = std::to_chars(buffer, buffer + sizeof buffer, value, std::chars_format::scientific).ptr;
  const std::string_view written(buffer, static_cast<std::size_t>(end - buffer));
  const std::size_t mark = written.find('e');
  std::string digits;
  for (const char c : written.substr(0, mark)) {
    if (c >= '0' && c <= '9') digits += c;
  }
  const int exponent = std::stoi(std::string(written.substr(mark + 1)));
  std::string text = std::signbit(value) ? "-" : "";
  if (exponent < -4 || exponent >= 16) {
    text += digits.substr(0, 1) + (digits.size() > 1 ? "." + digits.substr(1) : "") + (exponent < 0 ? "e-" : "e+");
    return text + (std::abs(exponent) < 10 ? "0" : "") + std::to_string(std::abs(exponent));
  }
  if (exponent < 0) return text + "0." + std::string(static_cast<std::size_t>(-exponent - 1), '0') + digits;
  const auto whole = static_cast<std::size_t>(exponent) + 1;
  if (digits.size() <= whole) return text + digits + std::string(whole - digits.size(), '0') + ".0";
  return text + digits.substr(0, whole) + "." + digits.substr(whole);
}

void append_repr(TextBuilder& builder, const Value& value, Meter& meter) {
  const Descent descent(meter);
  meter.charge(1);
  if (const Text* text = value.get<Text>()) {
    if (text->is_markup()) builder.append("Markup(");
    append_repr_of_text(builder, *text);
    if (text->is_markup()) builder.append(")");
  } else if (value.is<Undefined>()) {
    builder.append("Undefined");
  } else if (const List* list = value.as_list()) {
    append_list(builder, *list, meter);
  } else if (const Mapping* mapping = value.as_mapping()) {
    append_mapping(builder, *mapping, meter);
  } else {
    append_text(builder, value, meter);
  }
}

void append_text(TextBuilder& builder, const Value& value, Meter& meter) {
  if (const Text* text = value.get<Text>()) {
    builder.append(*text);
  } else if (value.is_missing() || value.is<Undefined>()) {
    return;
  } else if (value.is<None>()) {
    builder.append("None");
  } else if (const bool* truth = value.get<bool>()) {
    builder.append(*truth ? "True" : "False");
  } else if (const std::int64_t* integer = value.get<std::int64_t>()) {
    builder.append(std::to_string(*integer));
  } else if (const double* real = value.get<double>()) {
    builder.append(repr_of_double(*real));
  } else if (value.as_list() || value.as_mapping()) {
    append_repr(builder, value, meter);
  } else if (const Range* range = value.as_range()) {
    builder.append(repr_of_range(*range));
  } else if (const View* view = value.as_view()) {
    append_view(builder, *view, meter);
  } else if (const Namespace* names = value.as_namespace()) {
    const Descent descent(meter);
    builder.append("<Namespace ");
    append_mapping(builder, names->attributes, meter);
    builder.append(">");
  } else {
    builder.append(repr_of_object(value));
  }
}

Text to_text(const Value& value, Meter& meter) {
  if (const Text* text = value.get<Text>()) return text->as_markup(false);
  TextBuilder builder(meter);
  append_text(builder, value, meter);
  return builder.take();
}

Text to_soft_text(const Value& value, Meter& meter) {
  const Text* text = value.get<Text>();
  return text ? *text : to_text(value, meter);
}

Text escape(const Text& text, Meter& meter) {
  if (text.is_markup()) return text;
  TextBuilder builder(meter);
  text.for_each_run(0, text.bytes().size(), [&](std::string_view run, bool mark) {
    std::string written;
    for (const char c : run) {
      switch (c) {
        case '&':
          written += "&amp;";
          break;
        case '<':
          written += "&lt;";
          break;
        case '>':
          written += "&gt;";
          break;
        case '\'':
          written += "&#39;";
          break;
        case '"':
          written += "&#34;";
          break;
        default:
          written += c;
      }
    }
    builder.append(written, mark);
  });
  return builder.take().as_markup();
}

}  // namespace espalier::jinja
