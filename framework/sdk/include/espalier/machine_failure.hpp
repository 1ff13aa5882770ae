#pragma once

#include <espalier/export.hpp>
#include <stdexcept>

namespace espalier {

/// Thrown by any plugin, at any time, when the machine has failed rather than the plugin or what it was given: memory,
/// the disk, a device or a server is used up or gone. Whoever was asked for the work did nothing wrong and would do it
/// elsewhere, so that no problem counts as failed: the stage ends and can be resumed. what() says what is missing and
/// what would help. std::bad_alloc is understood in the same way.
///
/// A Backend throws it from `step` when a batch does not fit: the engine offers the same work again, fewer at once, and
/// only work that fails alone fails with it.
class ESPALIER_API MachineFailure : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
  ~MachineFailure() override;
};

}  // namespace espalier
