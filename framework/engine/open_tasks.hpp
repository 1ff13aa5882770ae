#pragma once

#include <list>
#include <optional>
#include <string>
#include <vector>

#include "engine/activity_page.hpp"

namespace espalier::engine {

/// A task that was begun and has not ended.
struct OpenTask {
  double begun = 0;                    ///< seconds of OpenTasks, when it began
  Activity where;                      ///< of the fiber of it that waited last
  std::optional<std::string> overdue;  ///< why it has to end
};

/// The tasks that were begun and have not ended, and the share of the time that each has had: every moment is divided
/// by the tasks that are open in it.
class OpenTasks {
 public:
  using Place = std::list<OpenTask>::iterator;

  /// `most_seconds`: of one task; 0: any.
  explicit OpenTasks(double most_seconds) : most_seconds_(most_seconds) {}

  double most_seconds() const { return most_seconds_; }
  int count() const { return static_cast<int>(tasks_.size()); }

  /// Adds a task, at `now` in seconds of a clock that never goes back.
  Place begin(double now);
  void end(Place task) { tasks_.erase(task); }
  /// Those that have had more than their seconds at `now` and are not marked as overdue, oldest first.
  std::vector<OpenTask*> beyond_limit(double now);

 private:
  void count_time(double now);

  double most_seconds_;
  std::list<OpenTask> tasks_;  ///< in the order in which they were begun
  double shares_ = 0;          ///< seconds so far, each moment divided by the tasks that were open
  double counted_ = 0;         ///< the time up to which they are counted
};

}  // namespace espalier::engine
