#pragma once

#include <filesystem>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "host/compose/object_pool.hpp"
#include "study/run/model_registry.hpp"
#include "study/run/run_plan.hpp"

namespace espalier::study {

/// The objects of a run: makes the factories of its points, and what finished stages left into objects that later ones
/// use by the stage's name. All that is given must outlive it.
class Products {
 public:
  Products(const std::vector<PlannedPoint>& points, host::Catalog& catalog, ModelRegistry& models)
      : points_(points), catalog_(catalog), models_(models) {}

  /// The factory of a point whose objects all stages share.
  std::unique_ptr<host::Factory> shared_factory(const host::Node& root, std::size_t point);
  /// A factory for a stage that changes the weights of what it makes: nobody else sees its objects. `lends`: the
  /// language models below them are the shared ones.
  std::unique_ptr<host::Factory> own_factory(const host::Node& root, std::size_t point, bool lends);

  /// The stage's result may be built on from now on: nothing in it failed.
  void finished(const std::string& label, std::filesystem::path result) { usable_[label] = std::move(result); }
  /// Labels of those stages that `stage` uses and that may not be built on.
  std::vector<std::string> missing(std::size_t point, const PlannedStage& stage) const;

 private:
  std::unique_ptr<host::Factory> factory(const host::Node& root, std::size_t point,
                                         const std::shared_ptr<host::ObjectPool>& pool);
  /// The checkpoint a finished stage left, as an object: the same one for all who share the pool; or the stage's
  /// records.
  std::shared_ptr<void> product(std::size_t point, const std::string& name, std::string_view kind,
                                host::ObjectPool& pool);

  const std::vector<PlannedPoint>& points_;
  host::Catalog& catalog_;
  ModelRegistry& models_;
  std::shared_ptr<host::ObjectPool> pool_ = std::make_shared<host::ObjectPool>();
  std::map<std::string, std::filesystem::path> usable_;  ///< by label
};

}  // namespace espalier::study
