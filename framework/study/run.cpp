#include "run.hpp"

#include <algorithm>
#include <chrono>
#include <espalier/language_model.hpp>
#include <espalier/runtime.hpp>
#include <espalier/value_model.hpp>
#include <memory>
#include <ostream>
#include <set>

#include "host/content_hash.hpp"
#include "host/logging.hpp"
#include "host/manifest.hpp"
#include "host/object_pool.hpp"
#include "study/environment.hpp"
#include "study/learning/fit.hpp"
#include "study/learning/fit_params.hpp"
#include "study/result_store.hpp"
#include "study/stage.hpp"
#include "study/stop_signals.hpp"
#include "study/table.hpp"

namespace espalier::study {
namespace {

namespace fs = std::filesystem;

/// Raised whenever equal manifests may give other records than before, so that older results are not taken for new
/// ones.
constexpr int kResultFormat = 2;

/// [engine]: what no result depends on.
struct EngineParams : Params {
  using Params::Params;
  int open_problems = setting("open_problems", 0, "Problems worked on at the same time; 0: as many as memory allows.",
                              between(0, 100000));
  bool plain_threads =
      setting("plain_threads", false, "Every problem on a thread of its own, taking turns: for debuggers.");

  engine::EngineOptions options() const {
    engine::EngineOptions options{.open_tasks = open_problems};
    if (plain_threads) options.strands = engine::StrandKind::threads;
    return options;
  }
};

std::vector<host::StageKind> stage_kinds() {
  std::vector<host::StageKind> kinds;
  for (const auto& type : stage_types()) kinds.push_back(type.rules);
  return kinds;
}

std::vector<std::int64_t> seeds_of(const host::Node& root) {
  const host::Node* seed = root.find("seed");
  if (seed == nullptr) return {0};
  if (!seed->is_array()) return {seed->integer()};
  std::vector<std::int64_t> seeds;
  for (const auto& one : seed->elements()) seeds.push_back(one.integer());
  return seeds;
}

/// One stage at one point of the sweep.
struct PlannedStage {
  std::string name;
  std::string label;  ///< "compare@simulations=10": names its folder
  const StageType* type = nullptr;
  host::Node table;
  std::string hash;
  fs::path result;  ///< its folder once it is done
};

struct PlannedPoint {
  std::string name;      ///< "simulations=10"; empty when nothing is swept
  host::Node effective;  ///< the manifest of this point alone
  std::unique_ptr<host::Workshop> workshop;
  std::vector<PlannedStage> stages;  ///< each after those whose products it uses
};

class ManifestRun {
 public:
  ManifestRun(const RunRequest& request, std::ostream& out, std::ostream& err)
      : request_(request), out_(out), err_(err), results_(request.store) {}

  int execute() {
    host::Diagnostics diagnostics;
    root_ = host::load_manifest(request_.manifest, request_.overrides, diagnostics);
    catalog_ = host::Catalog::standard();
    effective_ = host::check_manifest(root_, catalog_, manifest_rules(), diagnostics);
    err_ << diagnostics.text();
    if (diagnostics.failed()) return kMistaken;
    seeds_ = seeds_of(root_);
    plan();
    if (request_.dry_run) return foretell();
    identify();
    return run();
  }

 private:
  /// Makes the workshops and the order of stages.
  void plan() {
    for (auto& point : host::sweep_points(root_)) {
      PlannedPoint planned{.name = point.name};
      host::Diagnostics known;  // shown before
      planned.effective =
          point.name.empty() ? effective_ : host::check_manifest(point.root, catalog_, manifest_rules(), known);
      auto& stages = planned.stages;
      planned.workshop = workshop(point.root, points_.size(), pool_);
      for (const auto& name : planned.workshop->stage_names()) add_stage(*planned.workshop, name, point.name, stages);
      points_.push_back(std::move(planned));
    }
  }

  void add_stage(host::Workshop& workshop, const std::string& name, const std::string& point,
                 std::vector<PlannedStage>& stages) {
    if (std::any_of(stages.begin(), stages.end(), [&](const PlannedStage& stage) { return stage.name == name; }))
      return;
    host::DryPass pass;
    for (const auto& used : workshop.check_stage(name, pass).stages) add_stage(workshop, used, point, stages);
    stages.push_back({.name = name,
                      .label = point.empty() ? name : name + "@" + point,
                      .type = &stage_type(workshop.stage_kind(name)->name),
                      .table = workshop.stage(name)});
  }

  /// Resolves everything with files: all that is missing is known before anything is written.
  void identify() {
    host::DryPass pass{.diagnostics = {}, .for_run = true};
    for (auto& point : points_) {
      for (auto& stage : point.stages) {
        host::Node identity = point.workshop->check_stage(stage.name, pass).determining;
        identity.set("stage", host::Node(stage.name));
        identity.set("format", host::Node(kResultFormat));
        host::Node seeds = host::Node::array();
        for (const std::int64_t seed : seeds_) seeds.elements().push_back(host::Node(seed));
        identity.set("seeds", std::move(seeds));
        stage.hash = host::hash_text(host::canonical_text(identity));
      }
    }
    if (pass.diagnostics.failed()) throw host::ManifestError(std::move(pass.diagnostics));
  }

  std::unique_ptr<host::Workshop> workshop(const host::Node& root, std::size_t point,
                                           const std::shared_ptr<host::ObjectPool>& pool) {
    host::WorkshopHooks hooks;
    hooks.adapt = [this](std::string_view kind, std::shared_ptr<void> created, const std::string& identity) {
      return models_.adapt(kind, std::move(created), identity);
    };
    hooks.product = [this, point, pool](const std::string& stage, std::string_view kind) {
      return product(point, stage, kind, *pool);
    };
    return std::make_unique<host::Workshop>(root, catalog_, stage_kinds(), std::move(hooks), pool);
  }

  /// The checkpoint a finished stage left, as an object: the same one for all who share the pool; or the stage's
  /// records.
  std::shared_ptr<void> product(std::size_t point, const std::string& name, std::string_view kind,
                                host::ObjectPool& pool) {
    const auto& stages = points_.at(point).stages;
    const auto stage =
        std::find_if(stages.begin(), stages.end(), [&](const PlannedStage& one) { return one.name == name; });
    if (kind == host::kStageReference) {
      return std::make_shared<StageInput>(StageInput{.name = name, .folder = stage->result});
    }
    const Json made = read_json(stage->result / "summary.json").at("product");
    const std::string path = "stages." + name;
    if (auto object = pool.find(kind, path, stage->hash)) return object;
    host::Node table = fitted_table(*points_.at(point).workshop, stage->table);
    const fs::path checkpoint = stage->result / made.at("checkpoint").get<std::string>();
    table.set("checkpoint", host::Node(fs::absolute(checkpoint).string()));
    host::assign_paths(table, path);
    auto object = points_.at(point).workshop->create_plugin(table, kind);
    pool.keep(kind, path, stage->hash, object);
    return object;
  }

  /// What is wrong with the data of one stage does not hide what is wrong with others'.
  int foretell() {
    host::Diagnostics mistakes;
    for (const auto& point : points_) {
      for (const auto& stage : point.stages) {
        out_ << stage.label << ": " << stage.type->rules.name << "\n";
        try {
          out_ << stage.type->foretell(*point.workshop, stage.table, seeds_.size());
        } catch (const host::ManifestError& error) {
          mistakes.add(error.diagnostics());
        }
      }
    }
    err_ << mistakes.text();
    return mistakes.failed() ? kMistaken : kDone;
  }

  int run() {
    models_ = ModelShelf(std::make_shared<engine::CallStore>(request_.store));
    const host::RunLog run_log(request_.output);
    write_manifests();
    write_json(request_.output / "environment.json", describe_environment(request_.manifest.parent_path()));
    host::DryPass pass;
    const host::Node* written = root_.find("engine");
    engine::Engine engine(points_.front()
                              .workshop->check<EngineParams>(written != nullptr ? *written : host::Node(), pass)
                              .params.options());
    const StopSignals signals(engine);
    int worst = kDone;
    for (std::size_t point = 0; point < points_.size(); ++point) {
      for (auto& stage : points_[point].stages) {
        const int end = run_stage(engine, point, stage);
        worst = std::max(worst, end);
        if (engine.stop_requested()) {
          err_ << "stopped in " << stage.label << "; what was computed is kept: the same command goes on from there\n";
          return kFailed;
        }
      }
    }
    out_ << "results in " << request_.output.string() << "\n";
    return worst;
  }

  /// A manifest that repeats the run; for a sweep, what was swept, and one such manifest per point.
  void write_manifests() {
    const bool swept = !points_.front().name.empty();
    write_file(request_.output / "manifest.toml", host::to_toml(swept ? root_ : effective_));
    if (!swept) return;
    for (const auto& point : points_) {
      write_file(request_.output / ("manifest@" + point.name + ".toml"), host::to_toml(point.effective));
    }
  }

  int run_stage(engine::Engine& engine, std::size_t point, PlannedStage& stage) {
    const bool again = request_.fresh && !computed_.contains(stage.hash);
    if (const auto stored = results_.find(stage.hash); stored && !again) {
      stage.result = *stored;
      publish(stage, stage.result, "from the store");
      return kDone;
    }
    const auto begun = std::chrono::steady_clock::now();
    log(LogLevel::info, stage.label + " begins");
    if (again) fs::remove_all(results_.workspace(stage.hash));
    const fs::path folder = results_.begin(stage.hash);
    const StageOutcome outcome = compute(engine, point, stage, folder);
    if (!outcome.complete) {
      fs::remove_all(folder);
      return kFailed;
    }
    Json summary = {{"stage", stage.name}, {"kind", stage.type->rules.name}, {"hash", stage.hash}, {"seeds", seeds_}};
    summary.update(outcome.summary);
    write_json(folder / "summary.json", summary);
    const double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - begun).count();
    computed_.insert(stage.hash);
    fs::remove_all(results_.workspace(stage.hash));
    if (outcome.failures > 0) {
      publish(stage, folder, "in " + duration(seconds));
      fs::remove_all(folder);
      stage.result = request_.output / stage.label;
      return kFailed;
    }
    stage.result = results_.keep(folder, stage.hash);
    publish(stage, stage.result, "in " + duration(seconds));
    return kDone;
  }

  /// Runs a stage. One that changes the weights of what it is given gets objects of its own, which nobody else will
  /// see. The language model below a value model is not changed by what that learns, and too large to be loaded twice.
  StageOutcome compute(engine::Engine& engine, std::size_t point, const PlannedStage& stage, const fs::path& folder) {
    host::Workshop& shared = *points_[point].workshop;
    std::unique_ptr<host::Workshop> own;
    if (const auto& product = stage.type->rules.product) {
      const bool lends = product(stage.table) == ValueModel::kind;
      own = workshop(shared.root(), point,
                     lends ? std::make_shared<host::ObjectPool>(pool_, LanguageModel::kind)
                           : std::make_shared<host::ObjectPool>());
    }
    StageContext context{.workshop = own ? *own : shared,
                         .engine = engine,
                         .models = models_,
                         .seeds = seeds_,
                         .name = stage.name,
                         .label = stage.label,
                         .folder = folder,
                         .workspace = results_.workspace(stage.hash)};
    try {
      return stage.type->run(context, stage.table);
    } catch (...) {
      fs::remove_all(folder);
      throw;
    }
  }

  /// Shows a result and puts it into the run folder.
  void publish(const PlannedStage& stage, const fs::path& result, const std::string& how) {
    copy_folder(result, request_.output / stage.label);
    out_ << "\n"
         << stage.label << " (" << how << ")\n"
         << stage.type->show(read_json(result / "summary.json")) << std::flush;
    log(LogLevel::info, stage.label + " is done " + how);
  }

  const RunRequest& request_;
  std::ostream& out_;
  std::ostream& err_;
  ResultStore results_;
  host::Node root_;
  host::Node effective_;
  host::Catalog catalog_;
  std::vector<std::int64_t> seeds_;
  ModelShelf models_{nullptr};
  std::shared_ptr<host::ObjectPool> pool_ = std::make_shared<host::ObjectPool>();
  std::vector<PlannedPoint> points_;
  std::set<std::string> computed_;  ///< hashes of stages computed by this run
};

}  // namespace

host::ManifestRules manifest_rules() {
  return {.stage_kinds = stage_kinds(),
          .engine = [](host::Workshop& workshop, const host::Node& engine, host::DryPass& pass) {
            return workshop.check<EngineParams>(engine, pass).resolution;
          }};
}

int run_manifest(const RunRequest& request, std::ostream& out, std::ostream& err) {
  try {
    return ManifestRun(request, out, err).execute();
  } catch (const host::ManifestError& error) {
    err << error.diagnostics().text();
    return kMistaken;
  } catch (const std::exception& error) {
    err << error.what() << "\n";
    return kFailed;
  }
}

}  // namespace espalier::study
