#include "study/run/run.hpp"

#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <espalier/language_model.hpp>
#include <espalier/runtime.hpp>
#include <espalier/value_model.hpp>
#include <map>
#include <memory>
#include <optional>
#include <ostream>
#include <set>
#include <vector>

#include "engine/running_note.hpp"
#include "host/compose/object_pool.hpp"
#include "host/content_hash.hpp"
#include "host/logging.hpp"
#include "host/manifest/manifest.hpp"
#include "host/nearest.hpp"
#include "study/run/crash_signals.hpp"
#include "study/run/engine_params.hpp"
#include "study/run/environment.hpp"
#include "study/run/result_store.hpp"
#include "study/run/run_folder.hpp"
#include "study/run/run_plan.hpp"
#include "study/run/stop_signals.hpp"
#include "study/stages/fit.hpp"
#include "study/stages/fit_params.hpp"
#include "study/tables/summary_legends.hpp"
#include "study/tables/sweep_table.hpp"
#include "study/tables/table.hpp"

namespace espalier::study {
namespace {

namespace fs = std::filesystem;

/// This process as others are told of it.
std::string process_name(const fs::path& run) {
  char host[256] = {};
  ::gethostname(host, sizeof host - 1);
  return "process " + std::to_string(::getpid()) + " on " + host + " for " + fs::absolute(run).string();
}

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
    points_ = plan_points(root_, effective_, catalog_,
                          [this](const host::Node& root, std::size_t point) { return factory(root, point, pool_); });
    if (request_.dry_run) return dry_run();
    RunFolder folder(request_.output, origin(), labels(), request_.store);
    identify(points_, seeds_);
    return run(folder);
  }

 private:
  RunOrigin origin() const {
    host::Node deciding = root_;
    deciding.erase("engine");
    return {.manifest = request_.manifest,
            .overrides = deciding_overrides(request_.overrides),
            .content = host::hash_text(host::canonical_text(deciding))};
  }

  std::vector<std::string> labels() const {
    std::vector<std::string> labels;
    for (const auto& point : points_) {
      for (const auto& stage : point.stages) labels.push_back(stage.label);
    }
    return labels;
  }

  std::unique_ptr<host::Factory> factory(const host::Node& root, std::size_t point,
                                         const std::shared_ptr<host::ObjectPool>& pool) {
    host::FactoryHooks hooks;
    hooks.adapt = [this](host::Created created) { return models_.adapt(std::move(created)); };
    hooks.product = [this, point, pool](const std::string& stage, std::string_view kind) {
      return product(point, stage, kind, *pool);
    };
    hooks.creating = [](std::string_view plugin) {
      return std::make_shared<engine::PluginCall>(plugin, engine::Entry::create);
    };
    return std::make_unique<host::Factory>(root, catalog_, manifest_rules().stage_kinds, std::move(hooks), pool);
  }

  /// The checkpoint a finished stage left, as an object: the same one for all who share the pool; or the stage's
  /// records.
  std::shared_ptr<void> product(std::size_t point, const std::string& name, std::string_view kind,
                                host::ObjectPool& pool) {
    const auto stage = std::ranges::find(points_.at(point).stages, name, &PlannedStage::name);
    const fs::path& result = usable_.at(stage->label);
    if (kind == host::kStageReference) return std::make_shared<StageInput>(StageInput{.name = name, .folder = result});
    const Json made = read_json(result / "summary.json").at("product");
    const std::string path = "stages." + name;
    if (auto object = pool.find(kind, path, stage->hash)) return object;
    host::Node table = fitted_table(*points_.at(point).factory, stage->table);
    table.set("checkpoint", host::Node(fs::absolute(result / made.at("checkpoint").get<std::string>()).string()));
    host::assign_paths(table, path);
    auto object = points_.at(point).factory->create_plugin(table, kind);
    pool.keep(kind, path, stage->hash, object);
    return object;
  }

  /// What is wrong with the data of one stage does not hide what is wrong with others'.
  int dry_run() {
    host::Diagnostics mistakes;
    for (const auto& point : points_) {
      for (const auto& stage : point.stages) {
        out_ << stage.label << ": " << stage.type->rules.name << "\n";
        try {
          out_ << stage.type->dry_run(*point.factory, stage.table, seeds_.size());
        } catch (const host::ManifestError& error) {
          mistakes.add(error.diagnostics());
        }
      }
    }
    err_ << mistakes.text();
    return mistakes.failed() ? kMistaken : kDone;
  }

  int run(RunFolder& folder) {
    models_ = ModelRegistry(std::make_shared<engine::CallStore>(request_.store));
    folder.open();
    const host::RunLog run_log(folder.path());
    note_.emplace(folder.path() / "running.note");
    if (const auto& last = note_->last_run()) log(LogLevel::warning, *last);
    engine::exchange_running_note(&*note_);
    results_.clean();
    write_manifests(folder);
    folder.write("environment.json", to_text(describe_environment(request_.manifest.parent_path()), true) + "\n");
    host::DryPass pass;
    const host::Node* written = root_.find("engine");
    engine::EngineOptions options =
        points_.front()
            .factory->check<EngineParams>(written != nullptr ? *written : host::Node(), pass)
            .params.options();
    options.note = &*note_;
    engine::Engine engine(options);
    const StopSignals signals(engine);
    const CrashSignals crashes(*note_);
    int worst = kDone;
    for (std::size_t point = 0; point < points_.size(); ++point) {
      for (const auto& stage : points_[point].stages) {
        worst = std::max(worst, run_stage(engine, folder, point, stage));
        if (engine.stop_requested()) {
          err_ << "stopped in " << stage.label << "; what was computed is kept: the same command goes on from there\n";
          return kFailed;
        }
      }
    }
    out_ << sweep_tables(summaries_) << "results in " << folder.path().string() << "\n";
    return worst;
  }

  /// A manifest that repeats the run; for a sweep, what was swept, and one such manifest per point.
  void write_manifests(RunFolder& folder) {
    const bool swept = !points_.front().name.empty();
    folder.write("manifest.toml", host::to_toml(swept ? root_ : effective_));
    if (!swept) return;
    for (const auto& point : points_) folder.write("manifest@" + point.name + ".toml", host::to_toml(point.effective));
  }

  /// The result of the store, if it is there and whole.
  bool take_stored(RunFolder& folder, const PlannedStage& stage) {
    const auto stored = results_.find(stage.hash, [&](const std::string& damage) {
      if (damaged_.insert(stage.label).second)  // it is looked for twice where another was waited for
        err_ << stage.label << " is computed again, as its result is damaged: " << damage << "\n";
    });
    if (!stored) return false;
    usable_[stage.label] = *stored;
    publish(folder, stage, *stored, "from the store");
    return true;
  }

  int run_stage(engine::Engine& engine, RunFolder& folder, std::size_t point, const PlannedStage& stage) {
    std::vector<std::string> broken;
    for (const auto& used : stage.uses) {
      const auto input = std::ranges::find(points_[point].stages, used, &PlannedStage::name);
      if (!usable_.contains(input->label)) broken.push_back(input->label);
    }
    if (!broken.empty()) {
      err_ << stage.label << " is not run: it is built on " << host::enumerate(broken)
           << ", which has failed problems; mend or leave out what failed there, and run again\n";
      return kFailed;
    }
    const bool again = request_.fresh && !computed_.contains(stage.hash);
    if (!again && take_stored(folder, stage)) return kDone;
    bool told = false;
    const auto lock = results_.lock(stage.hash, process_name(folder.path()), [&](const std::string& holder) {
      if (!told) err_ << stage.label << " is being computed by " << holder << "; waiting for it" << std::endl;
      told = true;
      return !engine.stop_requested();
    });
    if (!lock) return kFailed;
    if (told && take_stored(folder, stage)) {
      results_.forget(stage.hash);
      return kDone;
    }
    return compute_stage(engine, folder, point, stage, again);
  }

  /// Computes a stage whose lock is held.
  int compute_stage(engine::Engine& engine, RunFolder& folder, std::size_t point, const PlannedStage& stage,
                    bool again) {
    const auto begun = std::chrono::steady_clock::now();
    log(LogLevel::info, stage.label + " begins");
    note_->stage(stage.label);
    if (again) fs::remove_all(results_.workspace(stage.hash));
    const fs::path written = results_.begin(stage.hash);
    folder.show_running(stage.label, written);
    const auto give_up = [&] {
      folder.hide_running(stage.label);
      results_.discard(stage.hash);
    };
    StageOutcome outcome;
    try {
      outcome = compute(engine, point, stage, written);
      if (!outcome.complete) {
        give_up();
        return kFailed;
      }
      Json summary = object<kSummary>(
          {{"stage", stage.name}, {"kind", stage.type->rules.name}, {"hash", stage.hash}, {"seeds", seeds_}});
      summary.update(outcome.summary);
      write_json(written / "summary.json", summary);
      seal_result(written);
    } catch (...) {
      give_up();
      throw;
    }
    const double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - begun).count();
    computed_.insert(stage.hash);
    if (outcome.failures > 0) {
      publish(folder, stage, written, "in " + duration(seconds));
      results_.forget(stage.hash);
      return kFailed;
    }
    const fs::path& kept = usable_[stage.label] = results_.keep(stage.hash);
    publish(folder, stage, kept, "in " + duration(seconds));
    return kDone;
  }

  /// Runs a stage. One that changes the weights of what it is given gets objects of its own, which nobody else will
  /// see. The language model below a value model is not changed by what that learns, and too large to be loaded twice.
  StageOutcome compute(engine::Engine& engine, std::size_t point, const PlannedStage& stage, const fs::path& written) {
    host::Factory& shared = *points_[point].factory;
    std::unique_ptr<host::Factory> own;
    if (const auto& product = stage.type->rules.product) {
      const bool lends = product(stage.table) == ValueModel::kind;
      own = factory(shared.root(), point,
                    lends ? std::make_shared<host::ObjectPool>(pool_, LanguageModel::kind)
                          : std::make_shared<host::ObjectPool>());
    }
    StageContext context{.factory = own ? *own : shared,
                         .engine = engine,
                         .models = models_,
                         .seeds = seeds_,
                         .name = stage.name,
                         .label = stage.label,
                         .folder = written,
                         .workspace = results_.workspace(stage.hash)};
    return stage.type->run(context, stage.table);
  }

  /// Shows a result and puts it into the run folder.
  void publish(RunFolder& folder, const PlannedStage& stage, const fs::path& result, const std::string& how) {
    folder.publish(stage.label, result, stage.point);
    summaries_.push_back(read_json(folder.path() / stage.label / "summary.json"));
    out_ << "\n" << stage.label << " (" << how << ")\n" << stage.type->show(summaries_.back()) << std::flush;
    log(LogLevel::info, stage.label + " is done " + how);
  }

  const RunRequest& request_;
  std::ostream& out_;
  std::ostream& err_;
  ResultStore results_;
  std::optional<engine::RunningNote> note_;
  host::Node root_;
  host::Node effective_;
  host::Catalog catalog_;
  std::vector<std::int64_t> seeds_;
  ModelRegistry models_{nullptr};
  std::shared_ptr<host::ObjectPool> pool_ = std::make_shared<host::ObjectPool>();
  std::vector<PlannedPoint> points_;
  std::map<std::string, fs::path> usable_;  ///< by label, results that others may build on: nothing in them failed
  std::set<std::string> damaged_;           ///< labels of stages whose result was told to be damaged
  std::set<std::string> computed_;          ///< hashes of stages computed by this run
  std::vector<Json> summaries_;             ///< of the stages that are done
};

}  // namespace

int run_manifest(const RunRequest& request, std::ostream& out, std::ostream& err) {
  try {
    return ManifestRun(request, out, err).execute();
  } catch (const host::ManifestError& error) {
    err << error.diagnostics().text();
    return kMistaken;
  } catch (const FolderRefused& error) {
    err << error.what() << "\n";
    return kMistaken;
  } catch (const std::exception& error) {
    err << error.what() << "\n";
    return kFailed;
  }
}

}  // namespace espalier::study
