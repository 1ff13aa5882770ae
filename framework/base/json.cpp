#include "base/json.hpp"

#include <algorithm>

#include "base/json_builder.hpp"
#include "base/json_reading.hpp"

namespace espalier::base {
namespace {

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
  return std::string(text.starts_with("[json.exception.") ? text.substr(std::min(text.size(), text.find("] ") + 2))
                                                          : text);
}

}  // namespace espalier::base
