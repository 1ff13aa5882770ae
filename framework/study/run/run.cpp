#include "study/run/run.hpp"

#include <algorithm>
#include <espalier/runtime.hpp>
#include <memory>
#include <optional>
#include <ostream>
#include <vector>

#include "engine/activity_page.hpp"
#include "host/content_hash.hpp"
#include "host/logging.hpp"
#include "host/manifest/manifest.hpp"
#include "study/run/crash_signals.hpp"
#include "study/run/engine_params.hpp"
#include "study/run/environment.hpp"
#include "study/run/run_plan.hpp"
#include "study/run/stage_runner.hpp"
#include "study/run/stop_signals.hpp"
#include "study/tables/sweep_table.hpp"

namespace espalier::study {
namespace {

namespace fs = std::filesystem;

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
    points_ = plan_points(root_, effective_, catalog_, [this](const host::Node& root, std::size_t point) {
      return products_.shared_factory(root, point);
    });
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

  /// What is wrong with the data of one stage does not hide what is wrong with others'.
  int dry_run() {
    host::Diagnostics mistakes;
    for (const auto& point : points_) {
      for (const auto& stage : point.stages) {
        out_ << stage.label << ": " << stage.kind->name << "\n";
        try {
          out_ << stage.kind->dry_run(*point.factory, stage.table, seeds_.size());
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
    activity_.emplace(folder.path() / "activity.bin");
    if (const auto& last = activity_->last_run()) log(LogLevel::warning, *last);
    engine::exchange_activity_page(&*activity_);
    results_.clean();
    write_manifests(folder);
    folder.write("environment.json", to_text(describe_environment(request_.manifest.parent_path()), true) + "\n");
    host::DryPass pass;
    const host::Node* written = root_.find("engine");
    engine::EngineOptions options =
        points_.front()
            .factory->check<EngineParams>(written != nullptr ? *written : host::Node(), pass)
            .params.options();
    options.activity = &*activity_;
    engine::Engine engine(options);
    const StopSignals signals(engine);
    const CrashSignals crashes(*activity_);
    StageRunner runner({.request = request_,
                        .out = out_,
                        .err = err_,
                        .points = points_,
                        .seeds = seeds_,
                        .products = products_,
                        .models = models_,
                        .results = results_,
                        .folder = folder,
                        .engine = engine,
                        .activity = *activity_});
    int worst = kDone;
    for (std::size_t point = 0; point < points_.size(); ++point) {
      for (const auto& stage : points_[point].stages) {
        worst = std::max(worst, runner.run(point, stage));
        if (engine.stop_requested()) {
          err_ << "stopped in " << stage.label << "; what was computed is kept: the same command goes on from there\n";
          return kFailed;
        }
      }
    }
    out_ << sweep_tables(runner.summaries()) << "results in " << folder.path().string() << "\n";
    return worst;
  }

  /// A manifest that repeats the run; for a sweep, what was swept, and one such manifest per point.
  void write_manifests(RunFolder& folder) {
    const bool swept = !points_.front().name.empty();
    folder.write("manifest.toml", host::to_toml(swept ? root_ : effective_));
    if (!swept) return;
    for (const auto& point : points_) folder.write("manifest@" + point.name + ".toml", host::to_toml(point.effective));
  }

  const RunRequest& request_;
  std::ostream& out_;
  std::ostream& err_;
  ResultStore results_;
  std::optional<engine::ActivityPage> activity_;
  host::Node root_;
  host::Node effective_;
  host::Catalog catalog_;
  std::vector<std::int64_t> seeds_;
  ModelRegistry models_{nullptr};
  std::vector<PlannedPoint> points_;
  Products products_{points_, catalog_, models_};
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
