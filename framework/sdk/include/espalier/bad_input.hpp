#pragma once

#include <espalier/export.hpp>
#include <stdexcept>

namespace espalier {

/// Thrown by a plugin's constructor or `facts` when what it was given is wrong, such as a line of a file: the user's
/// mistake, told with the place in the manifest and exit code 2. what() says where in the file, what, and how to mend
/// it: "problems.jsonl:3: has no field \"answer\"; ...". All else that they throw is a failure of the plugin.
class ESPALIER_API BadInput : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
  ~BadInput() override;
};

}  // namespace espalier
