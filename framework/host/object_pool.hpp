#pragma once

#include <map>
#include <memory>
#include <string>
#include <utility>

namespace espalier::host {

/// Shared objects of a program, each created once. Workshops of several sweep points share one pool, so that a model
/// which is the same at all of them is loaded once. Not thread-safe.
class ObjectPool {
 public:
  /// The object of that name ("models.policy") and identity, or null.
  std::shared_ptr<void> find(const std::string& name, const std::string& identity) const {
    const auto found = objects_.find({name, identity});
    return found == objects_.end() ? nullptr : found->second;
  }
  void keep(const std::string& name, const std::string& identity, std::shared_ptr<void> object) {
    objects_[{name, identity}] = std::move(object);
  }

 private:
  std::map<std::pair<std::string, std::string>, std::shared_ptr<void>> objects_;
};

}  // namespace espalier::host
