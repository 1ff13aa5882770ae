#pragma once

#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

namespace espalier::host {

/// Shared objects of a program, each created once. Workshops of several sweep points share one pool, so that a model
/// which is the same at all of them is loaded once. Not thread-safe.
class ObjectPool {
 public:
  ObjectPool() = default;
  /// A pool whose objects of one kind are those of another pool, and the others its own.
  ObjectPool(std::shared_ptr<ObjectPool> lender, std::string_view lent_kind)
      : lender_(std::move(lender)), lent_kind_(lent_kind) {}

  /// The object of that name ("models.policy") and identity, or null.
  std::shared_ptr<void> find(std::string_view kind, const std::string& name, const std::string& identity) const {
    if (lends(kind)) return lender_->find(kind, name, identity);
    const auto found = objects_.find({name, identity});
    return found == objects_.end() ? nullptr : found->second;
  }
  void keep(std::string_view kind, const std::string& name, const std::string& identity, std::shared_ptr<void> object) {
    if (lends(kind))
      lender_->keep(kind, name, identity, std::move(object));
    else
      objects_[{name, identity}] = std::move(object);
  }

 private:
  bool lends(std::string_view kind) const { return lender_ && kind == lent_kind_; }

  std::shared_ptr<ObjectPool> lender_;
  std::string lent_kind_;
  std::map<std::pair<std::string, std::string>, std::shared_ptr<void>> objects_;
};

}  // namespace espalier::host
