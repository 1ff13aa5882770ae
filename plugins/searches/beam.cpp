#include <algorithm>
#include <espalier/kit/search/call_bound.hpp>
#include <espalier/kit/search/distinct_texts.hpp>
#include <espalier/kit/search/horizon.hpp>
#include <espalier/kit/search/ranking.hpp>
#include <espalier/plugin.hpp>
#include <espalier/search.hpp>
#include <iterator>
#include <span>

namespace {

// Step-level beam search, SBS(B1, B2) of MASPRM (arXiv 2510.24803).
//
// Every turn each of the B1 kept lines is extended by B2 candidates; all extensions are scored, and the best B1 are
// kept. The score of a line is the value of its newest state alone. Finished lines stay in the beam with their score
// and compete on. The best finished line is the answer. On a graph of D turns this draws B2 (1 + min(B1, B2) (D - 1))
// messages.
class Beam final : public espalier::Search {
 public:
  struct Params : espalier::Params {
    using espalier::Params::Params;
    int keep = field("keep", 3, "Lines kept after each turn (B1).", espalier::between(1, 100'000));
    int candidates = field("candidates", 5, "Candidates drawn per line and turn (B2).", espalier::between(1, 100'000));
    std::shared_ptr<espalier::ValueModel> value =
        plugin<espalier::ValueModel>("value", "Scores the newest states.", "likelihood");
  };

  static Facts facts(const Params& params) {
    return {.calls = [keep = params.keep, width = params.candidates](int turns) {
      return espalier::call_bound(turns, width, keep);
    }};
  }

  explicit Beam(Params params) : params_(std::move(params)) {}

  espalier::Outcome solve(espalier::Episode& episode) const override {
    std::vector<espalier::Ranked> beam{{episode.root(), 0.0}};
    if (!has_open(beam)) return espalier::first_of(std::move(beam), "done");
    const espalier::Horizon horizon(episode);
    while (has_open(beam)) {
      auto extended = extend(episode, horizon, beam);
      if (extended.empty()) {
        beam = finished(std::move(beam));
        if (beam.empty()) beam = horizon.last_resort(episode, *params_.value);
        return espalier::first_of(std::move(beam), "budget");
      }
      beam = espalier::ranked_by_score(std::move(extended));
      if (beam.size() > static_cast<std::size_t>(params_.keep)) beam.resize(static_cast<std::size_t>(params_.keep));
    }
    return espalier::first_of(std::move(beam), "done");
  }

 private:
  static bool has_open(const std::vector<espalier::Ranked>& beam) {
    return std::any_of(beam.begin(), beam.end(), [](const auto& line) { return !line.state.terminal(); });
  }

  static std::vector<espalier::Ranked> finished(std::vector<espalier::Ranked> beam) {
    std::erase_if(beam, [](const auto& line) { return !line.state.terminal(); });
    return beam;
  }

  /// Returns the finished lines of the beam and all scored extensions of the open ones; nothing when the budget allows
  /// none.
  std::vector<espalier::Ranked> extend(espalier::Episode& episode, const espalier::Horizon& horizon,
                                       const std::vector<espalier::Ranked>& beam) const {
    std::vector<espalier::State> open;
    for (const auto& line : beam) {
      if (!line.state.terminal()) open.push_back(line.state);
    }
    const int room =
        horizon.affordable_candidates(episode, open.front(), static_cast<int>(open.size()) * params_.candidates);
    if (room == 0) return {};
    // When the budget runs low the best lines keep their full width, the next one gets the rest, and the others fall
    // behind.
    std::vector<espalier::Widths> widths;
    for (int left = room; left > 0 && widths.size() < open.size(); left -= widths.back().count)
      widths.push_back({.first = 0, .count = std::min(left, params_.candidates)});
    std::vector<espalier::State> fresh;
    for (auto& candidates : episode.expand(std::span(open).first(widths.size()), widths)) {
      auto kept = espalier::distinct_texts(std::move(candidates));
      std::move(kept.begin(), kept.end(), std::back_inserter(fresh));
    }
    const auto values = episode.score(*params_.value, fresh);
    auto extended = finished(beam);
    for (std::size_t i = 0; i < fresh.size(); ++i) {
      extended.push_back({fresh[i], values[i].mean});
      episode.note(fresh[i], {.value = values[i].mean});
    }
    return extended;
  }

  Params params_;
};

}  // namespace

ESPALIER_PLUGIN(Beam, "Step-level beam search: extends the best lines turn by turn, guided by a value model.")
