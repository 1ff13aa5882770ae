#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace espalier::jinja {

/// What a string of a template says, given what stands between its quotes: escapes as in Python's literals. Throws
/// TemplateError with `line`.
std::string unescape(std::string_view literal, std::size_t line);

}  // namespace espalier::jinja
