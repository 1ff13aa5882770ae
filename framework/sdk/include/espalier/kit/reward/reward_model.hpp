#pragma once

#include <cstdint>
#include <espalier/kit/reward/reward_params.hpp>
#include <espalier/learning.hpp>
#include <espalier/value_model.hpp>
#include <filesystem>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <vector>

namespace espalier::reward {

/// Which states a reward is taught about.
enum class Teaches { every_step, outcome };

/// A value model that reads the transcript with a language model and learns from search trees what it is worth.
///
/// Scoring a state reads the messages its parent has not: in the full view the transcript is append-only, so the base
/// model remembers the prefix and this remembers what pooling carries over. States without messages are worth 0. Shared
/// by all problems; parks while the base model reads.
class RewardModel : public ValueModel {
 public:
  /// Throws BadInput where the checkpoint is there and no learned reward.
  static Facts facts(const RewardParams& params);

  RewardModel(RewardParams params, Teaches teaches);

  std::vector<Value> score(std::span<const State> states) override;
  std::unique_ptr<Learner> learner(const LearnerSpec& spec) override;
  /// Writes what ScoringHead::save does, and reward.json: how transcripts are laid out and read.
  void save(const std::filesystem::path& folder) const override;

 private:
  friend class RewardLearner;

  /// One state on its way through the scoring head.
  struct Asked {
    Serialised laid;
    int first = 0;  ///< message whose row is the first one read
    Carried carried;
  };
  Asked ask(const State& state, std::uint64_t version);
  Value value_of(std::span<const double> logits) const;
  ScoringHeadSpec scoring_head_spec() const;

  /// What pooling carries, by transcript position; entries go with the positions, and with the weights.
  class Memory {
   public:
    /// Nothing of what was remembered under another version of the weights.
    std::optional<Carried> recall(const Transcript& transcript, std::uint64_t version);
    void remember(const Transcript& transcript, Carried carried, std::uint64_t version);

   private:
    void keep_to(std::uint64_t version);

    std::mutex mutex_;
    std::uint64_t version_ = 0;  ///< of the weights that all entries were read with
    std::map<std::weak_ptr<const void>, Carried, std::owner_less<>> entries_;
    std::size_t crowded_ = 1024;  ///< entries at which expired ones are taken out
  };

  RewardParams params_;
  Teaches teaches_;
  std::shared_ptr<BaseModel> base_model_;
  bool own_separator_ = false;  ///< the vocabulary has none: the scoring head learns one
  Serialisation layout_;
  LogitPooling pooling_;
  std::shared_ptr<ScoringHead> scoring_head_;
  Memory memory_;
};

}  // namespace espalier::reward
