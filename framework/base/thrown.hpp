#pragma once

#include <exception>
#include <string>

namespace espalier::base {

/// What an exception says, or that it is no std::exception; without an argument, the one that is being handled.
std::string thrown_text(const std::exception_ptr& thrown = std::current_exception());

}  // namespace espalier::base
