#pragma once

#include <set>
#include <string>

#include "models/jinja/syntax.hpp"

namespace espalier::jinja {

/// Which of `names` a body reads before it assigns to them, macros and loops within included. So jinja2 finds out
/// whether a macro takes a caller and more arguments than it names.
std::set<std::string> find_undeclared(Body& body, std::set<std::string> names);

}  // namespace espalier::jinja
