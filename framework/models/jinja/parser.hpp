#pragma once

#include <string_view>

#include "models/jinja/syntax.hpp"

namespace espalier::jinja {

/// Reads a template. Its names have no slots yet. Throws TemplateError.
Program parse_template(std::string_view source);

}  // namespace espalier::jinja
