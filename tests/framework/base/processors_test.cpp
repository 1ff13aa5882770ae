#include "base/processors.hpp"

#include <doctest/doctest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <string>

#include "machine.hpp"

using namespace espalier::base;
using namespace espalier::tests;

namespace fs = std::filesystem;

namespace {

std::optional<double> quota(const Machine& machine) { return processor_quota(machine.root()); }

}  // namespace

TEST_CASE("without control groups, or without a limit, there is no quota") {
  CHECK(!quota(Machine()));
  const Machine machine;
  machine.file("proc/self/mountinfo", kVersion2)
      .file("proc/self/cgroup", "0::/user.slice\n")
      .file("sys/fs/cgroup/user.slice/cpu.max", "max 100000\n");
  CHECK(!quota(machine));
}

TEST_CASE("version 2: the least limit of the group and all above it") {
  const Machine machine;
  machine.file("proc/self/mountinfo", "22 1 8:1 / / rw - ext4 /dev/sda1 rw\n" + kVersion2)
      .file("proc/self/cgroup", "0::/pods/pod1/main\n")
      .file("sys/fs/cgroup/pods/cpu.max", "800000 100000\n")
      .file("sys/fs/cgroup/pods/pod1/cpu.max", "75000 50000\n")
      .file("sys/fs/cgroup/pods/pod1/main/cpu.max", "max 100000\n");
  CHECK(quota(machine) == doctest::Approx(1.5));
}

TEST_CASE("version 1: the hierarchy that has the processors, as a container sees it or not") {
  const Machine machine;
  machine.file("proc/self/mountinfo", kVersion1)
      .file("proc/self/cgroup", "5:memory:/docker/abc\n4:cpu,cpuacct:/docker/abc\n0::/\n")
      .file("sys/fs/cgroup/cpu,cpuacct/docker/abc/cpu.cfs_quota_us", "250000\n")
      .file("sys/fs/cgroup/cpu,cpuacct/docker/abc/cpu.cfs_period_us", "100000\n")
      .file("sys/fs/cgroup/memory/docker/abc/cpu.max", "1 100000\n");  // of another hierarchy
  CHECK(quota(machine) == doctest::Approx(2.5));

  const Machine inside;  // the mount shows the container's own group as its top
  inside.file("proc/self/mountinfo", "30 23 0:27 /docker/abc /sys/fs/cgroup/cpu ro - cgroup cgroup rw,cpu\n")
      .file("proc/self/cgroup", "4:cpu:/docker/abc\n")
      .file("sys/fs/cgroup/cpu/cpu.cfs_quota_us", "50000\n")
      .file("sys/fs/cgroup/cpu/cpu.cfs_period_us", "100000\n");
  CHECK(quota(inside) == doctest::Approx(0.5));
  inside.file("sys/fs/cgroup/cpu/cpu.cfs_quota_us", "-1\n");
  CHECK(!quota(inside));
}

TEST_CASE("files of no use are no limit") {
  const Machine machine;
  machine.file("proc/self/mountinfo", "nonsense\n" + kVersion2 + "1 2 3\n")
      .file("proc/self/cgroup", "nonsense\n0::/../../elsewhere\n")
      .file("sys/fs/cgroup/cpu.max", "many\n");
  CHECK(!quota(machine));
}

TEST_CASE("threads fit into whole processors, and there is always one") {
  CHECK(threads_within(0.3) == 1);
  CHECK(threads_within(1.5) == 1);
  CHECK(threads_within(2.0) == 2);
  CHECK(threads_within(15.9) == 15);
}

TEST_CASE("this process may use some of the machine's processors") {
  CHECK(!affine_processors().empty());
  CHECK(allowed_processors() > 0.0);
  CHECK(allowed_processors() <= static_cast<double>(affine_processors().size()));
}

TEST_CASE("others leave what this process used and what was idle") {
  const ProcessorUse before{.moment = 10, .own = 4, .idle = 7, .counted = 40};
  CHECK(*processors_left(before, {.moment = 12, .own = 8, .idle = 7, .counted = 44}) == doctest::Approx(2.0));
  CHECK(*processors_left(before, {.moment = 12, .own = 6, .idle = 9, .counted = 44}) == doctest::Approx(2.0));
  CHECK(*processors_left(before, {.moment = 12, .own = 6, .idle = 7, .counted = 44}) == doctest::Approx(1.0));
  CHECK(!processors_left(before, before));
  // a system that counts nothing
  CHECK(!processors_left({.moment = 10}, {.moment = 12, .own = 2}));
}

TEST_CASE("the system's counts are of the processors that may be used") {
  std::string counts = "cpu  900 0 900 900 900 0 0 0 0 0\n";
  for (int i = 0; i < 4; ++i) counts += "cpu" + std::to_string(i) + " 100 10 20 300 40 5 6 7 100 0\n";
  const Machine machine;
  machine.file("proc/stat", counts + "intr 12345\n");
  double known = 0;
  for (const int number : affine_processors()) known += number < 4;
  const ProcessorUse use = processor_use(machine.root());
  const double tick = 1.0 / static_cast<double>(::sysconf(_SC_CLK_TCK));
  CHECK(use.idle == doctest::Approx(known * 340 * tick));
  CHECK(use.counted == doctest::Approx(known * 488 * tick));
}
