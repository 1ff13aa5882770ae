#include "engine/failure.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <espalier/machine_failure.hpp>
#include <new>
#include <system_error>

namespace espalier::engine {
namespace {

bool of_machine(const std::error_code& code) {
  constexpr std::array kinds = {std::errc::no_space_on_device,
                                std::errc::file_too_large,
                                std::errc::io_error,
                                std::errc::not_enough_memory,
                                std::errc::too_many_files_open,
                                std::errc::too_many_files_open_in_system,
                                std::errc::read_only_file_system,
                                std::errc::resource_unavailable_try_again};
  return code == std::error_code(EDQUOT, std::generic_category()) ||
         std::ranges::any_of(kinds, [&](std::errc kind) { return code == kind; });
}

}  // namespace

std::string machine_failure(const std::exception_ptr& error) {
  try {
    std::rethrow_exception(error);
  } catch (const MachineFailure& failure) {
    return failure.what();
  } catch (const std::bad_array_new_length&) {
    return "";  // a size that no machine has
  } catch (const std::bad_alloc&) {
    return "memory is used up; fewer problems at a time need less of it: [engine] open_problems";
  } catch (const std::system_error& failure) {
    return of_machine(failure.code()) ? failure.what() : "";
  } catch (...) {
    return "";
  }
}

}  // namespace espalier::engine
