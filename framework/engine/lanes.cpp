#include "engine/lanes.hpp"

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
  const PluginCall call(backend, Entry::drop);
  try {
    backend.drop(ticket);
  } catch (...) {
  }
}

/// What is done while it lives is done for the problem of a strand.
class ForProblem {
 public:
  explicit ForProblem(Whereabouts strand) : note_(current_running_note()) {
    if (note_) note_->set({.problem = strand.problem});
  }
  ~ForProblem() {
    if (note_) note_->set({});
  }
  ForProblem(const ForProblem&) = delete;
  ForProblem& operator=(const ForProblem&) = delete;

 private:
  RunningNote* const note_;
};

void begin_stretch() {
  if (RunningNote* const note = current_running_note()) note->begin_stretch();
}

}  // namespace

void Lanes::enter(Backend& backend, Pending& pending) {
  auto lane = std::ranges::find(lanes_, &backend, &Lane::backend);
  if (lane == lanes_.end()) lane = lanes_.insert(lanes_.end(), Lane{&backend, {}, {}});
  pending.number = ++entered_;
  lane->waiting.emplace(age(pending), &pending);
}

std::vector<Pending*> Lanes::admit() {
  std::vector<Pending*> refused;
  for (Lane& lane : lanes_) {
    begin_stretch();
    admit(lane, refused);
  }
  forget_idle();
  return refused;
}

std::vector<Pending*> Lanes::step() {
  std::vector<Pending*> done;
  for (Lane& lane : lanes_) {
    begin_stretch();
    if (!lane.running.empty()) step(lane, done);
    lane.full = false;
  }
  forget_idle();
  std::ranges::sort(done, {}, &Pending::number);
  return done;
}

std::vector<Pending*> Lanes::abandon() {
  std::vector<Pending*> all;
  for (Lane& lane : lanes_) {
    for (const auto& [ticket, pending] : lane.running) {
      drop(*lane.backend, ticket);
      all.push_back(pending);
    }
    for (const auto& [waits, pending] : lane.waiting) all.push_back(pending);
  }
  lanes_.clear();
  for (Pending* pending : all) pending->abandoned = true;
  return all;
}

std::vector<Pending*> Lanes::withdraw(const void* owner) {
  std::vector<Pending*> found;
  for (Lane& lane : lanes_) {
    std::erase_if(lane.running, [&](const auto& one) {
      if (one.second->owner != owner) return false;
      drop(*lane.backend, one.first);
      found.push_back(one.second);
      return true;
    });
    std::erase_if(lane.waiting, [&](const auto& one) {
      if (one.second->owner == owner) found.push_back(one.second);
      return one.second->owner == owner;
    });
  }
  return found;
}

bool Lanes::idle() const {
  return std::ranges::all_of(lanes_, [](const Lane& lane) { return lane.waiting.empty() && lane.running.empty(); });
}

bool Lanes::keeps_out(std::size_t task) const {
  return youngest_admitted_ < task && std::ranges::any_of(lanes_, [&](const Lane& lane) {
           return !lane.waiting.empty() && lane.waiting.rbegin()->first.first == task;
         });
}

void Lanes::forget_idle() {
  std::erase_if(lanes_, [](const Lane& lane) { return lane.waiting.empty() && lane.running.empty(); });
}

void Lanes::admit(Lane& lane, std::vector<Pending*>& refused) {
  const auto limit = limits_.find(lane.backend);
  while (!lane.full && !lane.waiting.empty() && (limit == limits_.end() || limit->second.allows(lane.running.size()))) {
    Pending* next = lane.waiting.begin()->second;
    const Ticket ticket = ++last_ticket_;
    const ForProblem named(next->where);
    const PluginCall call(*lane.backend, Entry::admit);
    try {
      if (lane.backend->admit(ticket, next->work)) {
        lane.running.emplace(ticket, next);
        youngest_admitted_ = std::max(youngest_admitted_, next->strand->task);
      } else if (lane.running.empty()) {
        throw std::logic_error("an idle language model refused work");
      } else {
        lane.full = true;
        return;
      }
    } catch (...) {
      drop(*lane.backend, ticket);
      if (!machine_failure(std::current_exception()).empty() && !lane.running.empty()) {
        lane.full = true;  // when others are done there is room
        return;
      }
      next->finished = {ticket, std::current_exception()};
      refused.push_back(next);
    }
    lane.waiting.erase(lane.waiting.begin());
  }
}

void Lanes::step(Lane& lane, std::vector<Pending*>& done) {
  const std::size_t held = lane.running.size();
  std::vector<Finished> finished;
  std::exception_ptr error;
  try {
    const PluginCall call(*lane.backend, Entry::step);
    lane.backend->step(finished);
  } catch (...) {
    error = std::current_exception();
  }
  for (Finished& result : finished) {
    const auto found = lane.running.find(result.ticket);
    if (found == lane.running.end()) {
      fail_running(lane, std::make_exception_ptr(std::logic_error("a language model finished work it was not given")),
                   done);
      return;
    }
    Pending* pending = found->second;
    lane.running.erase(found);
    pending->finished = std::move(result);
    done.push_back(pending);
  }
  if (!error) {
    if (const auto limit = limits_.find(lane.backend); limit != limits_.end()) limit->second.finished(finished.size());
  } else if (held > 1) {
    const auto [limit, first_time] = limits_.try_emplace(lane.backend);
    log(first_time ? LogLevel::warning : LogLevel::info,
        "a language model failed in a step for " + std::to_string(held) +
            " requests; they are tried again, fewer at once: " + base::thrown_text(error));
    limit->second.threw(held, !machine_failure(error).empty());
    take_back(lane);
  } else {
    fail_running(lane, error, done);
  }
}

/// Takes all work back from a backend, to be offered again.
void Lanes::take_back(Lane& lane) {
  for (const auto& [ticket, pending] : lane.running) {
    drop(*lane.backend, ticket);
    lane.waiting.emplace(age(*pending), pending);
  }
  lane.running.clear();
}

void Lanes::fail_running(Lane& lane, const std::exception_ptr& error, std::vector<Pending*>& done) {
  for (auto& [ticket, pending] : lane.running) {
    drop(*lane.backend, ticket);
    pending->finished = {ticket, error};
    done.push_back(pending);
  }
  lane.running.clear();
}

}  // namespace espalier::engine
