#pragma once

#include <espalier/language_model.hpp>
#include <espalier/trunk.hpp>
#include <memory>
#include <vector>

#include "study/stage_params.hpp"

namespace espalier::study {

/// How weights are learned; see OptimiserSpec.
struct OptimiserParams : Params {
  using Params::Params;
  OptimiserSpec::Method method =
      field("method", OptimiserSpec::Method::muon, "Muon orthogonalises the momentum of matrices; the rest is AdamW's.",
            {Choice<OptimiserSpec::Method>{"muon", OptimiserSpec::Method::muon},
             Choice<OptimiserSpec::Method>{"adamw", OptimiserSpec::Method::adamw}});
  double learning_rate = field("learning_rate", 3e-3, "Of AdamW, at its highest.", between(0, 10));
  double matrix_learning_rate = field("matrix_learning_rate", 0.02, "Of Muon, at its highest.", between(0, 10));
  double momentum = field("momentum", 0.95, "Of Muon.", between(0, 1));
  double beta1 = field("beta1", 0.9, "Of AdamW.", between(0, 1));
  double beta2 = field("beta2", 0.95, "Of AdamW.", between(0, 1));
  double weight_decay = field("weight_decay", 0.0, "Decoupled, of matrices only.", between(0, 10));
  double clip = field("clip", 1.0, "Largest norm of the gradient; 0: any.", between(0, 1e9));

  OptimiserSpec spec() const {
    return {method, learning_rate, matrix_learning_rate, momentum, beta1, beta2, weight_decay, clip};
  }
};

/// A graph on which demonstrated dialogues are held.
struct DialogueParams : Params {
  using Params::Params;
  std::shared_ptr<Topology> topology = plugin<Topology>("topology", "Who hears whom in the dialogue.");
  int dialogues = field("dialogues", 1, "Dialogues about each problem.", between(1, 1000));
};

/// `do = "fit", kind = "supervised"`: a language model learns the messages a dataset demonstrates.
struct SupervisedParams : TeamParams {
  using TeamParams::TeamParams;
  enum class Kind { supervised };
  Kind kind = field("kind", Kind::supervised, "What is learned from.", {Choice<Kind>{"supervised", Kind::supervised}});
  std::shared_ptr<LanguageModel> model =
      plugin<LanguageModel>("model", "What is trained. Without weights, it is initialised from the demonstrations.");
  ProblemsParams problems = table<ProblemsParams>("problems", "What is learned from.");
  ProblemsParams held_out = table<ProblemsParams>("held_out", "What the checkpoints are compared on.");
  std::vector<Named<DialogueParams>> topologies =
      tables<DialogueParams>("topologies", "The graphs on which the dialogues are held.");
  bool transcripts = field(
      "transcripts", false,
      "Learn whole dialogues too, laid out as value models read them, so that a head on this model can judge them.");
  OptimiserParams optimiser = table<OptimiserParams>("optimiser", "How weights change.");
  int steps = field("steps", 0, "Optimiser steps; 0: by time.", between(0, 1e9));
  double minutes = field("minutes", 0.0, "Minutes of training, where no steps are given.", between(0, 1e6));
  int batch_tokens = field("batch_tokens", 1024, "Tokens read per step.", between(1, 1e7));
  double warmup = field("warmup", 0.02, "Share of the training in which the learning rates rise.", between(0, 1));
  double final_rate =
      field("final_rate", 0.05, "Share of the learning rates at the end of their cosine.", between(0, 1));
  double input_loss_until =
      field("input_loss_until", 0.3, "Share of the training in which prompts are learned too.", between(0, 1));
  int evaluate_every = field("evaluate_every", 250, "Steps between evaluations.", between(1, 1e9));
  int vocabulary_problems = field("vocabulary_problems", 2000,
                                  "Problems whose dialogues teach the vocabulary of a new model.", between(1, 1e9));
  double save_seconds =
      setting("save_seconds", 60.0, "Seconds between saves from which a stopped fit goes on.", between(0.1, 1e6));

  void validate() const {
    if (topologies.empty()) reject("topologies", "must name at least one topology");
    if (steps == 0 && minutes == 0.0) reject("steps", "must be given, or else minutes");
  }
};

}  // namespace espalier::study
