#include "base/memory.hpp"

#include <doctest/doctest.h>

#include "machine.hpp"

using namespace espalier::base;
using namespace espalier::tests;

namespace {

constexpr double kMiB = 1 << 20;

std::string bytes(int mebibytes) { return std::to_string(std::int64_t{mebibytes} << 20) + "\n"; }

const std::string kMemory = "MemTotal:       16384000 kB\nMemFree: 100 kB\nMemAvailable:    8192000 kB\n";

}  // namespace

TEST_CASE("without control groups it is what Linux says is available") {
  const Machine machine;
  CHECK(!available_memory(machine.root()));
  machine.file("proc/meminfo", kMemory);
  CHECK(available_memory(machine.root()) == 8192000 * 1024.0);
  CHECK(available_memory().value_or(1) > 0);
}

TEST_CASE("version 2: the tightest group counts, less what can be had back") {
  const Machine machine;
  machine.file("proc/meminfo", kMemory)
      .file("proc/self/mountinfo", kVersion2)
      .file("proc/self/cgroup", "0::/job/task\n")
      .file("sys/fs/cgroup/job/task/memory.max", "max\n")
      .file("sys/fs/cgroup/job/task/memory.current", "1000\n");
  CHECK(available_memory(machine.root()) == 8192000 * 1024.0);
  machine.file("sys/fs/cgroup/job/memory.max", bytes(100)).file("sys/fs/cgroup/job/memory.current", bytes(90));
  CHECK(available_memory(machine.root()) == 10 * kMiB);
  machine.file("sys/fs/cgroup/job/memory.stat", "active_file 5\ninactive_file " + bytes(20));
  CHECK(available_memory(machine.root()) == 30 * kMiB);
  machine.file("sys/fs/cgroup/memory.max", bytes(50)).file("sys/fs/cgroup/memory.current", bytes(60));
  CHECK(available_memory(machine.root()) == 0);
}

TEST_CASE("version 1: the hierarchy that has the memory") {
  const Machine machine;
  const std::string group = "sys/fs/cgroup/memory/docker/ab/";
  machine.file("proc/meminfo", kMemory)
      .file("proc/self/mountinfo", kVersion1)
      .file("proc/self/cgroup", "9:cpu,cpuacct:/a\n4:memory:/docker/ab\nnonsense\n")
      .file(group + "memory.limit_in_bytes", bytes(64))
      .file(group + "memory.usage_in_bytes", bytes(60))
      .file(group + "memory.stat", "inactive_file 7\ntotal_inactive_file " + bytes(1));
  CHECK(available_memory(machine.root()) == 5 * kMiB);
}
