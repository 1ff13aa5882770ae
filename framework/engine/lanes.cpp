#include "engine/lanes.hpp"

#include <algorithm>
#include <exception>
#include <stdexcept>
#include <utility>

namespace espalier::engine {
namespace {

/// Fails everything a broken backend holds: nothing it says can be trusted any more.
void fail_all(std::map<Ticket, Pending*>& running, const std::exception_ptr& error, std::vector<Pending*>& done) {
  for (auto& [ticket, pending] : running) {
    pending->finished = {ticket, error};
    done.push_back(pending);
  }
  running.clear();
}

}  // namespace

void Lanes::enter(Backend& backend, Pending& pending) {
  auto lane = std::ranges::find(lanes_, &backend, &Lane::backend);
  if (lane == lanes_.end()) lane = lanes_.insert(lanes_.end(), Lane{&backend, {}, {}});
  lane->waiting.push_back(&pending);
}

std::vector<Pending*> Lanes::turn() {
  std::vector<Pending*> done;
  for (Lane& lane : lanes_) {
    admit(lane, done);
    if (!lane.running.empty()) step(lane, done);
  }
  // A backend without work may be destroyed before the next turn.
  std::erase_if(lanes_, [](const Lane& lane) { return lane.waiting.empty() && lane.running.empty(); });
  std::ranges::sort(done, {}, &Pending::ticket);
  return done;
}

std::vector<Pending*> Lanes::abandon() {
  std::vector<Pending*> all;
  for (Lane& lane : lanes_) {
    for (const auto& [ticket, pending] : lane.running) {
      lane.backend->drop(ticket);
      all.push_back(pending);
    }
    all.insert(all.end(), lane.waiting.begin(), lane.waiting.end());
  }
  lanes_.clear();
  for (Pending* pending : all) pending->abandoned = true;
  return all;
}

bool Lanes::idle() const { return lanes_.empty(); }

void Lanes::admit(Lane& lane, std::vector<Pending*>& done) {
  while (!lane.waiting.empty()) {
    Pending* next = lane.waiting.front();
    if (next->ticket == 0) next->ticket = ++last_ticket_;
    try {
      if (lane.backend->admit(next->ticket, next->work)) {
        lane.running.emplace(next->ticket, next);
      } else if (lane.running.empty()) {
        throw std::logic_error("an idle language model refused work");
      } else {
        return;
      }
    } catch (...) {
      next->finished = {next->ticket, std::current_exception()};
      done.push_back(next);
    }
    lane.waiting.pop_front();
  }
}

void Lanes::step(Lane& lane, std::vector<Pending*>& done) {
  std::vector<Finished> finished;
  try {
    lane.backend->step(finished);
  } catch (...) {
    fail_all(lane.running, std::current_exception(), done);
    return;
  }
  for (Finished& result : finished) {
    const auto found = lane.running.find(result.ticket);
    if (found == lane.running.end()) {
      fail_all(lane.running,
               std::make_exception_ptr(std::logic_error("a language model finished work it was not given")), done);
      return;
    }
    Pending* pending = found->second;
    lane.running.erase(found);
    pending->finished = std::move(result);
    done.push_back(pending);
  }
}

}  // namespace espalier::engine
