#pragma once

#include <exception>
#include <string>

namespace espalier::engine {

/// What `error` says of the machine when that failed, and not a plugin: a MachineFailure, memory that could not be had
/// (std::bad_alloc), or a std::system_error of that kind. Empty for all else.
std::string machine_failure(const std::exception_ptr& error);

}  // namespace espalier::engine
