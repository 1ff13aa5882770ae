#include <espalier/plugin.hpp>
#include <espalier/search.hpp>

namespace {

/// Says that it draws one message per turn, and draws three where nobody says how many turns there are.
class Spendthrift final : public espalier::Search {
 public:
  struct Params : espalier::Params {
    using espalier::Params::Params;
  };

  static Facts facts(const Params&) {
    return {.calls = [](int turns) { return std::int64_t{turns}; }};
  }

  explicit Spendthrift(const Params&) {}

  espalier::Outcome solve(espalier::Episode& episode) const override {
    espalier::State state = episode.root();
    while (!state.terminal()) {
      const int width = episode.longest() > 0 ? 1 : episode.affordable(3);
      if (width == 0) return {.chosen = {}, .ranked = {}, .stopped = "budget"};
      state = episode.expand(std::vector{state}, {.first = 0, .count = width}).front().front();
    }
    return {.chosen = state, .ranked = {{state, 0.0}}, .stopped = "done"};
  }
};

}  // namespace

ESPALIER_PLUGIN(Spendthrift, "Draws more than it says where nobody says how many turns there are.")
