#pragma once

#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "host/manifest/position.hpp"

namespace espalier::host {

enum class Severity { warning, error };

/// One thing a user should know about a manifest.
struct Diagnostic {
  Severity severity = Severity::error;
  Position position;
  /// "search.simulations must be in [1, 100000], got 0"; one of several lines says several things.
  std::string message;
  std::string cause = {};  ///< what else is wrong for the same reason has the same; "": nothing

  /// "file:line:column: message" for every line, printable; warnings begin with "warning: ".
  std::string text() const;
};

/// Collects what is wrong with a manifest, so that one run shows all of it. Not thread-safe.
class Diagnostics {
 public:
  void error(Position position, std::string message, std::string cause = {});
  void warning(Position position, std::string message);
  void add(const Diagnostics& others);

  bool failed() const;
  bool empty() const { return items_.empty(); }
  /// Errors and warnings by position, each once.
  std::vector<Diagnostic> sorted() const;
  /// One line each, as for standard error; what has one cause is said once, where it shows first.
  std::string text() const;

 private:
  std::vector<Diagnostic> items_;
};

/// `text` with `prefix` before each of its lines.
std::string prefixed(const std::string& prefix, std::string_view text);

/// A mistake the user can mend: in a manifest or on the command line. Exit code 2.
class ManifestError : public std::runtime_error {
 public:
  explicit ManifestError(Diagnostics diagnostics);
  ManifestError(Position position, std::string message);

  const Diagnostics& diagnostics() const { return diagnostics_; }

 private:
  Diagnostics diagnostics_;
};

/// A plugin that cannot be used or whose code failed; the message names plugin and library. Exit code 1 (2 while
/// checking).
class PluginError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

}  // namespace espalier::host
