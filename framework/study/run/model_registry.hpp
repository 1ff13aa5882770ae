#pragma once

#include <espalier/language_model.hpp>
#include <map>
#include <memory>
#include <string>
#include <string_view>

#include "call_store/call_store.hpp"
#include "host/compose/factory.hpp"

namespace espalier::study {

/// Puts the call store between created backends and the agents that hold them, and between value models and searches;
/// remembers which backend is behind a language model, for stages that train it.
class ModelRegistry {
 public:
  explicit ModelRegistry(std::shared_ptr<engine::CallStore> calls) : calls_(std::move(calls)) {}

  /// For host::FactoryHooks::adapt: a Backend becomes a LanguageModel, a value model one whose values are checked and
  /// stored; everything else stays what it is.
  std::shared_ptr<void> adapt(host::Created created);

  /// The backend behind a language model made here; null for others.
  std::shared_ptr<Backend> backend(const LanguageModel& model) const;

 private:
  std::shared_ptr<engine::CallStore> calls_;
  std::map<const LanguageModel*, std::weak_ptr<Backend>> backends_;
};

}  // namespace espalier::study
