#include <espalier/kit/search/passes.hpp>
#include <espalier/kit/search/ranking.hpp>
#include <espalier/plugin.hpp>
#include <espalier/search.hpp>

namespace {

/// Everybody speaks once: the baseline all guidance is measured against, and the smallest search.
class SinglePass final : public espalier::Search {
 public:
  struct Params : espalier::Params {
    using espalier::Params::Params;
  };

  static Facts facts(const Params&) {
    return {.calls = [](int turns) { return std::int64_t{turns}; }};
  }

  explicit SinglePass(const Params&) {}

  espalier::Outcome solve(espalier::Episode& episode) const override {
    const auto passes = espalier::run_passes(episode, 1);
    if (passes.lines.empty()) return {.chosen = {}, .ranked = {}, .stopped = "budget"};
    return espalier::first_of({{passes.lines.front().back(), 0.0}}, "done");
  }
};

}  // namespace

ESPALIER_PLUGIN(SinglePass, "Lets every agent speak once.")
