#pragma once

#include <ctime>
#include <optional>
#include <string>

namespace espalier::jinja {

/// "2026-11-28" as midnight of that day; nothing where it is none.
std::optional<std::tm> day_of(const std::string& text);

}  // namespace espalier::jinja
