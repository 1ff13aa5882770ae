#include "base/json_reading.hpp"

#include "base/text_place.hpp"
#include "base/utf8.hpp"

namespace espalier::base {
namespace {

/// The parser repeats what it read last, which may be megabytes of anything.
std::string shortened(std::string_view text) {
  constexpr std::size_t most = 200;
  if (text.size() <= most) return to_utf8(std::string(text));
  return to_utf8(std::string(text.substr(0, most))) + "...";
}

}  // namespace

void Reading::fail(std::size_t end, std::size_t length, const std::string& why) const {
  const TextPlace place = place_of(text_, end - std::min(end, length), line_);
  throw JsonError(std::string(file_) + ":" + place.text() + ": " + why);
}

void Reading::fail(std::size_t end, const std::string& token, const Json::exception& error) const {
  std::string reason = json_reason(error);
  if (reason.starts_with("parse error at ")) reason.erase(0, std::min(reason.size(), reason.find(": ") + 2));
  const bool number = dynamic_cast<const Json::out_of_range*>(&error) != nullptr;
  fail(end, number ? token.size() : 1, "is no JSON: " + shortened(reason));
}

}  // namespace espalier::base
