#include <espalier/kit/reward/reward_model.hpp>
#include <espalier/plugin.hpp>
#include <utility>

namespace {

using espalier::reward::RewardModel;
using espalier::reward::RewardParams;

/// What every message is worth, learned from search trees: MASPRM (arXiv 2510.24803). A language model reads question
/// and messages, each closed by </step>; a head turns what it knows there into V in (-1, 1), the expected final reward.
class ProcessReward final : public RewardModel {
 public:
  using Params = RewardParams;
  explicit ProcessReward(Params params) : RewardModel(std::move(params), espalier::reward::Teaches::every_step) {}
};

}  // namespace

ESPALIER_PLUGIN(ProcessReward, "Reads the transcript with a language model and scores every message: a process reward.")
