#include "base/json.hpp"

#include <algorithm>
#include <iterator>
#include <optional>

#include "base/json_builder.hpp"
#include "base/text_place.hpp"
#include "base/utf8.hpp"

namespace espalier::base {
namespace {

/// Walks over a text and leaves word of how far it is: the parser tells no place with its events.
class TrackedText {
 public:
  using iterator_category = std::input_iterator_tag;
  using value_type = char;
  using difference_type = std::ptrdiff_t;
  using pointer = const char*;
  using reference = const char&;

  TrackedText(const char* at, const char** reached) : at_(at), reached_(reached) {}

  reference operator*() const { return *at_; }
  TrackedText& operator++() {
    *reached_ = ++at_;
    return *this;
  }
  TrackedText operator++(int) {
    TrackedText before = *this;
    ++*this;
    return before;
  }
  bool operator==(const TrackedText& other) const { return at_ == other.at_; }
  bool operator!=(const TrackedText& other) const { return at_ != other.at_; }

 private:
  const char* at_;
  const char** reached_;
};

/// What follows the first `mark`; all where there is none.
std::string_view behind(std::string_view text, std::string_view mark) {
  const std::size_t at = text.find(mark);
  return at == std::string_view::npos ? text : text.substr(at + mark.size());
}

/// The parser repeats what it read last, which may be megabytes of anything.
std::string shortened(std::string_view text) {
  constexpr std::size_t most = 200;
  if (text.size() <= most) return to_utf8(std::string(text));
  return to_utf8(std::string(text.substr(0, most))) + "...";
}

/// A text that is being parsed, and the end of its reading.
class Reading {
 public:
  Reading(std::string_view text, std::string_view file, std::size_t line)
      : text_(text), file_(file), line_(line), reached_(text.data()), counted_(text.data()), lines_(line) {}

  /// Parses the text into events for `handler`, until that answers false.
  template <class Handler>
  void parse(Handler& handler) {
    if (Json::sax_parse(TrackedText(text_.data(), &reached_), TrackedText(text_.data() + text_.size(), &reached_),
                        &handler)) {
      return;
    }
    fail(static_cast<std::size_t>(reached_ - text_.data()), 1, handler.fault());
  }

  /// The line that the parser has reached. Takes as long as what was read since the last call.
  std::size_t line() {
    lines_ += static_cast<std::size_t>(std::count(counted_, reached_, '\n'));
    counted_ = reached_;
    return lines_;
  }

  /// `length` bytes that end behind byte `end` are wrong.
  [[noreturn]] void fail(std::size_t end, std::size_t length, const std::string& why) const {
    const TextPlace place = place_of(text_, end - std::min(end, length), line_);
    throw JsonError(std::string(file_) + ":" + place.text() + ": " + why);
  }

  /// What nlohmann says of a text that is no JSON, `end` being how far it came.
  [[noreturn]] void fail(std::size_t end, const std::string& token, const Json::exception& error) const {
    std::string reason = json_reason(error);
    if (reason.starts_with("parse error at ")) reason = behind(reason, ": ");
    const bool number = dynamic_cast<const Json::out_of_range*>(&error) != nullptr;
    fail(end, number ? token.size() : 1, "is no JSON: " + shortened(reason));
  }

 private:
  std::string_view text_;
  std::string_view file_;
  std::size_t line_;
  const char* reached_;
  const char* counted_;
  std::size_t lines_;
};

/// The parser's events for one value.
template <class Value>
class ValueEvents {
 public:
  ValueEvents(const Reading& reading, JsonNumbers numbers) : reading_(reading), builder_(numbers) {}

  bool null() { return builder_.null(); }
  bool boolean(bool value) { return builder_.boolean(value); }
  bool number_integer(std::int64_t value) { return builder_.number_integer(value); }
  bool number_unsigned(std::uint64_t value) { return builder_.number_unsigned(value); }
  bool number_float(double value, const std::string& text) { return builder_.number_float(value, text); }
  bool string(std::string& value) { return builder_.string(value); }
  bool binary(Json::binary_t&) { return false; }
  bool start_object(std::size_t) { return builder_.start_object(); }
  bool start_array(std::size_t) { return builder_.start_array(); }
  bool end_object() { return builder_.end_object(); }
  bool end_array() { return builder_.end_array(); }
  bool key(std::string& name) { return builder_.key(name); }
  bool parse_error(std::size_t end, const std::string& token, const Json::exception& error) {
    reading_.fail(end, token, error);
  }

  const std::string& fault() const { return builder_.fault; }
  Value take() { return builder_.take(); }

 private:
  const Reading& reading_;
  JsonBuilder<Value> builder_;
};

/// The parser's events for a document whose elements are handed out while it is read. What lies outside of them is
/// passed over.
class ElementEvents {
 public:
  ElementEvents(Reading& reading, std::string_view list, const std::function<void(Json&&, std::size_t)>& visit,
                JsonNumbers numbers)
      : reading_(reading), list_(list), visit_(visit), builder_(numbers) {}

  bool null() {
    return value([&] { return builder_.null(); });
  }
  bool boolean(bool held) {
    return value([&] { return builder_.boolean(held); });
  }
  bool number_integer(std::int64_t held) {
    return value([&] { return builder_.number_integer(held); });
  }
  bool number_unsigned(std::uint64_t held) {
    return value([&] { return builder_.number_unsigned(held); });
  }
  bool number_float(double held, const std::string& text) {
    return value([&] { return builder_.number_float(held, text); });
  }
  bool string(std::string& held) {
    return value([&] { return builder_.string(held); });
  }
  bool binary(Json::binary_t&) { return false; }

  bool start_object(std::size_t) {
    if (begins_element() || (depth_ == 0 && list_.empty() && !inside_)) begin();
    return inside_ ? builder_.start_object() : go_down();
  }
  bool start_array(std::size_t) {
    if (begins_element()) begin();
    if (inside_) return builder_.start_array();
    const bool wanted = list_.empty() ? depth_ == 0 : depth_ == 1 && named_;
    if (wanted) list_depth_ = depth_ + 1;
    found = found || wanted;
    return go_down();
  }
  bool end_object() { return inside_ ? end(builder_.end_object()) : go_up(); }
  bool end_array() { return inside_ ? end(builder_.end_array()) : go_up(); }
  bool key(std::string& name) {
    if (inside_) return builder_.key(name);
    if (depth_ == 1) named_ = !list_.empty() && name == list_;
    if (!named_ || !found) return true;
    return refuse("has the list \"" + std::string(list_) + "\" twice");
  }
  bool parse_error(std::size_t end, const std::string& token, const Json::exception& error) {
    reading_.fail(end, token, error);
  }

  const std::string& fault() const { return builder_.fault; }

  bool found = false;  ///< whether there was something to hand out elements of

 private:
  bool begins_element() const { return !inside_ && list_depth_ == depth_ && depth_ > 0; }

  void begin() {
    inside_ = true;
    found = found || depth_ == 0;
    line_ = depth_ == 0 ? 1 : reading_.line();
  }

  bool end(bool held) {
    if (!held || !builder_.complete()) return held;
    inside_ = false;
    visit_(builder_.take(), line_);
    return true;
  }

  template <class Build>
  bool value(Build build) {
    if (begins_element()) begin();
    return inside_ ? end(build()) : true;
  }

  bool go_down() {
    if (depth_ == kMostJsonDepth)
      return refuse("is nested too deeply: more than " + std::to_string(depth_) + " levels are not read");
    ++depth_;
    return true;
  }

  bool go_up() {
    if (list_depth_ == depth_) list_depth_ = 0;
    --depth_;
    return true;
  }

  bool refuse(std::string why) {
    builder_.fault = std::move(why);
    return false;
  }

  Reading& reading_;
  std::string_view list_;
  const std::function<void(Json&&, std::size_t)>& visit_;
  JsonBuilder<Json> builder_;
  std::size_t depth_ = 0;       ///< of what is open outside of elements
  std::size_t list_depth_ = 0;  ///< of the list while it is open; 0: none is
  bool named_ = false;          ///< whether the key read last is the list's
  bool inside_ = false;         ///< an element
  std::size_t line_ = 1;        ///< where it begins
};

}  // namespace

template <class Value>
Value parse_json(std::string_view text, std::string_view file, std::size_t line, JsonNumbers numbers) {
  Reading reading(text, file, line);
  ValueEvents<Value> events(reading, numbers);
  reading.parse(events);
  return events.take();
}
template Json parse_json<Json>(std::string_view, std::string_view, std::size_t, JsonNumbers);
template OrderedJson parse_json<OrderedJson>(std::string_view, std::string_view, std::size_t, JsonNumbers);

void for_each_element(std::string_view text, std::string_view list, std::string_view file,
                      const std::function<void(Json&&, std::size_t)>& visit, JsonNumbers numbers) {
  Reading reading(text, file, 1);
  ElementEvents events(reading, list, visit, numbers);
  reading.parse(events);
  if (events.found) return;
  const std::string where = std::string(file) + ":1: ";
  if (list.empty()) throw JsonError(where + "is neither a JSON array nor an object");
  throw JsonError(where + "has no list \"" + std::string(list) + "\"");
}

std::string json_reason(const std::exception& error) {
  const std::string_view text = error.what();
  return std::string(text.starts_with("[json.exception.") ? behind(text, "] ") : text);
}

}  // namespace espalier::base
