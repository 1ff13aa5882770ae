#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "models/jinja/meter.hpp"

namespace espalier::jinja {

/// int(text, base) of Python; nothing where the text is no such number. Throws where it leaves 64 bits.
std::optional<std::int64_t> parse_integer(std::string_view text, std::int64_t base, Meter& meter);
/// float(text) of Python; nothing where the text is no number.
std::optional<double> parse_real(std::string_view text);

}  // namespace espalier::jinja
