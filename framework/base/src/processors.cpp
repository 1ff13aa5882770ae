#include "base/processors.hpp"

#include <sched.h>
#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstring>
#include <ctime>
#include <fstream>
#include <sstream>
#include <string>
#include <string_view>

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

/// The limit of one group: "max 100000" and "150000 100000" in cpu.max, or two files in version 1.
std::optional<double> limit_of(const fs::path& folder) {
  double quota = 0.0;
  double period = 0.0;
  if (std::ifstream in(folder / "cpu.max"); in >> quota >> period && quota > 0 && period > 0) return quota / period;
  std::ifstream quota_file(folder / "cpu.cfs_quota_us");
  std::ifstream period_file(folder / "cpu.cfs_period_us");
  if (quota_file >> quota && period_file >> period && quota > 0 && period > 0) return quota / period;
  return std::nullopt;
}

/// The least limit of a group and all above it, as far as they are seen below the mount.
std::optional<double> least_limit(const fs::path& root, const Mount& mount, const std::string& group) {
  const fs::path top = root / fs::path(unescaped(mount.point)).relative_path();
  const std::string seen_from = mount.top == "/" ? "" : unescaped(mount.top);
  // Where the mount shows another part of the hierarchy, as in some containers, the group is its top.
  const bool below = group.starts_with(seen_from) && group.find("..") == std::string::npos;
  fs::path inner = below ? fs::path(group.substr(seen_from.size())).relative_path() : fs::path();
  std::optional<double> least;
  while (true) {
    if (const auto limit = limit_of(top / inner)) least = std::min(least.value_or(*limit), *limit);
    if (inner.empty()) return least;
    inner = inner.parent_path();
  }
}

}  // namespace

std::vector<int> affine_processors() {
  std::vector<int> processors;
  for (std::size_t most = 1024; most <= 1u << 20; most *= 2) {
    cpu_set_t* const mask = CPU_ALLOC(most);
    const std::size_t size = CPU_ALLOC_SIZE(most);
    CPU_ZERO_S(size, mask);
    const bool known = ::sched_getaffinity(0, size, mask) == 0;
    for (std::size_t i = 0; known && i < most; ++i) {
      if (CPU_ISSET_S(i, size, mask)) processors.push_back(static_cast<int>(i));
    }
    CPU_FREE(mask);
    if (known) break;
  }
  if (processors.empty()) processors.push_back(0);
  return processors;
}

std::optional<double> processor_quota(const fs::path& root) {
  std::optional<double> least;
  const auto all = mounts(root);
  for (const auto& [controllers, group] : memberships(root)) {
    for (const auto& mount : all) {
      const bool holds = controllers.empty() ? mount.type == "cgroup2"
                                             : mount.type == "cgroup" && lists(controllers, "cpu") &&
                                                   lists(mount.options, "cpu");
      if (!holds) continue;
      if (const auto limit = least_limit(root, mount, group)) least = std::min(least.value_or(*limit), *limit);
    }
  }
  return least;
}

double allowed_processors() {
  const auto affine = static_cast<double>(affine_processors().size());
  return std::min(affine, processor_quota().value_or(affine));
}

int threads_within(double processors) { return std::max(1, static_cast<int>(std::floor(processors))); }

ProcessorUse processor_use(const fs::path& root) {
  const auto seconds = [](clockid_t clock) {
    timespec time{};
    ::clock_gettime(clock, &time);
    return static_cast<double>(time.tv_sec) + 1e-9 * static_cast<double>(time.tv_nsec);
  };
  ProcessorUse use{.moment = seconds(CLOCK_MONOTONIC), .own = seconds(CLOCK_PROCESS_CPUTIME_ID)};
  const auto affine = affine_processors();
  const double tick = 1.0 / static_cast<double>(::sysconf(_SC_CLK_TCK));
  std::ifstream in(root / "proc/stat");
  // "cpu3 user nice system idle iowait irq softirq steal guest guest_nice"; guests are in user and nice too.
  for (std::string line; std::getline(in, line) && line.starts_with("cpu");) {
    std::istringstream words(line.substr(3));
    int number = 0;
    if (line[3] == ' ' || !(words >> number) || !std::ranges::binary_search(affine, number)) continue;
    double ticks = 0.0;
    for (int column = 0; column < 8 && words >> ticks; ++column) {
      use.counted += ticks * tick;
      if (column == 3 || column == 4) use.idle += ticks * tick;
    }
  }
  return use;
}

std::optional<double> processors_left(const ProcessorUse& before, const ProcessorUse& now) {
  const double elapsed = now.moment - before.moment;
  const double own = now.own - before.own;
  const double idle = now.idle - before.idle;
  // What nobody counts would look as if others had it.
  if (elapsed <= 0.0 || now.counted - before.counted < 0.5 * std::max(elapsed, own)) return std::nullopt;
  return (own + std::max(0.0, idle)) / elapsed;
}

}  // namespace espalier::base
