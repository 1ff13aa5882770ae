#pragma once

#include <espalier/kit/reward/reward_params.hpp>
#include <filesystem>

namespace espalier::reward {

/// Writes reward.json: how the reward in `folder` lays out and reads transcripts, so that the folder can be used by
/// itself.
void write_reward_file(const std::filesystem::path& folder, const RewardParams& params);
/// Puts what reward.json says over `params`, within the bounds of parameters. Throws BadInput naming file and key.
void read_reward_file(const std::filesystem::path& folder, RewardParams& params);

}  // namespace espalier::reward
