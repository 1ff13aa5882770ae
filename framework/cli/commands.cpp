#include "command.hpp"

namespace espalier::cli {

// A verb is a file that defines its entry, and its line here.
Command run_command();
Command check_command();
Command plugins_command();
Command describe_command();
Command tree_command();
Command grade_command();
Command tokenize_command();
Command new_command();
Command conform_command();
Command doctor_command();

std::span<const Command> commands() {
  static const std::vector<Command> all = {run_command(),     check_command(), plugins_command(),  describe_command(),
                                           tree_command(),    grade_command(), tokenize_command(), new_command(),
                                           conform_command(), doctor_command()};
  return all;
}

}  // namespace espalier::cli
