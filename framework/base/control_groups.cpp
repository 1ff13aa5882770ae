#include "base/control_groups.hpp"

#include <algorithm>
#include <charconv>
#include <fstream>
#include <sstream>
#include <string>
#include <vector>

namespace espalier::base {
namespace {

namespace fs = std::filesystem;

/// One line of /proc/self/cgroup: the group of a hierarchy that this process is in.
struct Membership {
  std::string controllers;  ///< comma-separated; empty in version 2
  std::string group;
};

/// One line of /proc/self/mountinfo.
struct Mount {
  std::string top;  ///< the group that is seen at `point`
  std::string point;
  std::string type;
  std::string options;
};

bool lists(std::string_view names, std::string_view name) {
  for (std::size_t begin = 0; begin <= names.size();) {
    const std::size_t end = std::min(names.find(',', begin), names.size());
    if (names.substr(begin, end - begin) == name) return true;
    begin = end + 1;
  }
  return false;
}

/// Paths in mountinfo have white space as \040 and the like.
std::string unescaped(const std::string& path) {
  std::string plain;
  for (std::size_t i = 0; i < path.size(); ++i) {
    int code = 0;
    const char* const digits = path.data() + i + 1;
    if (path[i] == '\\' && i + 3 < path.size() && std::from_chars(digits, digits + 3, code, 8).ptr == digits + 3) {
      plain += static_cast<char>(code);
      i += 3;
    } else {
      plain += path[i];
    }
  }
  return plain;
}

std::vector<Membership> memberships(const fs::path& root) {
  std::vector<Membership> all;
  std::ifstream in(root / "proc/self/cgroup");
  for (std::string line; std::getline(in, line);) {
    const auto first = line.find(':');
    const auto second = line.find(':', first + 1);
    if (first == std::string::npos || second == std::string::npos) continue;
    all.push_back({line.substr(first + 1, second - first - 1), line.substr(second + 1)});
  }
  return all;
}

std::vector<Mount> mounts(const fs::path& root) {
  std::vector<Mount> all;
  std::ifstream in(root / "proc/self/mountinfo");
  for (std::string line; std::getline(in, line);) {
    std::istringstream words(line);
    std::string skipped;
    std::string source;
    Mount mount;
    words >> skipped >> skipped >> skipped >> mount.top >> mount.point;
    while (words >> skipped && skipped != "-") {
    }
    if (words >> mount.type >> source >> mount.options) all.push_back(std::move(mount));
  }
  return all;
}

/// The least figure of a group and all above it, as far as they are seen below the mount.
std::optional<double> least_upwards(const fs::path& root, const Mount& mount, const std::string& group,
                                    GroupFigure figure) {
  const fs::path top = root / fs::path(unescaped(mount.point)).relative_path();
  const std::string seen_from = mount.top == "/" ? "" : unescaped(mount.top);
  // Where the mount shows another part of the hierarchy, as in some containers, the group is its top.
  const bool below = group.starts_with(seen_from) && group.find("..") == std::string::npos;
  fs::path inner = below ? fs::path(group.substr(seen_from.size())).relative_path() : fs::path();
  std::optional<double> least;
  while (true) {
    if (const auto found = figure(top / inner)) least = std::min(least.value_or(*found), *found);
    if (inner.empty()) return least;
    inner = inner.parent_path();
  }
}

}  // namespace

std::optional<double> least_in_groups(const fs::path& root, std::string_view controller, GroupFigure figure) {
  std::optional<double> least;
  const auto all = mounts(root);
  for (const auto& [controllers, group] : memberships(root)) {
    for (const auto& mount : all) {
      const bool holds = controllers.empty() ? mount.type == "cgroup2"
                                             : mount.type == "cgroup" && lists(controllers, controller) &&
                                                   lists(mount.options, controller);
      if (!holds) continue;
      if (const auto found = least_upwards(root, mount, group, figure))
        least = std::min(least.value_or(*found), *found);
    }
  }
  return least;
}

}  // namespace espalier::base
