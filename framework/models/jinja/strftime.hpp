#pragma once

#include <ctime>

#include "models/jinja/text.hpp"

namespace espalier::jinja {

/// datetime.strftime of Python in the C locale; directives that need a time zone write nothing.
Text format_date(const Text& format, const std::tm& date, Meter& meter);

}  // namespace espalier::jinja
