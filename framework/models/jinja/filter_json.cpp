#include <algorithm>
#include <cmath>

#include "models/jinja/filters.hpp"
#include "models/jinja/interpreter.hpp"
#include "models/jinja/unicode.hpp"

namespace espalier::jinja {
namespace {

/// json.dumps of Python.
class JsonWriter {
 public:
  struct Style {
    bool ascii = false, sorted = false, lines = false;
    Text indent, between = Text(", "), behind_key = Text(": ");
  };

  JsonWriter(Style style, Meter& meter) : style_(std::move(style)), meter_(meter), result_(meter) {}

  Text run(const Value& value) {
    write(value);
    return result_.take();
  }

 private:
  void write(const Value& value) {
    const Descent descent(meter_);
    meter_.charge(1);
    if (const Text* text = value.get<Text>()) return string(*text);
    if (const List* list = value.as_list()) return array(*list);
    if (const Mapping* mapping = value.as_mapping()) return object(*mapping);
    if (const std::optional<std::string> plain = scalar(value)) return result_.append(*plain);
    fail_type("what is written as JSON", value, meter_);
  }

  static std::optional<std::string> scalar(const Value& value) {
    if (value.is<None>()) return "null";
    if (const bool* truth = value.get<bool>()) return *truth ? "true" : "false";
    if (const std::int64_t* integer = value.get<std::int64_t>()) return std::to_string(*integer);
    if (const double* real = value.get<double>()) {
      if (std::isnan(*real)) return "NaN";
      if (std::isinf(*real)) return *real < 0 ? "-Infinity" : "Infinity";
      return repr_of_double(*real);
    }
    return std::nullopt;
  }

  void string(const Text& text) {
    result_.append("\"");
    text.for_each_run(0, text.bytes().size(), [&](std::string_view run, bool mark) {
      std::string written;
      for (std::size_t at = 0; at < run.size();) {
        const std::size_t begin = at;
        const char32_t character = next_character(run, at);
        switch (character) {
          case '"':
            written += "\\\"";
            break;
          case '\\':
            written += "\\\\";
            break;
          case '\n':
            written += "\\n";
            break;
          case '\r':
            written += "\\r";
            break;
          case '\t':
            written += "\\t";
            break;
          case '\b':
            written += "\\b";
            break;
          case '\f':
            written += "\\f";
            break;
          default:
            if (character < 0x20 || (style_.ascii && character > 0x7E)) {
              escape(written, character);
            } else {
              written += run.substr(begin, at - begin);
            }
        }
      }
      result_.append(written, mark);
    });
    result_.append("\"");
  }

  static void escape(std::string& written, char32_t character) {
    if (character > 0xFFFF) {
      escape(written, 0xD800 + ((character - 0x10000) >> 10));
      character = 0xDC00 + ((character - 0x10000) & 0x3FF);
    }
    written += "\\u";
    for (int shift = 12; shift >= 0; shift -= 4) written += "0123456789abcdef"[character >> shift & 0xF];
  }

  void line_end() {
    if (!style_.lines) return;
    result_.append("\n");
    for (int i = 0; i < depth_; ++i) result_.append(style_.indent);
  }

  void array(const List& list) {
    result_.append("[");
    ++depth_;
    bool first = true;
    for (const Value& item : list.items) {
      if (!std::exchange(first, false)) result_.append(style_.between);
      line_end();
      write(item);
    }
    --depth_;
    if (!first) line_end();
    result_.append("]");
  }

  void object(const Mapping& mapping) {
    std::vector<const Mapping::Entry*> entries;
    for (const Mapping::Entry& entry : mapping.entries()) entries.push_back(&entry);
    if (style_.sorted) {
      std::ranges::stable_sort(
          entries, [&](const auto* a, const auto* b) { return std::is_lt(compare(a->first, b->first, "<", meter_)); });
    }
    result_.append("{");
    ++depth_;
    bool first = true;
    for (const Mapping::Entry* entry : entries) {
      if (!std::exchange(first, false)) result_.append(style_.between);
      line_end();
      key(entry->first);
      result_.append(style_.behind_key);
      write(entry->second);
    }
    --depth_;
    if (!first) line_end();
    result_.append("}");
  }

  void key(const Value& value) {
    if (const Text* text = value.get<Text>()) return string(*text);
    const std::optional<std::string> plain = scalar(value);
    if (!plain) fail_type("a key in JSON", value, meter_);
    result_.append("\"" + *plain + "\"");
  }

  Style style_;
  Meter& meter_;
  TextBuilder result_;
  int depth_ = 0;
};

}  // namespace

Value to_json(Interpreter& interpreter, const Value& value, const CallArguments& arguments) {
  Meter& meter = interpreter.meter();
  const Parameters given(meter, "tojson", arguments, {"ensure_ascii", "indent", "separators", "sort_keys"});
  JsonWriter::Style style;
  style.ascii = given.truth(0, false);
  style.sorted = given.truth(3, false);
  if (given.has(1) && !given[1].is<None>()) {
    style.lines = true;
    style.between = Text(",");
    if (const Text* text = given[1].get<Text>()) {
      style.indent = *text;
    } else {
      const std::int64_t width = std::max<std::int64_t>(given.integer(1, 0), 0);
      meter.check_bytes(static_cast<std::size_t>(width));
      style.indent = Text(std::string(static_cast<std::size_t>(width), ' '));
    }
  }
  if (given.has(2) && !given[2].is<None>()) {
    const ListPointer separators = iterate(given[2], meter);
    if (separators->items.size() != 2 || !separators->items[0].is<Text>() || !separators->items[1].is<Text>()) {
      meter.fail("the separators of `tojson` must be two texts");
    }
    style.between = *separators->items[0].get<Text>();
    style.behind_key = *separators->items[1].get<Text>();
  }
  return JsonWriter(std::move(style), meter).run(value);
}

}  // namespace espalier::jinja
