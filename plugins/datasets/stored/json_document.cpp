#include "json_document.hpp"

#include <cstddef>
#include <espalier/bad_input.hpp>
#include <iterator>

#include "host/json_fault.hpp"

namespace espalier::stored {
namespace {

using Json = nlohmann::json;
using Visit = std::function<void(const Record&)>;

/// Walks over a text and counts the line ends it has passed.
class LineCounter {
 public:
  using iterator_category = std::input_iterator_tag;
  using value_type = char;
  using difference_type = std::ptrdiff_t;
  using pointer = const char*;
  using reference = const char&;

  LineCounter(const char* at, std::size_t* passed) : at_(at), passed_(passed) {}

  reference operator*() const { return *at_; }
  LineCounter& operator++() {
    if (*at_ == '\n') ++*passed_;
    ++at_;
    return *this;
  }
  LineCounter operator++(int) {
    LineCounter before = *this;
    ++*this;
    return before;
  }
  bool operator==(const LineCounter& other) const { return at_ == other.at_; }
  bool operator!=(const LineCounter& other) const { return at_ != other.at_; }

 private:
  const char* at_;
  std::size_t* passed_;
};

/// Hands out the elements of one array while the parser is still in the document, and drops them from it: the parser
/// alone knows where it is, and a large file is never held twice.
class ElementReader {
 public:
  ElementReader(const std::filesystem::path& file, std::string_view list, const Visit& visit)
      : file_(file), list_(list), visit_(visit), element_depth_(list.empty() ? 1 : 2) {}

  void read(std::string_view text) {
    Json document;
    try {
      document =
          Json::parse(LineCounter(text.data(), &passed_), LineCounter(text.data() + text.size(), &passed_),
                      [this](int depth, Json::parse_event_t event, Json& value) { return keep(depth, event, value); });
    } catch (const Json::parse_error& error) {
      throw BadInput(file_.string() + ":" + host::json_fault(error, text).text());
    } catch (const Json::out_of_range& error) {  // a number: the library does not say where
      throw BadInput(here().text() + ": is no JSON: " + host::json_reason(error));
    }
    if (list_.empty() && document.is_object()) {
      visit_(Record(std::move(document), {file_, 1}));
    } else if (!document.is_array() && list_.empty()) {
      throw BadInput(file_.string() + ":1: is neither a JSON array nor an object");
    } else if (!list_.empty() && !found_) {
      throw BadInput(file_.string() + ":1: has no list \"" + std::string(list_) + "\"");
    }
  }

 private:
  using Event = Json::parse_event_t;

  Place here() const { return {file_, passed_ + 1}; }

  bool keep(int depth, Event event, Json& value) {
    if (depth == 0 && event == Event::array_start) in_list_ = list_.empty();
    if (depth == 1 && event == Event::key) in_named_ = !list_.empty() && value == list_;
    if (depth == 1 && event == Event::array_start && in_named_) in_list_ = found_ = true;
    if (depth == 1 && event == Event::array_end) in_list_ = in_list_ && list_.empty();
    if (depth != element_depth_ || !in_list_) return true;
    if (event == Event::object_start) begin_ = here();
    if (event == Event::value || event == Event::array_start) {
      throw BadInput(here().text() + ": is no JSON object");
    }
    if (event != Event::object_end) return true;
    visit_(Record(std::move(value), begin_));
    return false;
  }

  const std::filesystem::path& file_;
  std::string_view list_;
  const Visit& visit_;
  int element_depth_;
  std::size_t passed_ = 0;
  bool in_named_ = false;
  bool in_list_ = false;
  bool found_ = false;
  Place begin_;
};

}  // namespace

void read_json_document(const std::filesystem::path& file, std::string_view text, std::string_view list,
                        const Visit& visit) {
  ElementReader(file, list, visit).read(text);
}

}  // namespace espalier::stored
