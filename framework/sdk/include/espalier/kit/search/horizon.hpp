#pragma once

#include <algorithm>
#include <espalier/search.hpp>
#include <vector>

namespace espalier {

/// A line of play: the states after its first, second, ... message. Never empty, but for a line whose root is terminal
/// it holds just that root.
using Line = std::vector<State>;

/// How long trajectories are, for searches that must not begin what their budget cannot end. The topology's facts say
/// it; where they do not, a straight pass is drawn first (candidate 0 of every turn, as far as the budget goes), and
/// trajectories are taken to be as long as the longest one seen so far.
class Horizon {
 public:
  explicit Horizon(Episode& episode) : longest_(episode.longest()) {
    if (longest_ > 0) return;
    State state = episode.root();
    while (!state.terminal()) {
      if (episode.spent()) return;
      state = episode.expand(std::vector{state}, Widths{}).front().front();
      pass_.push_back(state);
    }
    saw(state);
  }

  /// Turns from a state to the end of its trajectory at most, as far as is known; at least 1 before a terminal.
  int turns_left(const State& state) const {
    return state.terminal() ? 0 : std::max(1, longest_ - state.transcript.depth());
  }

  /// Learns from a trajectory that came to its end.
  void saw(const State& terminal) { longest_ = std::max(longest_, terminal.transcript.depth()); }

  /// The straight pass, where one was drawn and came to its end; else empty.
  Line pass() const { return pass_.empty() || !pass_.back().terminal() ? Line() : pass_; }

  /// What a search may still choose whose own lines did not come to an end: that pass, scored; nothing without one.
  std::vector<Ranked> last_resort(Episode& episode, ValueModel& model) const {
    const Line line = pass();
    if (line.empty()) return {};
    return {{line.back(), episode.score(model, std::vector{line.back()}).front().mean}};
  }

  /// How many candidates of a turn can be drawn, up to `wanted`, such that one of them can still be carried to a
  /// terminal; 1 when the budget is too small for that and holds a call; 0 when it holds none.
  int affordable_candidates(const Episode& episode, const State& state, int wanted) const {
    const int reserve = turns_left(state) - 1;
    const int room = episode.affordable(wanted + reserve) - reserve;
    return room >= 1 ? room : std::min(1, episode.affordable(1));
  }

 private:
  int longest_;
  Line pass_;
};

}  // namespace espalier
