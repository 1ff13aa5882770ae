#pragma once

#include <filesystem>
#include <optional>
#include <vector>

namespace espalier::base {

/// The numbers of the processors that the calling thread may run on, by its affinity mask.
std::vector<int> affine_processors();

/// How many processors the control groups of this process allow it at a time, which may be a fraction: the least of
/// cpu.max (version 2) and cpu.cfs_quota_us (version 1) over its groups and all above them. Nothing where there is no
/// such limit. `root`: where /proc and the mounted groups are looked for.
std::optional<double> processor_quota(const std::filesystem::path& root = "/");

/// How many processors this process may use at a time: those of its affinity mask within its quota. Above 0.
double allowed_processors();

/// Threads that fit into so many processors: their whole part, but at least one. With a quota of 1.5 a second thread
/// would spend half of its time waiting, and the first one with it.
int threads_within(double processors);

/// How the processors that this process may run on were used until some moment.
struct ProcessorUse {
  double moment = 0.0;   ///< seconds on a clock that never goes back
  double own = 0.0;      ///< processor-seconds that this process has used
  double idle = 0.0;     ///< processor-seconds that nobody has used
  double counted = 0.0;  ///< all of them, as far as the system counts them
};

/// How they have been used until now. `root`: as above.
ProcessorUse processor_use(const std::filesystem::path& root = "/");

/// How many processors others left to this process between two moments, on average: those it used and those that were
/// idle. Nothing where the system does not count them, as in some sandboxes.
std::optional<double> processors_left(const ProcessorUse& before, const ProcessorUse& now);

}  // namespace espalier::base
