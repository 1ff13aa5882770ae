#include "models/device/device.hpp"

#include <ATen/Parallel.h>
#include <doctest/doctest.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <future>
#include <vector>

#include "base/processors.hpp"

using namespace espalier;

namespace {

/// Calls `check` on a thread that torch has not seen: its number of threads is the usual one, and gone afterwards.
template <class Check>
auto on_fresh_thread(const Check& check) {
  return std::async(std::launch::async, check).get();
}

/// Processes that do nothing, as fast as they can, until the end of the test.
class BusyProcesses {
 public:
  explicit BusyProcesses(std::size_t count) {
    for (std::size_t i = 0; i < count; ++i) {
      const pid_t child = ::fork();
      if (child == 0) {
        ::alarm(60);
        while (true) {
        }
      }
      children_.push_back(child);
    }
  }
  ~BusyProcesses() {
    for (const pid_t child : children_) {
      ::kill(child, SIGKILL);
      ::waitpid(child, nullptr, 0);
    }
  }

 private:
  std::vector<pid_t> children_;
};

}  // namespace

TEST_CASE("arithmetic has no more threads than the process may use") {
  const int most = base::threads_within(base::allowed_processors());
  CHECK(on_fresh_thread([] { return models::use_threads(1), at::get_num_threads(); }) == 1);
  CHECK(on_fresh_thread([] { return models::use_threads(1000), at::get_num_threads(); }) == most);
  CHECK(on_fresh_thread([] { return models::use_threads(0), at::get_num_threads(); }) <= most);
}

TEST_CASE("beside busy processes arithmetic leaves them their processors") {
  const std::size_t processors = base::affine_processors().size();
  const BusyProcesses others(processors);
  const int threads = on_fresh_thread([] {
    const auto begun = std::chrono::steady_clock::now();
    at::set_num_threads(base::threads_within(base::allowed_processors()));
    while (std::chrono::steady_clock::now() - begun < std::chrono::milliseconds(700)) models::use_threads(0);
    return at::get_num_threads();
  });
  CHECK(threads == 1);
}
