#pragma once

#include <filesystem>
#include <optional>
#include <ostream>
#include <string>
#include <vector>

namespace espalier::conformance {

/// Which plugin, and what it is given.
struct Subject {
  std::filesystem::path library;                   ///< <kind>/<name>.so, or any .so whose descriptor says what it is
  std::optional<std::filesystem::path> with = {};  ///< a TOML file with the plugin's parameters
  std::vector<std::string> golds = {};             ///< gold answers that the plugin, a grader, must be able to read
};

/// Checks from outside what every plugin of its kind must do: the descriptor, the parameters, and the behaviour of
/// objects made from the given parameters, the defaults and stand-in children. Writes one line per property to `out`
/// and returns how many do not hold. Throws PluginError when the library is refused, and ManifestError when `with` is
/// faulty or golds are given to what is no grader.
int conform(const Subject& subject, std::ostream& out);

}  // namespace espalier::conformance
