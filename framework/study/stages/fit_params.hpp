#pragma once

#include <espalier/base_model.hpp>
#include <espalier/language_model.hpp>
#include <espalier/value_model.hpp>
#include <filesystem>
#include <initializer_list>
#include <memory>
#include <optional>
#include <string_view>
#include <vector>

#include "host/compose/factory.hpp"
#include "study/stages/stage_params.hpp"

namespace espalier::study {

/// The kinds of fits there are (see FitKind), in the order in which they are shown.
std::vector<std::string> fit_kind_names();

/// How weights are learned; see OptimiserSpec.
struct OptimiserParams : Params {
  using Params::Params;
  OptimiserSpec::Method method =
      field("method", OptimiserSpec::Method::muon, "Muon orthogonalises the momentum of matrices; the rest is AdamW's.",
            {Choice<OptimiserSpec::Method>{"muon", OptimiserSpec::Method::muon},
             Choice<OptimiserSpec::Method>{"adamw", OptimiserSpec::Method::adamw}});
  double learning_rate = field("learning_rate", 3e-3, "Of AdamW, at its highest.", between(0, 10));
  double head_learning_rate =
      field("head_learning_rate", 0.0, "Of a value model's heads, at its highest; 0: as AdamW's.", between(0, 10));
  double matrix_learning_rate = field("matrix_learning_rate", 0.02, "Of Muon, at its highest.", between(0, 10));
  double momentum = field("momentum", 0.95, "Of Muon.", between(0, 1));
  double beta1 = field("beta1", 0.9, "Of AdamW.", between(0, 1));
  double beta2 = field("beta2", 0.95, "Of AdamW.", between(0, 1));
  double weight_decay = field("weight_decay", 0.0, "Decoupled, of matrices only.", between(0, 10));
  double clip = field("clip", 1.0, "Largest norm of the gradient; 0: any.", between(0, 1e9));

  OptimiserSpec spec() const {
    return {method,       learning_rate, head_learning_rate, matrix_learning_rate, momentum, beta1, beta2,
            weight_decay, clip};
  }
};

/// A graph on which demonstrated dialogues are held.
struct DialogueParams : Params {
  using Params::Params;
  std::shared_ptr<Topology> topology = plugin<Topology>("topology", "Who hears whom in the dialogue.");
  int dialogues = field("dialogues", 1, "Dialogues about each problem.", between(1, 1000));
};

/// What all fits have: who learns how long and how fast.
struct FitParams : TeamParams {
  using TeamParams::TeamParams;
  enum class Decay { cosine, constant };
  OptimiserParams optimiser = table<OptimiserParams>("optimiser", "How weights change.");
  int steps = field("steps", 0, "Optimiser steps; 0: by time.", between(0, 1e9));
  double minutes = field("minutes", 0.0, "Minutes of training, where no steps are given.", between(0, 1e6));
  int batch_tokens = field("batch_tokens", 1024,
                           "Tokens read per step. Texts of a batch are laid end to end, so that no "
                           "token of it is padding, whatever their lengths.",
                           between(1, 1e7));
  int accumulate = field("accumulate", 1, "Batches whose gradients make one step.", between(1, 100'000));
  double warmup = field("warmup", 0.02, "Share of the training in which the learning rates rise.", between(0, 1));
  Decay decay = field("decay", Decay::cosine, "How the learning rates go on.",
                      {Choice<Decay>{"cosine", Decay::cosine}, Choice<Decay>{"constant", Decay::constant}});
  double final_rate =
      field("final_rate", 0.05, "Share of the learning rates at the end of their cosine.", between(0, 1));
  int evaluate_every = field("evaluate_every", 250, "Steps between evaluations.", between(1, 1e9));
  int patience = field("patience", 0, "Stop after so many evaluations that were no better; 0: never.", between(0, 1e6));
  bool recompute_activations =
      field("recompute_activations", false, "Keep fewer activations and compute them again: slower, in less memory.");
  bool mixed_precision = field("mixed_precision", false, "Arithmetic in bfloat16 on float32 weights; on a GPU.");
  double save_seconds =
      setting("save_seconds", 60.0, "Seconds between saves from which a stopped fit goes on.", between(0.1, 1e6));

  GradientSpec gradient() const { return {.recompute = recompute_activations, .mixed = mixed_precision}; }
  void validate() const {
    if (steps == 0 && minutes == 0.0) reject("steps", "must be given, or else minutes");
  }
};

/// `do = "fit", kind = "supervised"`: a language model learns the messages a dataset demonstrates.
struct SupervisedParams : FitParams {
  using FitParams::FitParams;
  std::string kind = one_of("kind", "supervised", "What is learned from.", fit_kind_names());
  std::shared_ptr<LanguageModel> model =
      plugin<LanguageModel>("model", "What is trained. Without weights, it is initialised from the demonstrations.");
  ProblemsParams problems = table<ProblemsParams>("problems", "What is learned from.");
  ProblemsParams held_out = table<ProblemsParams>("held_out", "What the checkpoints are compared on.");
  std::vector<Named<DialogueParams>> topologies =
      tables<DialogueParams>("topologies", "The graphs on which the dialogues are held.");
  bool transcripts = field(
      "transcripts", false,
      "Learn whole dialogues too, laid out as value models read them, so that a head on this model can judge them.");
  double input_loss_until =
      field("input_loss_until", 0.3, "Share of the training in which prompts are learned too.", between(0, 1));
  int vocabulary_problems = field("vocabulary_problems", 2000,
                                  "Problems whose dialogues teach the vocabulary of a new model.", between(1, 1e9));

  void validate() const {
    FitParams::validate();
    if (topologies.empty()) reject("topologies", "must name at least one topology");
  }
};

/// The records of another stage.
struct StageInput {
  using Interface = StageInput;
  static constexpr std::string_view kind = host::kStageReference;
  std::string name;
  std::filesystem::path folder;  ///< of its result
};

/// What trees teach; see targets.hpp.
struct TargetParams : Params {
  using Params::Params;
  enum class Miner { balanced, compat };
  double root_mean =
      field("root_mean", 1.0, "Trees whose root mean lies beyond this, either way, are left out.", between(0, 1));
  bool complete_only = field("complete_only", false,
                             "Only trajectories that end with a reward, their labels as the official code has them.");
  int trajectories = field("trajectories", 8, "Most trajectories of one tree; 0: all.", between(0, 1e6));
  int min_visits = field("min_visits", 1, "Visits below which a state has no label.", between(1, 1e6));
  Miner miner = field("miner", Miner::balanced,
                      "balanced: pairs of siblings spread over depths; compat: as the official code mines them.",
                      {{"balanced", Miner::balanced}, {"compat", Miner::compat}});
  int pairs = field("pairs", 8, "Most pairs of one tree; 0: none.", between(0, 1e6));
  double margin = field("margin", 0.1, "Difference of values below which siblings are no pair.", between(0, 2));
  int pair_visits = field("pair_visits", 1, "Visits that both of a pair need.", between(0, 1e6));
};

/// What fits have that learn from search trees.
struct TreeFitParams : FitParams {
  using FitParams::FitParams;
  double held_out = field("held_out", 0.1, "Share of the problems that checkpoints are compared on.", between(0, 0.9));
  std::vector<Named<ProblemsParams>> disjoint_from = tables<ProblemsParams>(
      "disjoint_from", "Problems that must not be among those learned from: the fit fails if one is.");
};

/// `do = "fit", kind = "rejection_sampling"`: a language model learns what was said on the trajectories of search trees
/// that ended right.
struct RejectionSamplingParams : TreeFitParams {
  using TreeFitParams::TreeFitParams;
  std::string kind = one_of("kind", "rejection_sampling", "What is learned from.", fit_kind_names());
  std::shared_ptr<StageInput> from = plugin<StageInput>("from", "The stage whose search trees are learned from.");
  std::shared_ptr<LanguageModel> model = plugin<LanguageModel>("model", "What is trained, from the weights it has.");
  int trajectories = field(
      "trajectories", 2, "Most trajectories of one tree, drawn among those that ended right; 0: all.", between(0, 1e6));
  bool transcripts =
      field("transcripts", false, "Learn the trajectories as wholes too, laid out as value models read them.");
};

/// `do = "fit", kind = "value"`: a value model learns from the search trees of another stage.
struct ValueFitParams : TreeFitParams {
  using TreeFitParams::TreeFitParams;
  enum class Best { auc_within, rmse, pair_accuracy, pearson, brier };
  std::string kind = one_of("kind", "value", "What is learned from.", fit_kind_names());
  std::shared_ptr<StageInput> from = maybe_plugin<StageInput>("from", "The stage whose search trees are learned from.");
  std::shared_ptr<ValueModel> model = plugin<ValueModel>("model", "What is trained.");
  TargetParams targets = table<TargetParams>("targets", "What trees teach.");
  int held_out_trees = field("held_out_trees", 64, "Trees of those that each evaluation reads; the last one reads all.",
                             between(1, 1e9));
  std::optional<std::filesystem::path> import = maybe_file(
      "import", "More to learn from: JSON lines with prompt, completions, labels or with prompt, chosen, rejected.");
  Best best_by = field("best_by", Best::auc_within, "What the best weights are chosen by, on held-out problems.",
                       {{"auc_within", Best::auc_within},
                        {"rmse", Best::rmse},
                        {"pair_accuracy", Best::pair_accuracy},
                        {"pearson", Best::pearson},
                        {"brier", Best::brier}});
};

}  // namespace espalier::study
