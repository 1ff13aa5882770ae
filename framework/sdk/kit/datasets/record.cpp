#include <cstdio>
#include <espalier/kit/datasets/record.hpp>
#include <espalier/random.hpp>
#include <optional>
#include <stdexcept>
#include <utility>

namespace espalier::stored {
namespace {

/// More names than this do not help a reader.
constexpr std::size_t kMostNames = 20;

std::string names(const base::Json& object) {
  std::string all;
  std::size_t count = 0;
  for (const auto& [name, value] : object.items()) {
    if (++count > kMostNames) return all + ", ...";
    all += (all.empty() ? "" : ", ") + name;
  }
  return all.empty() ? "none" : all;
}

std::optional<std::string> spelled(const base::Json& value) {
  if (value.is_string()) return value.get<std::string>();
  if (value.is_number() || value.is_boolean()) return value.dump();
  return std::nullopt;
}

}  // namespace

std::string Place::text() const { return file.string() + ":" + std::to_string(line); }

Record::Record(base::Json fields, Place place) : fields_(std::move(fields)), place_(std::move(place)) {
  if (!fields_.is_object()) throw std::invalid_argument("is no JSON object");
}

bool Record::has(std::string_view name) const {
  const auto found = fields_.find(name);
  return found != fields_.end() && !found->is_null();
}

std::string Record::text(std::string_view name) const {
  if (auto text = spelled(field(name))) return *std::move(text);
  throw std::invalid_argument("has a field \"" + std::string(name) + "\" that is neither a text nor a number");
}

std::vector<std::string> Record::texts(std::string_view name) const {
  const base::Json& list = field(name);
  if (!list.is_array()) return {text(name)};
  std::vector<std::string> all;
  for (const auto& element : list) {
    auto text = spelled(element);
    if (!text) throw std::invalid_argument("has a field \"" + std::string(name) + "\" that is no list of texts");
    all.push_back(*std::move(text));
  }
  return all;
}

const base::Json& Record::field(std::string_view name) const {
  const auto found = fields_.find(name);
  if (found == fields_.end()) {
    throw std::invalid_argument("has no field \"" + std::string(name) + "\"; it has: " + names(fields_));
  }
  if (found->is_null()) throw std::invalid_argument("has a field \"" + std::string(name) + "\" that is null");
  return *found;
}

std::string content_id(std::string_view text) {
  char digits[17];
  std::snprintf(digits, sizeof digits, "%016llx", static_cast<unsigned long long>(Key{}.child(text).hi));
  return "q-" + std::string(digits, 12);
}

}  // namespace espalier::stored
