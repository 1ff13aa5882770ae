#include "engine/open_tasks.hpp"

#include <algorithm>

namespace espalier::engine {

OpenTasks::Place OpenTasks::begin(double now) {
  count_time(now);
  return tasks_.insert(tasks_.end(), {.begun = shares_});
}

std::vector<OpenTask*> OpenTasks::beyond_limit(double now) {
  count_time(now);
  std::vector<OpenTask*> beyond;
  for (OpenTask& task : tasks_) {
    if (most_seconds_ <= 0 || shares_ - task.begun <= most_seconds_) break;
    if (!task.overdue) beyond.push_back(&task);
  }
  return beyond;
}

void OpenTasks::count_time(double now) {
  shares_ += (now - counted_) / std::max(1, count());
  counted_ = now;
}

}  // namespace espalier::engine
