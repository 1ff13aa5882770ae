#pragma once

#include <array>
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <mutex>
#include <string>
#include <thread>

#include "engine/activity_page.hpp"

namespace espalier::engine {

/// A thread that sees when plugin code keeps the engine's thread for too long. It then says so in the activity page, so
/// that the plugin's next call of the engine throws; a plugin that calls nothing cannot be interrupted, and ends the
/// process with exit code 1 and a sentence in the log. The same befalls one that does not come back after a stop
/// request.
class Watchdog {
 public:
  struct Limits {
    double call_seconds = 0;   ///< how long a plugin may keep the thread; 0: for ever. Constructors may take longer, as
                               ///< some read large files
    double grace_seconds = 5;  ///< how long after that, or after a stop request, it may take to end in order
  };

  /// Both references must outlive the watchdog.
  Watchdog(ActivityPage& activity, const std::atomic<bool>& stop_requested, const Limits& limits);
  ~Watchdog();
  Watchdog(const Watchdog&) = delete;
  Watchdog& operator=(const Watchdog&) = delete;

  /// Seconds that the process was awake since the watchdog was made, not those in which it was suspended. Any thread.
  double awake() const { return awake_.load(std::memory_order_relaxed); }

 private:
  /// How long something has been at one thing.
  struct Stopwatch {
    std::uint64_t number = 0;
    double seconds = 0;
    void see(std::uint64_t now, double passed) {
      seconds = number == now ? seconds + passed : 0;
      number = now;
    }
  };

  void run();
  void look(double passed);
  void judge(Activity where, double seconds);
  [[noreturn]] void end(const std::string& sentence);

  ActivityPage& activity_;
  const std::atomic<bool>& stop_requested_;
  const Limits limits_;
  Stopwatch slice_;
  std::array<Stopwatch, ActivityPage::kOffloads> offloads_;
  double stopping_ = 0;  ///< seconds since a stop was requested
  std::atomic<double> awake_ = 0;
  std::mutex mutex_;
  std::condition_variable wake_;
  bool over_ = false;
  std::thread thread_;
};

}  // namespace espalier::engine
