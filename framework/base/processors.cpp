#include "base/processors.hpp"

#include <sched.h>
#include <unistd.h>

#include <algorithm>
#include <cmath>
#include <ctime>
#include <fstream>
#include <sstream>
#include <string>

#include "base/control_groups.hpp"

namespace espalier::base {
namespace {

namespace fs = std::filesystem;

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

std::optional<double> processor_quota(const fs::path& root) { return least_in_groups(root, "cpu", limit_of); }

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
