#include "model_shelf.hpp"

#include "engine/stored_model.hpp"

namespace espalier::study {

std::shared_ptr<void> ModelShelf::adapt(std::string_view kind, std::shared_ptr<void> created,
                                        const std::string& identity) {
  if (kind != LanguageModel::kind) return created;
  const auto backend = std::static_pointer_cast<Backend>(created);
  auto model =
      engine::make_language_model(backend, {.identity = identity, .description = "language model " + identity}, calls_);
  backends_[model.get()] = backend;
  return model;
}

std::shared_ptr<Backend> ModelShelf::backend(const LanguageModel& model) const {
  const auto found = backends_.find(&model);
  return found == backends_.end() ? nullptr : found->second.lock();
}

}  // namespace espalier::study
