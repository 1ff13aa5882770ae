#pragma once

#include <espalier/language_model.hpp>
#include <memory>
#include <string>

#include "call_store/call_store.hpp"

namespace espalier::engine {

/// What a stored model is called.
struct ModelIdentity {
  std::string identity;     ///< equal for equal completions: a hash of parameters, weights and plugin build
  std::string description;  ///< for people, such as "models.policy (transformer)"
};

/// Makes the LanguageModel that agents hold out of a backend: candidates are looked up in the store first, only missing
/// ones are generated, and those are committed before the caller goes on. A candidate that another fiber of the engine
/// is having generated at that moment is waited for. Charges the current receipt. `store` may be null.
std::shared_ptr<LanguageModel> make_language_model(std::shared_ptr<Backend> backend, ModelIdentity identity,
                                                   std::shared_ptr<CallStore> store);

}  // namespace espalier::engine
