#include <algorithm>

#include "base/json_builder.hpp"
#include "base/json_reading.hpp"

namespace espalier::base {
namespace {

/// The parser's events for a value of which some lists are handed out while it is read.
class PartEvents {
 public:
  PartEvents(const Reading& reading, std::span<const std::string_view> lists,
             const std::function<void(JsonPart&&)>& visit)
      : reading_(reading), lists_(lists), visit_(visit) {}

  bool null() { return builder_.null() && part(); }
  bool boolean(bool value) { return builder_.boolean(value) && part(); }
  bool number_integer(std::int64_t value) { return builder_.number_integer(value) && part(); }
  bool number_unsigned(std::uint64_t value) { return builder_.number_unsigned(value) && part(); }
  bool number_float(double value, const std::string& text) { return builder_.number_float(value, text) && part(); }
  bool string(std::string& value) { return builder_.string(value) && part(); }
  bool binary(Json::binary_t&) { return false; }
  bool start_object(std::size_t) { return builder_.start_object() && go_down(); }
  bool start_array(std::size_t) { return builder_.start_array() && go_down(); }
  bool end_object() { return builder_.end_object() && go_up(); }
  bool end_array() { return builder_.end_array() && go_up(); }
  bool key(std::string& name) {
    if (list_depth_ == 0) names_.back() = name;
    return builder_.key(name);
  }
  bool parse_error(std::size_t end, const std::string& token, const Json::exception& error) {
    reading_.fail(end, token, error);
  }

  const std::string& fault() const { return builder_.fault; }
  Json take() { return builder_.take(); }

 private:
  bool go_down() {
    ++depth_;
    if (list_depth_ != 0) return true;
    std::string path;
    for (const auto& name : names_) path += (path.empty() ? "" : ".") + name;
    const auto found = std::ranges::find(lists_, path);
    list_ = static_cast<std::size_t>(found - lists_.begin());
    if (found != lists_.end()) list_depth_ = depth_;
    names_.emplace_back();
    return true;
  }

  bool go_up() {
    if (list_depth_ == depth_) list_depth_ = 0;
    if (list_depth_ == 0) names_.pop_back();
    --depth_;
    return part();
  }

  // Hands out what has just ended, if it is of a list.
  bool part() {
    if (list_depth_ == 0 || depth_ != list_depth_) return true;
    auto [name, value] = builder_.take_last();
    visit_({list_, std::move(name), std::move(value)});
    return true;
  }

  const Reading& reading_;
  std::span<const std::string_view> lists_;
  const std::function<void(JsonPart&&)>& visit_;
  JsonBuilder<Json> builder_;
  std::vector<std::string> names_;  ///< of the members that lead to what is open; none within a list
  std::size_t list_ = 0;
  std::size_t depth_ = 0;
  std::size_t list_depth_ = 0;  ///< of the list that is open; 0: none is
};

}  // namespace

Json parse_json(std::string_view text, std::string_view file, std::span<const std::string_view> lists,
                const std::function<void(JsonPart&&)>& visit) {
  Reading reading(text, file, 1);
  PartEvents events(reading, lists, visit);
  reading.parse(events);
  return events.take();
}

}  // namespace espalier::base
