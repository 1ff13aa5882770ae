#pragma once

#include <boost/program_options/variables_map.hpp>
#include <optional>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "host/plugins/catalog.hpp"

namespace espalier::cli {

namespace po = boost::program_options;

/// A mistake on the command line. Exit code 2.
class UsageError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// Standard output that cannot be written; `main` says why. Exit code 1.
class OutputError : public std::runtime_error {
 public:
  OutputError() : std::runtime_error("standard output cannot be written") {}
};

using Arguments = std::vector<std::string>;

/// "--output DIR", "--fresh".
struct Option {
  const char* name;
  const char* value;  ///< what it takes, as the help page says it; "": nothing, it is a switch
  const char* help;
  bool repeated = false;  ///< may be given several times; its values are read with `values_of`
};

/// One verb of the program.
struct Command {
  std::string_view name;
  std::string_view usage;    ///< "espalier check MANIFEST..."
  std::string_view summary;  ///< one sentence for the list of verbs
  std::string_view details;  ///< more, for its own help page; may be empty
  std::vector<Option> options;
  /// Names of its positional arguments in order; the last one may end in "..." and takes all that is left.
  std::vector<std::string> positional;
  /// Does it and returns the exit code. Mistakes of the user and failures are thrown.
  int (*run)(const po::variables_map& arguments);
};

/// Reads the arguments of a verb; nothing when its help was asked for (and printed). Throws UsageError.
bool parse(const Command& command, const Arguments& arguments, po::variables_map& parsed);

/// The help page of one verb.
std::string help_page(const Command& command);

/// All verbs, in the order of the help page. A new one is a file that defines its entry, and its line in commands.cpp.
std::span<const Command> commands();

/// The value of an option that was given.
std::optional<std::string> option_of(const po::variables_map& arguments, const std::string& name);
/// The values of a positional argument, or of an option that may be repeated.
std::vector<std::string> values_of(const po::variables_map& arguments, const std::string& name);
/// The value of an argument that must be there; throws UsageError.
std::string value_of(const po::variables_map& arguments, const std::string& name);

/// Throws UsageError, with the nearest kind and the list, where there is no such kind of plugin.
void check_kind(const std::string& kind);

/// The plugins there are. Warns on standard error of places that others may write to.
host::Catalog standard_catalog();

/// Writes what waits for standard output. Throws OutputError, so that whoever makes more of it stops.
void flush_output();

/// Columns of the terminal on standard output; 100 when it is none.
int terminal_width();

}  // namespace espalier::cli
