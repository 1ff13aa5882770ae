#include "models/jinja/symbols.hpp"

namespace espalier::jinja {

std::optional<Symbols::Place> Symbols::find(const std::string& name) const {
  for (const Symbols* scope = this; scope; scope = scope->parent_) {
    if (const auto found = scope->places_.find(name); found != scope->places_.end()) return found->second;
  }
  return std::nullopt;
}

std::size_t Symbols::define(const std::string& name, Source source) {
  const std::size_t slot = function_->slot(level_, name);
  places_[name] = {function_, slot};
  sources_[slot] = std::move(source);
  return slot;
}

void Symbols::load(const std::string& name) {
  if (!find(name)) define(name, {Load::From::variable, name, {}});
}

void Symbols::store(const std::string& name) {
  stores_.insert(name);
  if (places_.contains(name)) return;
  const std::optional<Place> outer = parent_ ? parent_->find(name) : std::nullopt;
  define(name, outer ? Source{Load::From::slot, {}, *outer} : Source{Load::From::nothing, {}, {}});
}

std::size_t Symbols::declare(const std::string& name) {
  stores_.insert(name);
  return define(name, {Load::From::parameter, {}, {}});
}

void Symbols::merge(const std::vector<Symbols>& branches, Meter& meter) {
  std::set<std::string> stored;
  for (const Symbols& branch : branches) {
    meter.charge(branch.size());
    for (const std::string& name : branch.stores_) {
      if (!stores_.contains(name)) stored.insert(name);
    }
  }
  for (const Symbols& branch : branches) {
    for (const auto& [name, place] : branch.places_) places_[name] = place;
    for (const auto& [slot, source] : branch.sources_) sources_[slot] = source;
    stores_.insert(branch.stores_.begin(), branch.stores_.end());
  }
  // Whether the branch that assigns is taken is not known: before it the name has its value from outside.
  for (const std::string& name : stored) {
    const std::size_t slot = places_.at(name).slot;
    const std::optional<Place> outer = parent_ ? parent_->find(name) : std::nullopt;
    sources_[slot] = outer ? Source{Load::From::slot, {}, *outer} : Source{Load::From::variable, name, {}};
  }
}

}  // namespace espalier::jinja
