#include "study/run/stage_runner.hpp"

#include <unistd.h>

#include <chrono>
#include <espalier/runtime.hpp>
#include <espalier/value_model.hpp>
#include <ostream>

#include "host/nearest.hpp"
#include "study/stages/stage.hpp"
#include "study/tables/summary_legends.hpp"
#include "study/tables/table.hpp"

namespace espalier::study {
namespace {

namespace fs = std::filesystem;

/// How this process is named to others that wait for it.
std::string process_name(const fs::path& run) {
  char host[256] = {};
  ::gethostname(host, sizeof host - 1);
  return "process " + std::to_string(::getpid()) + " on " + host + " for " + fs::absolute(run).string();
}

}  // namespace

bool StageRunner::take_stored(const PlannedStage& stage) {
  const auto stored = run_.results.find(stage.hash, [&](const std::string& damage) {
    if (damaged_.insert(stage.label).second)  // it is looked for twice where another was waited for
      run_.err << stage.label << " is computed again, as its result is damaged: " << damage << "\n";
  });
  if (!stored) return false;
  run_.products.finished(stage.label, *stored);
  publish(stage, *stored, "from the store");
  return true;
}

int StageRunner::run(std::size_t point, const PlannedStage& stage) {
  const auto broken = run_.products.missing(point, stage);
  if (!broken.empty()) {
    run_.err << stage.label << " is not run: it is built on " << host::enumerate(broken)
             << ", which has failed problems; mend or leave out what failed there, and run again\n";
    return kFailed;
  }
  const bool again = run_.request.fresh && !computed_.contains(stage.hash);
  if (!again && take_stored(stage)) return kDone;
  bool waited = false;
  const auto lock = run_.results.lock(stage.hash, process_name(run_.folder.path()), [&](const std::string& holder) {
    if (!waited) run_.err << stage.label << " is being computed by " << holder << "; waiting for it" << std::endl;
    waited = true;
    return !run_.engine.stop_requested();
  });
  if (!lock) return kFailed;
  if (waited && take_stored(stage)) {
    run_.results.forget(stage.hash);
    return kDone;
  }
  return compute_stage(point, stage, again);
}

int StageRunner::compute_stage(std::size_t point, const PlannedStage& stage, bool again) {
  const auto begun = std::chrono::steady_clock::now();
  log(LogLevel::info, stage.label + " begins");
  run_.activity.stage(stage.label);
  if (again) fs::remove_all(run_.results.workspace(stage.hash));
  const fs::path written = run_.results.begin(stage.hash);
  run_.folder.show_running(stage.label, written);
  const auto give_up = [&] {
    run_.folder.hide_running(stage.label);
    run_.results.discard(stage.hash);
  };
  StageOutcome outcome;
  try {
    outcome = compute(point, stage, written);
    if (!outcome.complete) {
      give_up();
      return kFailed;
    }
    Json summary = object<kSummary>(
        {{"stage", stage.name}, {"kind", stage.kind->name}, {"hash", stage.hash}, {"seeds", run_.seeds}});
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
    publish(stage, written, "in " + duration(seconds));
    run_.results.forget(stage.hash);
    return kFailed;
  }
  const fs::path kept = run_.results.keep(stage.hash);
  run_.products.finished(stage.label, kept);
  publish(stage, kept, "in " + duration(seconds));
  return kDone;
}

StageOutcome StageRunner::compute(std::size_t point, const PlannedStage& stage, const fs::path& written) {
  host::Factory& shared = *run_.points[point].factory;
  std::unique_ptr<host::Factory> own;
  if (const auto& product = stage.kind->product)
    own = run_.products.own_factory(shared.root(), point, product(stage.table) == ValueModel::kind);
  StageContext context{.factory = own ? *own : shared,
                       .engine = run_.engine,
                       .models = run_.models,
                       .seeds = run_.seeds,
                       .name = stage.name,
                       .label = stage.label,
                       .folder = written,
                       .workspace = run_.results.workspace(stage.hash)};
  return stage.kind->run(context, stage.table);
}

void StageRunner::publish(const PlannedStage& stage, const fs::path& result, const std::string& how) {
  run_.folder.publish(stage.label, result, stage.point);
  summaries_.push_back(read_json(run_.folder.path() / stage.label / "summary.json"));
  run_.out << "\n" << stage.label << " (" << how << ")\n" << stage.kind->show(summaries_.back()) << std::flush;
  log(LogLevel::info, stage.label + " is done " + how);
}

}  // namespace espalier::study
