#pragma once

#include <functional>
#include <ostream>
#include <stdexcept>
#include <string>
#include <string_view>

namespace espalier::conformance {

/// Why a property does not hold.
class Violation : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// Throws a Violation unless `holds`.
inline void expect(bool holds, const std::string& otherwise) {
  if (!holds) throw Violation(otherwise);
}

/// Writes one line per property and counts those that do not hold.
class Report {
 public:
  explicit Report(std::ostream& out) : out_(out) {}

  /// Runs `check`; any exception is a failure, whoever threw it.
  void property(std::string_view name, const std::function<void()>& check) {
    try {
      check();
      out_ << "ok    " << name << '\n';
    } catch (const Violation& violation) {
      fail(name, violation.what());
    } catch (const std::exception& error) {
      fail(name, std::string("threw: ") + error.what());
    } catch (...) {
      fail(name, "threw something that is no std::exception");
    }
  }

  void skipped(std::string_view what, std::string_view why) { out_ << "skip  " << what << ": " << why << '\n'; }

  int failures() const { return failures_; }

 private:
  void fail(std::string_view name, const std::string& why) {
    out_ << "FAIL  " << name << ": " << why << '\n';
    ++failures_;
  }

  std::ostream& out_;
  int failures_ = 0;
};

}  // namespace espalier::conformance
