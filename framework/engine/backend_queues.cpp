#include "engine/backend_queues.hpp"

#include <algorithm>
#include <espalier/runtime.hpp>
#include <exception>
#include <stdexcept>
#include <string>
#include <utility>

#include "base/thrown.hpp"
#include "engine/failure.hpp"

namespace espalier::engine {
namespace {

/// Tells a backend to forget its work. One that has just thrown may do so again, which changes nothing.
void drop(Backend& backend, Ticket ticket) {
  const PluginCall call(backend, PluginMember::drop);
  try {
    backend.drop(ticket);
  } catch (...) {
  }
}

/// What is done while it lives is done for the problem of a fiber.
class ForProblem {
 public:
  explicit ForProblem(Activity fiber) : activity_(current_activity_page()) {
    if (activity_) activity_->set({.problem = fiber.problem});
  }
  ~ForProblem() {
    if (activity_) activity_->set({});
  }
  ForProblem(const ForProblem&) = delete;
  ForProblem& operator=(const ForProblem&) = delete;

 private:
  ActivityPage* const activity_;
};

void begin_slice() {
  if (ActivityPage* const note = current_activity_page()) note->begin_slice();
}

}  // namespace

void BackendQueues::enter(Backend& backend, Pending& pending) {
  auto queue = std::ranges::find(queues_, &backend, &BackendQueue::backend);
  if (queue == queues_.end()) queue = queues_.insert(queues_.end(), BackendQueue{&backend, {}, {}});
  pending.number = ++entered_;
  queue->waiting.emplace(age(pending), &pending);
}

std::vector<Pending*> BackendQueues::admit() {
  std::vector<Pending*> refused;
  for (BackendQueue& queue : queues_) {
    begin_slice();
    admit(queue, refused);
  }
  forget_idle();
  return refused;
}

std::vector<Pending*> BackendQueues::step() {
  std::vector<Pending*> done;
  for (BackendQueue& queue : queues_) {
    begin_slice();
    if (!queue.running.empty()) step(queue, done);
    queue.full = false;
  }
  forget_idle();
  std::ranges::sort(done, {}, &Pending::number);
  return done;
}

void BackendQueues::wait(std::chrono::milliseconds most) {
  constexpr std::chrono::milliseconds turn{2};
  std::vector<Backend*> busy;
  for (const BackendQueue& queue : queues_) {
    if (!queue.running.empty()) busy.push_back(queue.backend);
  }
  const auto works_elsewhere = [](Backend* backend) {
    const PluginCall call(*backend, PluginMember::wait);
    return backend->wait(std::chrono::milliseconds(0));
  };
  if (!std::ranges::all_of(busy, works_elsewhere)) return;
  for (Backend* const backend : busy) {
    begin_slice();
    const PluginCall call(*backend, PluginMember::wait);
    static_cast<void>(backend->wait(busy.size() == 1 ? most : std::min(most, turn)));
  }
}

std::vector<Pending*> BackendQueues::abandon() {
  std::vector<Pending*> all;
  for (BackendQueue& queue : queues_) {
    for (const auto& [ticket, pending] : queue.running) {
      drop(*queue.backend, ticket);
      all.push_back(pending);
    }
    for (const auto& [waits, pending] : queue.waiting) all.push_back(pending);
  }
  queues_.clear();
  for (Pending* pending : all) pending->abandoned = true;
  return all;
}

std::vector<Pending*> BackendQueues::withdraw(const void* owner) {
  std::vector<Pending*> found;
  for (BackendQueue& queue : queues_) {
    std::erase_if(queue.running, [&](const auto& one) {
      if (one.second->owner != owner) return false;
      drop(*queue.backend, one.first);
      found.push_back(one.second);
      return true;
    });
    std::erase_if(queue.waiting, [&](const auto& one) {
      if (one.second->owner == owner) found.push_back(one.second);
      return one.second->owner == owner;
    });
  }
  return found;
}

bool BackendQueues::idle() const {
  return std::ranges::all_of(queues_,
                             [](const BackendQueue& queue) { return queue.waiting.empty() && queue.running.empty(); });
}

bool BackendQueues::keeps_out(std::size_t task) const {
  return youngest_admitted_ < task && std::ranges::any_of(queues_, [&](const BackendQueue& queue) {
           return !queue.waiting.empty() && queue.waiting.rbegin()->first.first == task;
         });
}

void BackendQueues::forget_idle() {
  std::erase_if(queues_, [](const BackendQueue& queue) { return queue.waiting.empty() && queue.running.empty(); });
}

void BackendQueues::admit(BackendQueue& queue, std::vector<Pending*>& refused) {
  const auto limit = limits_.find(queue.backend);
  while (!queue.full && !queue.waiting.empty() &&
         (limit == limits_.end() || limit->second.allows(queue.running.size()))) {
    Pending* next = queue.waiting.begin()->second;
    const Ticket ticket = ++last_ticket_;
    const ForProblem named(next->where);
    const PluginCall call(*queue.backend, PluginMember::admit);
    try {
      if (queue.backend->admit(ticket, next->work)) {
        queue.running.emplace(ticket, next);
        youngest_admitted_ = std::max(youngest_admitted_, next->fiber->task);
      } else if (queue.running.empty()) {
        throw std::logic_error("an idle language model refused work");
      } else {
        queue.full = true;
        return;
      }
    } catch (...) {
      drop(*queue.backend, ticket);
      if (!machine_failure(std::current_exception()).empty() && !queue.running.empty()) {
        queue.full = true;  // when others are done there is room
        return;
      }
      next->finished = {ticket, std::current_exception()};
      refused.push_back(next);
    }
    queue.waiting.erase(queue.waiting.begin());
  }
}

void BackendQueues::step(BackendQueue& queue, std::vector<Pending*>& done) {
  const std::size_t held = queue.running.size();
  std::vector<Finished> finished;
  std::exception_ptr error;
  try {
    const PluginCall call(*queue.backend, PluginMember::step);
    queue.backend->step(finished);
  } catch (...) {
    error = std::current_exception();
  }
  for (Finished& result : finished) {
    const auto found = queue.running.find(result.ticket);
    if (found == queue.running.end()) {
      fail_running(queue, std::make_exception_ptr(std::logic_error("a language model finished work it was not given")),
                   done);
      return;
    }
    Pending* pending = found->second;
    queue.running.erase(found);
    pending->finished = std::move(result);
    done.push_back(pending);
  }
  if (!error) {
    if (const auto limit = limits_.find(queue.backend); limit != limits_.end()) limit->second.finished(finished.size());
  } else if (held > 1) {
    const auto [limit, first_time] = limits_.try_emplace(queue.backend);
    log(first_time ? LogLevel::warning : LogLevel::info,
        "a language model failed in a step for " + std::to_string(held) +
            " requests; they are tried again, fewer at once: " + base::thrown_text(error));
    limit->second.threw(held, !machine_failure(error).empty());
    take_back(queue);
  } else {
    fail_running(queue, error, done);
  }
}

/// Takes all work back from a backend, to be offered again.
void BackendQueues::take_back(BackendQueue& queue) {
  for (const auto& [ticket, pending] : queue.running) {
    drop(*queue.backend, ticket);
    queue.waiting.emplace(age(*pending), pending);
  }
  queue.running.clear();
}

void BackendQueues::fail_running(BackendQueue& queue, const std::exception_ptr& error, std::vector<Pending*>& done) {
  for (auto& [ticket, pending] : queue.running) {
    drop(*queue.backend, ticket);
    pending->finished = {ticket, error};
    done.push_back(pending);
  }
  queue.running.clear();
}

}  // namespace espalier::engine
