#pragma once

#include <string>
#include <string_view>

#include "models/jinja/objects.hpp"

namespace espalier::jinja {

// What templates can call. Null for unknown names.

Function::Native find_filter(std::string_view name);
Function::Native find_test(std::string_view name);
/// A function that every template knows, such as `range`.
Function::Native find_function(std::string_view name);
/// A method of the value's type that does not change it.
Function::Native find_method(const Value& self, std::string_view name);

/// What to say of an unknown filter or test.
std::string no_filter(std::string_view name);
std::string no_test(std::string_view name);

}  // namespace espalier::jinja
