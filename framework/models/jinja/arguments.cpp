#include "models/jinja/arguments.hpp"

#include <algorithm>

namespace espalier::jinja {

Parameters::Parameters(Meter& meter, std::string_view function, const CallArguments& arguments,
                       std::initializer_list<std::string_view> names, std::size_t required)
    : meter_(meter), function_(function), names_(names), values_(names.size(), nullptr) {
  if (arguments.positional.size() > names.size()) {
    meter.fail("`" + function_ + "` takes no more than " + std::to_string(names.size()) + " arguments");
  }
  for (std::size_t i = 0; i < arguments.positional.size(); ++i) values_[i] = &arguments.positional[i];
  for (const auto& [name, value] : arguments.named) {
    const auto found = std::ranges::find(names_, name.bytes());
    if (found == names_.end()) meter.fail("`" + function_ + "` has no parameter `" + std::string(name.bytes()) + "`");
    const Value*& place = values_[static_cast<std::size_t>(found - names_.begin())];
    if (place) meter.fail("`" + function_ + "` is given `" + std::string(name.bytes()) + "` twice");
    place = &value;
  }
  for (std::size_t i = 0; i < required; ++i) {
    if (!values_[i]) meter.fail("`" + function_ + "` needs the argument `" + std::string(names_[i]) + "`");
  }
}

std::int64_t Parameters::integer(std::size_t i, std::int64_t otherwise) const {
  if (!has(i) || values_[i]->is<None>()) return otherwise;
  const std::optional<std::int64_t> integer = as_integer(*values_[i]);
  if (!integer) fail_type("the argument `" + std::string(names_[i]) + "` of `" + function_ + "`", *values_[i], meter_);
  return *integer;
}

const Text& Parameters::text(std::size_t i) const {
  const Text* text = values_[i]->get<Text>();
  if (!text) fail_type("the argument `" + std::string(names_[i]) + "` of `" + function_ + "`", *values_[i], meter_);
  return *text;
}

}  // namespace espalier::jinja
