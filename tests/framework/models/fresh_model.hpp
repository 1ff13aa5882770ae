#pragma once

#include <cmath>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "golden.hpp"
#include "models/decode/backend.hpp"
#include "models/scoring/base_model.hpp"
#include "models/scoring/scoring_head.hpp"

/// Texts of a small closed world, enough for a vocabulary.
inline std::vector<std::string> small_texts() {
  std::vector<std::string> texts;
  const char* const names[] = {"Ben", "Mia", "Tom", "Ada"};
  for (int i = 0; i < 40; ++i)
    texts.push_back(std::string(names[i % 4]) + " has " + std::to_string(1 + i) + " beads ; " + names[(i + 1) % 4] +
                    " has " + std::to_string(2 * i) + " more than " + names[i % 4] + " .");
  return texts;
}

inline espalier::models::BackendSpec fresh_spec() {
  espalier::models::BackendSpec spec;
  spec.architecture = small_config();
  spec.vocabulary = {.size = 600, .least_count = 2, .specials = {"</step>"}};
  spec.device = "cpu";
  spec.dtype = "float32";
  return spec;
}

/// A backend with a small random model: the same weights on every device.
inline std::shared_ptr<espalier::models::TransformerBackend> fresh_backend(espalier::models::BackendSpec spec) {
  auto backend = std::make_shared<espalier::models::TransformerBackend>(std::move(spec));
  backend->initialise(small_texts(), {11, 12});
  return backend;
}

inline std::shared_ptr<espalier::models::TransformerBackend> fresh_backend(int max_batch = 256,
                                                                           const std::string& device = "cpu",
                                                                           const std::string& dtype = "float32") {
  espalier::models::BackendSpec spec = fresh_spec();
  spec.device = device;
  spec.dtype = dtype;
  spec.limits.candidates = max_batch;
  return fresh_backend(std::move(spec));
}

/// One user message.
inline espalier::Request ask(std::string text, espalier::Sampling sampling = {}, int first = 0, int count = 1) {
  return {.chat = {{{espalier::ChatMessage::Role::user, std::move(text)}}},
          .sampling = std::move(sampling),
          .key = {21, 22},
          .first = first,
          .count = count,
          .lease = {}};
}

/// A reading that wants all positions from `from` on.
inline espalier::ModelInput whole(std::vector<std::int32_t> tokens, std::int32_t from = 0) {
  espalier::ModelInput input{std::move(tokens), {}};
  for (auto at = from; at < std::ssize(input.tokens); ++at) input.at.push_back(at);
  return input;
}

/// The texts as inputs that want everything but the token that starts them.
inline std::vector<espalier::ModelInput> small_inputs(const espalier::BaseModel& base_model) {
  std::vector<espalier::ModelInput> inputs;
  for (const auto& text : small_texts()) {
    auto tokens = base_model.encode(text);
    tokens.insert(tokens.begin(), base_model.end_token());
    inputs.push_back(whole(std::move(tokens), 1));
  }
  return inputs;
}

/// A scoring head whose heads have weights as if they had learned something: the same for the same key.
inline std::shared_ptr<espalier::models::TransformerScoringHead> attach_drawn(espalier::BaseModel& base_model,
                                                                              const espalier::ScoringHeadSpec& spec) {
  auto scoring_head = std::dynamic_pointer_cast<espalier::models::TransformerScoringHead>(base_model.attach(spec));
  for (const auto& [name, tensor] : scoring_head->head().named()) {
    if (!name.ends_with("weight")) continue;
    const at::Tensor drawn = at::empty(tensor.sizes(), at::kFloat);
    espalier::models::fill_normal(drawn, spec.key.child(name), 1.0 / std::sqrt(static_cast<double>(tensor.size(1))));
    tensor.copy_(drawn);
  }
  scoring_head->changed();
  return scoring_head;
}

/// A copy of every tensor.
inline std::vector<at::Tensor> weights_of(const espalier::models::TransformerBackend& backend) {
  std::vector<at::Tensor> copies;
  for (const auto& [name, tensor] : backend.model().weights().named()) copies.push_back(tensor.clone());
  return copies;
}

/// Half the mean squared distance of a scoring head's outputs from 1.
inline double towards_one(std::span<const float> outputs, std::span<float> gradient) {
  double loss = 0;
  for (std::size_t i = 0; i < outputs.size(); ++i) {
    gradient[i] = (outputs[i] - 1) / static_cast<float>(outputs.size());
    loss += 0.5 * std::pow(outputs[i] - 1, 2) / static_cast<double>(outputs.size());
  }
  return loss;
}
