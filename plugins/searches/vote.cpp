#include <espalier/kit/search/line_values.hpp>
#include <espalier/kit/search/ranking.hpp>
#include <espalier/kit/search/votes.hpp>
#include <espalier/plugin.hpp>
#include <espalier/search.hpp>

namespace {

/// Independent straight passes that vote on the answer. Answers count as the same when the grader says that they
/// agree. With a value model each pass weighs as much as its chance of success, (V + 1) / 2.
///
/// Self-consistency: Wang et al., "Self-consistency improves chain of thought reasoning in language models", 2022.
class Vote final : public espalier::Search {
 public:
  struct Params : espalier::Params {
    using espalier::Params::Params;
    int n = field("n", 5, "Number of passes.", espalier::between(1, 100'000));
    std::shared_ptr<espalier::ValueModel> value =
        maybe_plugin<espalier::ValueModel>("value", "Weighs the votes. Absent: all weigh the same.");
    espalier::Aggregate aggregate = field("aggregate", espalier::Aggregate::last,
                                          "How the values along a pass make its weight.", espalier::kAggregates);
  };

  static Facts facts(const Params& params) {
    return {.calls = [n = std::int64_t{params.n}](int turns) { return n * turns; }};
  }

  explicit Vote(Params params) : params_(std::move(params)) {}

  espalier::Outcome solve(espalier::Episode& episode) const override {
    const auto passes = espalier::run_passes(episode, params_.n);
    std::vector<espalier::Ballot> ballots;
    for (const auto& line : passes.lines) ballots.push_back({.state = line.back()});
    if (params_.value) weigh(episode, passes.lines, ballots);
    return espalier::first_of(espalier::count_votes(episode, ballots), passes.complete ? "done" : "budget");
  }

 private:
  void weigh(espalier::Episode& episode, const std::vector<espalier::Line>& lines,
             std::vector<espalier::Ballot>& ballots) const {
    const auto values = espalier::score_lines(episode, *params_.value, lines, params_.aggregate);
    for (std::size_t i = 0; i < values.size(); ++i) {
      ballots[i].value = values[i];
      ballots[i].weight = espalier::success_chance(values[i]);
      episode.note(ballots[i].state, {.value = values[i]});
    }
  }

  Params params_;
};

}  // namespace

ESPALIER_PLUGIN(Vote, "Runs several passes and takes the answer most of them give, by heads or by value.")
