#include "host/manifest/diagnostics.hpp"

#include <algorithm>
#include <exception>
#include <set>
#include <tuple>
#include <utility>

#include "host/printable.hpp"

namespace espalier::host {
namespace {

Diagnostics single(Position position, std::string message) {
  Diagnostics diagnostics;
  diagnostics.error(std::move(position), std::move(message));
  return diagnostics;
}

std::string without_last_newline(std::string text) {
  if (text.ends_with('\n')) text.pop_back();
  return text;
}

}  // namespace

std::string Diagnostic::text() const {
  const std::string where = position.known() ? position.text() + ": " : "";
  return prefixed(printable_line(where + (severity == Severity::warning ? "warning: " : "")), printable_lines(message));
}

void Diagnostics::error(Position position, std::string message, std::string cause) {
  items_.push_back({Severity::error, std::move(position), std::move(message), std::move(cause)});
}

void Diagnostics::warning(Position position, std::string message) {
  items_.push_back({Severity::warning, std::move(position), std::move(message)});
}

void Diagnostics::add(const Diagnostics& others) {
  items_.insert(items_.end(), others.items_.begin(), others.items_.end());
}

bool Diagnostics::failed() const {
  return std::ranges::any_of(items_, [](const Diagnostic& item) { return item.severity == Severity::error; });
}

std::vector<Diagnostic> Diagnostics::sorted() const {
  const auto rank = [](const Diagnostic& item) { return std::tie(item.position, item.severity, item.message); };
  std::vector<Diagnostic> unique = items_;
  std::ranges::sort(unique, [&](const auto& a, const auto& b) { return rank(a) < rank(b); });
  const auto equal = [&](const auto& a, const auto& b) { return rank(a) == rank(b); };
  unique.erase(std::unique(unique.begin(), unique.end(), equal), unique.end());
  return unique;
}

std::string Diagnostics::text() const {
  const std::vector<Diagnostic> all = sorted();
  std::string lines;
  std::set<std::string> said;
  for (Diagnostic item : all) {
    if (!item.cause.empty() && !said.insert(item.cause).second) continue;
    const auto more = item.cause.empty() ? 0 : std::ranges::count(all, item.cause, &Diagnostic::cause) - 1;
    if (more > 0) {
      const auto last = std::ranges::find(all.rbegin(), all.rend(), item.cause, &Diagnostic::cause);
      item.message += "; so in " + std::to_string(more) + (more == 1 ? " more place, " : " more places, to ") +
                      last->position.text();
    }
    lines += item.text() + "\n";
  }
  return lines;
}

std::string prefixed(const std::string& prefix, std::string_view text) {
  std::string lines;
  for (;;) {
    const std::size_t end = text.find('\n');
    lines += prefix + std::string(text.substr(0, end));
    if (end == std::string_view::npos) return lines;
    lines += '\n';
    text.remove_prefix(end + 1);
  }
}

ManifestError::ManifestError(Diagnostics diagnostics)
    : std::runtime_error(without_last_newline(diagnostics.text())), diagnostics_(std::move(diagnostics)) {}

ManifestError::ManifestError(Position position, std::string message)
    : ManifestError(single(std::move(position), std::move(message))) {}

}  // namespace espalier::host
