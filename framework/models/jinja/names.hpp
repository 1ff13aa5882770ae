#pragma once

#include "models/jinja/syntax.hpp"

namespace espalier::jinja {

/// Gives every name of a template its slot, by the rules by which jinja2 compiles templates to Python's functions: an
/// assignment in a loop or block is gone behind it, `if` has no scope of its own, and what a name means depends on what
/// is assigned to it further down. Refuses what jinja2 refuses when it compiles: unknown filters and tests (unless they
/// stand in a condition), `break` outside of a loop. Throws TemplateError.
void resolve_names(Program& program);

/// Whether there is a function of that name in every template.
bool is_function_name(std::string_view name);

}  // namespace espalier::jinja
