#pragma once

#include <cstdint>
#include <espalier/export.hpp>
#include <espalier/language_model.hpp>
#include <functional>
#include <span>
#include <string_view>

namespace espalier {

/// What scores cost, logically: tokens that value models read or wrote, those of them that no earlier reading of the
/// same state's ancestors had, FLOPs, and billionths of the money that prices are in.
struct Charge {
  std::int64_t tokens = 0;
  std::int64_t new_tokens = 0;
  std::int64_t flops = 0;
  std::int64_t money = 0;
};

/// What the engine does for code that would block. Installed per thread; without one, SDK calls do their work in place.
class ESPALIER_API Scheduler {
 public:
  virtual ~Scheduler();
  /// Runs `work` on `backend`, parking the calling fiber; rethrows its error.
  virtual Finished await(Backend& backend, Work work) = 0;
  /// Runs `blocking` on another thread, parking the calling fiber; rethrows its error.
  virtual void offload(const std::function<void()>& blocking) = 0;
  /// Runs all tasks as fibers of their own and returns when all are done; rethrows the first error in order.
  virtual void together(std::span<const std::function<void()>> tasks) = 0;
  /// Runs `scoring`, charges what it costs to the calling fiber, and returns that.
  virtual Charge charged(const std::function<void()>& scoring) = 0;
  /// Charges the calling fiber.
  virtual void charge(const Charge& charge) = 0;
};

/// Installs `scheduler` for the calling thread (null: none) and returns the one before.
ESPALIER_API Scheduler* exchange_scheduler(Scheduler* scheduler);
ESPALIER_API Scheduler* current_scheduler();

/// Runs work on a backend: through the thread's scheduler, or by stepping the backend here. The result never holds an
/// exception: errors are thrown.
ESPALIER_API Finished await(Backend& backend, Work work);
/// Runs code that truly blocks (files, sockets) without holding up other problems.
ESPALIER_API void offload(const std::function<void()>& blocking);
/// Runs tasks side by side; in order when there is no scheduler.
ESPALIER_API void together(std::span<const std::function<void()>> tasks);

/// Scores states and returns what that is charged; nothing without a scheduler, where nobody counts.
ESPALIER_API Charge charged(const std::function<void()>& scoring);
/// Charges for scores that are remembered instead of made again: costs are logical, so whoever remembers what somebody
/// else was charged for charges it each time it is asked for.
ESPALIER_API void charge(const Charge& charge);

enum class LogLevel { debug, info, warning, error };
/// Writes a line to the run's log. Thread-safe. Without a host: to standard error, warnings and errors only.
ESPALIER_API void log(LogLevel level, std::string_view line);
/// Where `log` writes; set once by the host.
ESPALIER_API void set_log_sink(std::function<void(LogLevel, std::string_view)> sink);

}  // namespace espalier
