#pragma once

#include <span>
#include <string_view>

#include "models/jinja/objects.hpp"

namespace espalier::jinja {

struct Method {
  std::string_view name;
  Function::Native native;
};

/// The methods of texts, by name.
std::span<const Method> text_methods();

}  // namespace espalier::jinja
