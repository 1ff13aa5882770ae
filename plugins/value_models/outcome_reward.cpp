#include <espalier/kit/reward/reward_model.hpp>
#include <espalier/plugin.hpp>
#include <utility>

namespace {

using espalier::reward::RewardModel;
using espalier::reward::RewardParams;

/// Whether a finished trajectory is right, learned from the ends of search trees alone: an outcome reward. It is the
/// network of `process_reward`, which scores any state, but was taught about terminal ones only.
class OutcomeReward final : public RewardModel {
 public:
  using Params = RewardParams;
  explicit OutcomeReward(Params params) : RewardModel(std::move(params), espalier::reward::Teaches::outcome) {}
};

}  // namespace

ESPALIER_PLUGIN(OutcomeReward, "Reads the whole transcript with a language model and scores its outcome.")
