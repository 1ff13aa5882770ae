#pragma once

#include <memory>
#include <string>
#include <vector>

#include "golden.hpp"
#include "neural/backend.hpp"

/// Texts of a small closed world, enough for a vocabulary.
inline std::vector<std::string> small_texts() {
  std::vector<std::string> texts;
  const char* const names[] = {"Ben", "Mia", "Tom", "Ada"};
  for (int i = 0; i < 40; ++i)
    texts.push_back(std::string(names[i % 4]) + " has " + std::to_string(1 + i) + " beads ; " + names[(i + 1) % 4] +
                    " has " + std::to_string(2 * i) + " more than " + names[i % 4] + " .");
  return texts;
}

/// A backend with a small random model on the CPU.
inline std::shared_ptr<espalier::neural::TransformerBackend> fresh_backend(int max_batch = 256) {
  using namespace espalier::neural;
  BackendSpec spec;
  spec.architecture = small_config();
  spec.vocabulary = {.size = 600, .least_count = 2, .specials = {"</step>"}};
  spec.device = "cpu";
  spec.limits.candidates = max_batch;
  auto backend = std::make_shared<TransformerBackend>(spec);
  backend->initialise(small_texts(), {11, 12});
  return backend;
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
