#pragma once

#include <espalier/kit/reward/logit_pooling.hpp>
#include <espalier/kit/reward/losses.hpp>
#include <espalier/language_model.hpp>
#include <espalier/params.hpp>
#include <espalier/serialisation.hpp>
#include <filesystem>
#include <initializer_list>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

namespace espalier::reward {

/// Which weights outcomes change.
using Trains = ScoringHeadSpec::Adaptation;

inline const std::initializer_list<Choice<Head>> kHeads = {{"last_state", Head::last_state},
                                                           {"logprob_pooling", Head::logprob_pooling},
                                                           {"both", Head::both},
                                                           {"state_pooling", Head::state_pooling}};
inline const std::initializer_list<Choice<Serialisation::Layout>> kLayouts = {{"masprm", Serialisation::Layout::masprm},
                                                                              {"roles", Serialisation::Layout::roles}};
inline const std::initializer_list<Choice<Serialisation::View>> kViews = {{"full", Serialisation::View::full},
                                                                          {"local", Serialisation::View::local}};
inline const std::initializer_list<Choice<Trains>> kTrains = {
    {"head", Trains::none}, {"lora", Trains::lora}, {"full", Trains::full}};

// Bounds of what a checkpoint says, and of the parameters that a new one is made of.
inline constexpr int kMostPositions = 64;
inline constexpr int kMostBins = 1001;
inline constexpr int kMostQuestionTokens = 1'000'000;
inline constexpr int kMostRank = 4096;
inline constexpr double kLeastAlpha = 1e-6;
inline constexpr double kMostAlpha = 1e6;

/// Parameters of a learned reward; `head` and what follows describe a new one and are taken from the checkpoint where
/// there is one.
struct RewardParams : Params {
  using Params::Params;
  std::shared_ptr<LanguageModel> base = plugin<LanguageModel>(
      "base", "The language model that reads transcripts; its weights are shared with everybody who uses it.");
  std::optional<std::filesystem::path> checkpoint =
      maybe_file("checkpoint", "Folder a fit wrote; without it the reward knows nothing yet.");
  Head head = field("head", Head::last_state, "What is read at the end of every message.", kHeads);
  int positions = field("positions", 4, "Messages with a pooling gate of their own; later ones share the last.",
                        between(1, kMostPositions));
  int bins =
      field("bins", 1, "1: a value is said; more: a distribution over so many values, which tells a deviation too.",
            between(1, kMostBins));
  Serialisation::Layout serialisation =
      field("serialisation", Serialisation::Layout::masprm,
            "masprm: question and texts, each closed by </step>; roles: the same, saying who speaks.", kLayouts);
  Serialisation::View view = field("view", Serialisation::View::full,
                                   "full: every message so far; local: what the speaker heard and said.", kViews);
  int question_tokens =
      field("question_tokens", 0, "Tokens kept at the end of the question; 0: all.", between(0, kMostQuestionTokens));
  Trains trains = field("trains", Trains::lora, "What a fit changes beside the head.", kTrains);
  int rank = field("rank", 16, "Of the low-rank updates.", between(1, kMostRank));
  double alpha =
      field("alpha", 32.0, "Scale of the low-rank updates, times 1 / rank.", between(kLeastAlpha, kMostAlpha));
  std::vector<std::string> projections = field(
      "projections", std::vector<std::string>{},
      "Matrices with low-rank updates: of q, k, v, o, gate, up, down (Phi-3: qkv, o, gate_up, down); empty: all.");
  std::string loss =
      field("loss", "huber_logit", loss_names() + ", or a mixture such as \"0.7 huber + 0.3 bradley_terry\".");
  int seed = field("seed", 0, "Of the initial weights.", between(0, 1e9));

  void validate() const {
    try {
      const bool bins_wanted = bins > 1;
      for (const auto& term : parse_losses(loss)) {
        if (bins_wanted != (term.loss->of_bins != nullptr)) {
          reject("loss", bins_wanted ? "must be \"distribution\" where there are several bins"
                                     : "\"distribution\" needs several bins, such as bins = 21");
          return;
        }
      }
    } catch (const std::invalid_argument& error) {
      reject("loss", error.what());
    }
  }
};

}  // namespace espalier::reward
