#include <espalier/kit/search/line_values.hpp>
#include <espalier/kit/search/ranking.hpp>
#include <espalier/plugin.hpp>
#include <espalier/search.hpp>

namespace {

/// Independent straight passes, of which a value model picks the best one when all is said.
class BestOf final : public espalier::Search {
 public:
  struct Params : espalier::Params {
    using espalier::Params::Params;
    int n = field("n", 5, "Number of passes.", espalier::between(1, 100'000));
    std::shared_ptr<espalier::ValueModel> value =
        plugin<espalier::ValueModel>("value", "Scores the passes.", "likelihood");
    espalier::Aggregate aggregate =
        field("aggregate", espalier::Aggregate::last, "How the values along a pass make one.", espalier::kAggregates);
  };

  static Facts facts(const Params& params) {
    return {.calls = [n = std::int64_t{params.n}](int turns) { return n * turns; }};
  }

  explicit BestOf(Params params) : params_(std::move(params)) {}

  espalier::Outcome solve(espalier::Episode& episode) const override {
    const auto passes = espalier::run_passes(episode, params_.n);
    const auto scores = espalier::score_lines(episode, *params_.value, passes.lines, params_.aggregate);
    std::vector<espalier::Ranked> terminals;
    for (std::size_t i = 0; i < scores.size(); ++i) {
      terminals.push_back({passes.lines[i].back(), scores[i]});
      episode.note(terminals.back().state, {.value = scores[i]});
    }
    return espalier::first_of(espalier::ranked_by_score(std::move(terminals)), passes.complete ? "done" : "budget");
  }

 private:
  Params params_;
};

}  // namespace

ESPALIER_PLUGIN(BestOf, "Runs several passes and keeps the one a value model likes best.")
