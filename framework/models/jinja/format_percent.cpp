#include <cmath>
#include <limits>

#include "models/jinja/format.hpp"
#include "models/jinja/unicode.hpp"

namespace espalier::jinja {
namespace {

/// One `text % values`.
class PercentFormat {
 public:
  PercentFormat(const Text& format, const Value& values, Meter& meter)
      : format_(format), bytes_(format.bytes()), values_(values), meter_(meter), result_(meter) {
    const List* list = values.as_list();
    if (list && list->tuple) tuple_ = list;
  }

  Text run() {
    std::size_t done = 0;
    while ((at_ = bytes_.find('%', done)) != std::string_view::npos) {
      result_.append(format_, done, at_);
      ++at_;
      directive();
      done = at_;
    }
    result_.append(format_, done, bytes_.size());
    // A mapping may hold more than the format asks for; so may, for Python, all that can be indexed.
    const bool may_hold_more =
        values_.as_mapping() || (values_.as_list() && !tuple_) || values_.as_range() || values_.is<Undefined>();
    if (tuple_ ? next_ < tuple_->items.size() : next_ == 0 && !may_hold_more && !by_name_) {
      meter_.fail("not all values are used by the format");
    }
    return result_.take().as_markup(format_.is_markup());
  }

 private:
  char peek() const {
    if (at_ >= bytes_.size()) meter_.fail("the format ends within a directive");
    return bytes_[at_];
  }

  std::int64_t number() {
    std::int64_t value = 0;
    if (peek() == '*') {
      ++at_;
      const std::optional<std::int64_t> given = as_integer(value_for_directive());
      if (!given) meter_.fail("`*` in a format needs an integer");
      return *given;
    }
    while (peek() >= '0' && peek() <= '9') {
      value = value * 10 + (bytes_[at_++] - '0');
      if (value > std::numeric_limits<std::int32_t>::max()) meter_.fail("a width in a format is too large");
    }
    return value;
  }

  Value value_for_directive() {
    if (named_) return *std::exchange(named_, std::nullopt);
    if (tuple_) {
      if (next_ >= tuple_->items.size()) meter_.fail("there are not enough values for the format");
      return tuple_->items[next_++];
    }
    if (next_++ > 0) meter_.fail("there are not enough values for the format");
    return values_;
  }

  void key() {
    const std::size_t begin = ++at_;
    for (int depth = 1; depth > 0; ++at_) {
      if (peek() == '(') ++depth;
      if (peek() == ')') --depth;
    }
    const Mapping* mapping = values_.as_mapping();
    if (!mapping) meter_.fail("the format names its values, which needs a mapping");
    const Value* found = mapping->find(bytes_.substr(begin, at_ - begin - 1));
    if (!found) meter_.fail("the format asks for a key that the mapping lacks");
    by_name_ = true;
    named_ = *found;
  }

  void directive() {
    FormatSpec spec;
    if (peek() == '(') key();
    bool zero = false;
    for (;; ++at_) {
      const char flag = peek();
      if (flag == '-') {
        spec.align = '<';
      } else if (flag == '0') {
        zero = true;
      } else if (flag == '+' || (flag == ' ' && spec.sign != '+')) {
        spec.sign = flag;
      } else if (flag == '#') {
        spec.alternate = true;
      } else if (flag != ' ') {
        break;
      }
    }
    spec.width = number();
    if (spec.width < 0) {
      spec.align = '<';
      spec.width = -spec.width;
    }
    if (peek() == '.') {
      ++at_;
      spec.precision = std::max<std::int64_t>(number(), 0);
    }
    while (peek() == 'h' || peek() == 'l' || peek() == 'L') ++at_;
    spec.type = peek();
    ++at_;
    if (!spec.align) spec.align = '>';
    write(spec, zero);
  }

  void write(FormatSpec spec, bool zero) {
    if (spec.type == '%') return result_.append("%", format_.from_input(at_ - 1));
    if (spec.type != 's' && spec.type != 'r' && spec.type != 'a' && spec.type != 'c' && zero && spec.align != '<') {
      spec.fill = Text("0");
      spec.align = '=';
    }
    const Value value = value_for_directive();
    switch (spec.type) {
      case 's':
        return result_.append(format_text(escaped(to_soft_text(value, meter_)), spec, meter_));
      case 'r':
      case 'a': {
        TextBuilder builder(meter_);
        append_repr(builder, value, meter_);
        return result_.append(format_text(escaped(builder.take()), spec, meter_));
      }
      case 'c':
        return character(value, spec);
      case 'd':
      case 'i':
      case 'u':
        return integer(value, spec, true);
      case 'x':
      case 'X':
      case 'o':
        return integer(value, spec, false);
      case 'e':
      case 'E':
      case 'f':
      case 'F':
      case 'g':
      case 'G':
        break;
      default:
        meter_.fail("a directive of the format has no meaning");
    }
    const std::optional<Number> number = as_number(value);
    if (!number) fail_type("what the format writes as a number", value, meter_);
    result_.append(format_real(number->as_double(), spec, meter_));
  }

  Text escaped(const Text& text) const { return format_.is_markup() ? escape(text, meter_) : text; }

  void character(const Value& value, const FormatSpec& spec) {
    if (const Text* text = value.get<Text>(); text && text->length() == 1) {
      return result_.append(format_text(*text, spec, meter_));
    }
    const std::optional<std::int64_t> code = as_integer(value);
    if (!code) fail_type("what the format writes as a character", value, meter_);
    result_.append(format_character(*code, spec, meter_));
  }

  void integer(const Value& value, FormatSpec spec, bool from_real) {
    const std::optional<Number> number = as_number(value);
    if (!number || (number->floating && !from_real)) fail_type("what the format writes as an integer", value, meter_);
    std::int64_t whole = number->integer;
    if (number->floating) {
      if (!(std::abs(number->real) < 9.2e18)) meter_.fail("a number leaves the range of 64 bits");
      whole = static_cast<std::int64_t>(number->real);
    }
    if (spec.precision) {  // the least number of digits
      FormatSpec digits;
      digits.type = spec.type;
      digits.width = *spec.precision + (whole < 0 ? 1 : 0);
      digits.fill = Text("0");
      digits.align = '=';
      const Text written = format_integer(whole, digits, meter_);
      if (spec.align == '=') spec.align = '>', spec.fill = Text(" ");
      spec.precision.reset();
      const std::string sign = whole >= 0 && spec.sign != '-' ? std::string(1, spec.sign) : "";
      TextBuilder builder(meter_);
      builder.append(sign);
      builder.append(written);
      return result_.append(format_text(builder.take(), spec, meter_));
    }
    result_.append(format_integer(whole, spec, meter_));
  }

  const Text& format_;
  std::string_view bytes_;
  const Value& values_;
  Meter& meter_;
  TextBuilder result_;
  const List* tuple_ = nullptr;
  std::size_t at_ = 0, next_ = 0;
  bool by_name_ = false;
  std::optional<Value> named_;
};

}  // namespace

Text format_percent(const Text& format, const Value& values, Meter& meter) {
  return PercentFormat(format, values, meter).run();
}

}  // namespace espalier::jinja
