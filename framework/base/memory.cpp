#include "base/memory.hpp"

#include <algorithm>
#include <fstream>
#include <string>
#include <string_view>

#include "base/control_groups.hpp"

namespace espalier::base {
namespace {

namespace fs = std::filesystem;

std::optional<double> number_in(const fs::path& file) {
  double number = 0.0;
  std::ifstream in(file);
  return in >> number ? std::optional(number) : std::nullopt;  // "max" is no number, and no limit
}

/// The number behind `name` at the beginning of a line.
std::optional<double> number_of(const fs::path& file, std::string_view name) {
  std::ifstream in(file);
  double number = 0.0;
  for (std::string word; in >> word;) {
    if (word == name && in >> number) return number;
  }
  return std::nullopt;
}

/// What is left of the limit of one group. Pages of files that nobody used lately can be had back, and do not count.
std::optional<double> left_of(const fs::path& folder, const char* limit_file, const char* usage_file,
                              std::string_view idle_files) {
  const auto limit = number_in(folder / limit_file);
  const auto used = number_in(folder / usage_file);
  if (!limit || !used) return std::nullopt;
  return std::max(0.0, *limit - *used + number_of(folder / "memory.stat", idle_files).value_or(0.0));
}

std::optional<double> left_in_group(const fs::path& folder) {
  if (const auto left = left_of(folder, "memory.max", "memory.current", "inactive_file")) return left;
  return left_of(folder, "memory.limit_in_bytes", "memory.usage_in_bytes", "total_inactive_file");
}

}  // namespace

std::optional<double> available_memory(const fs::path& root) {
  const auto kilobytes = number_of(root / "proc/meminfo", "MemAvailable:");
  const auto left = least_in_groups(root, "memory", left_in_group);
  if (!kilobytes) return left;
  return std::min(1024.0 * *kilobytes, left.value_or(1024.0 * *kilobytes));
}

}  // namespace espalier::base
