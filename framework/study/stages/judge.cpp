#include <algorithm>
#include <chrono>
#include <cmath>
#include <map>
#include <optional>
#include <set>
#include <stdexcept>
#include <utility>

#include "engine/failure.hpp"
#include "study/learning/group_split.hpp"
#include "study/learning/judgement_bootstrap.hpp"
#include "study/learning/tree_split.hpp"
#include "study/learning/value_training.hpp"
#include "study/results/line_file.hpp"
#include "study/results/progress.hpp"
#include "study/stages/casting.hpp"
#include "study/stages/fit_kinds.hpp"
#include "study/stages/forecast.hpp"
#include "study/stages/judge_params.hpp"
#include "study/stages/judge_table.hpp"
#include "study/tables/summary_legends.hpp"

namespace espalier::study {
namespace {

/// What one value model said, of the same states as the others.
struct Judged {
  std::string name;
  std::vector<Judgement> judgements;
};

host::Resolution check_judge(host::Factory& factory, const host::Node& table, host::DryPass& pass) {
  auto resolution = factory.check<JudgeParams>(table, pass).resolution;
  check_tree_source(factory, table, pass);
  const auto check = [&](const host::Node& value) {
    if (!uses_oracle(factory, value, ValueModel::kind)) return;
    pass.diagnostics.error(value.position, value.path + " sees the true answers: there is nothing to judge it by");
  };
  const host::Node* values = table.find("values");
  if (values != nullptr && values->is_table()) {
    for (const auto& member : values->members()) check(member.value);
  } else if (values != nullptr && values->is_array()) {
    std::ranges::for_each(values->elements(), check);
  }
  return resolution;
}

/// Adds the fits that a stage's product was made by: itself, and those that made what it was built on.
void add_fits(host::Factory& factory, const std::string& stage, std::set<std::string>& fits) {
  const host::StageRules* kind = factory.stage_rules(stage);
  if (kind == nullptr || !kind->product || !fits.insert(stage).second) return;
  for (const auto& used : factory.stage_resolution(stage).stages) add_fits(factory, used, fits);
}

/// What the fits below the judged value models have seen of the problems, by question_hash.
struct Seen {
  std::map<std::string, std::set<std::string>> learned;  ///< by which fits
  std::map<std::string, std::set<std::string>> chosen;   ///< by which fits their weights were chosen on them
};

Seen seen_by_fits(StageContext& context, const std::vector<std::string>& stages) {
  std::set<std::string> fits;
  for (const auto& stage : stages) add_fits(context.factory, stage, fits);
  Seen seen;
  for (const auto& fit : fits) {
    const auto file = context.factory.create<StageInput>(host::Node(fit))->folder / "split.json";
    if (!std::filesystem::exists(file)) continue;  // of demonstrations: it has no trees
    const Json split = read_json(file);
    for (const auto& hash : split.at("training").at("questions")) seen.learned[hash.get<std::string>()].insert(fit);
    for (const auto& hash : split.at("held_out").at("questions")) seen.chosen[hash.get<std::string>()].insert(fit);
  }
  return seen;
}

/// How many of some problems each fit has seen.
Json counted(const std::map<std::string, std::set<std::string>>& seen, const std::set<std::string>& problems) {
  Json counts = Json::object();
  for (const auto& [hash, fits] : seen) {
    if (!problems.contains(hash)) continue;
    for (const auto& fit : fits) counts[fit] = counts.value(fit, 0) + 1;
  }
  return counts;
}

std::set<std::string> problems_of(const std::vector<SearchTree>& trees) {
  std::set<std::string> problems;
  for (const auto& tree : trees) problems.insert(question_hash(tree.problem->question));
  return problems;
}

/// Leaves out trees of problems that fits learned from, and those beyond the limit. Returns what summary.json says of
/// it.
Json select_trees(std::vector<SearchTree>& trees, const Seen& seen, const host::Node& table,
                  const JudgeParams& params) {
  if (trees.empty()) throw fit_error(table, "from", "has no search tree: none of its problems was solved with one");
  const Json learned = counted(seen.learned, problems_of(trees));
  if (params.leakage == JudgeParams::Leakage::refused && !learned.empty()) {
    throw fit_error(table, "from",
                    "has " + std::to_string(learned.front().get<int>()) + " problems that " + learned.begin().key() +
                        " learned from; judge by trees of other problems, or say leakage = \"left_out\"");
  }
  if (params.leakage == JudgeParams::Leakage::left_out) {
    std::erase_if(trees,
                  [&](const SearchTree& tree) { return seen.learned.contains(question_hash(tree.problem->question)); });
    if (trees.empty())
      throw fit_error(table, "from", "has no problem that nobody learned from; judge by trees of other problems");
  }
  std::set<std::string> taken;
  std::erase_if(trees, [&](const SearchTree& tree) {
    const std::string hash = question_hash(tree.problem->question);
    if (taken.contains(hash)) return false;
    if (params.limit > 0 && taken.size() == static_cast<std::size_t>(params.limit)) return true;
    taken.insert(hash);
    return false;
  });
  std::string all;
  for (const auto& hash : taken) all += hash;
  Json judged = object<kJudged>({{"trees", trees.size()}, {"problems", taken.size()}, {"hash", question_hash(all)}});
  if (params.leakage == JudgeParams::Leakage::left_out) {
    field<kJudged>(judged, "left_out") = learned;
  } else {
    field<kJudged>(judged, "learned_from") = learned;
  }
  field<kJudged>(judged, "weights_chosen_on") = counted(seen.chosen, taken);
  return judged;
}

/// Asks one value model about all trees, side by side as searches ask: what they read shares batches. Nothing after a
/// stop request.
std::optional<std::vector<Judgement>> judge_trees(StageContext& context, ValueModel& model, const std::string& name,
                                                  const std::vector<SearchTree>& trees, const Topology& topology,
                                                  int min_visits) {
  StatusLine line;
  std::size_t done = 0;
  auto shown = std::chrono::steady_clock::now();
  std::vector<std::vector<Judgement>> by_tree(trees.size());
  const auto judge_one = [&](std::size_t i) {
    const auto fail = [&](const std::string& why) {
      throw std::runtime_error("the value model " + name + " failed on problem " + trees[i].problem->id + ": " + why);
    };
    try {
      by_tree[i] = judge(model, std::span(trees).subspan(i, 1), topology);
    } catch (const engine::TimeLimit& limit) {
      fail(limit.what);
    } catch (const std::exception& error) {
      if (!engine::machine_failure(std::current_exception()).empty()) throw;
      fail(error.what());
    }
    if (context.engine.abandoning()) throw engine::Abandoned{};
    for (const auto& judgement : by_tree[i]) {
      if (!std::isfinite(judgement.value)) fail("it returned a value that is not finite");
    }
  };
  const bool complete = context.engine.run(trees.size(), [&](std::size_t i) {
    judge_one(i);
    ++done;
    if (std::chrono::steady_clock::now() - shown < line.interval()) return;
    shown = std::chrono::steady_clock::now();
    line.show(context.label + " / " + name + ": " + std::to_string(done) + "/" + std::to_string(trees.size()) +
              " trees");
  });
  if (!complete) return std::nullopt;
  std::vector<Judgement> all;
  std::size_t siblings = 0;
  for (std::size_t i = 0; i < trees.size(); ++i) {
    for (auto& judgement : by_tree[i]) {
      judgement.problem = i;
      judgement.parent += siblings;
      if (judgement.visits >= min_visits) all.push_back(std::move(judgement));
    }
    siblings += trees[i].nodes.size() + 1;
  }
  return all;
}

/// scores.jsonl: a line per state, in the order of the records, with what every value model said of it.
void write_scores(const std::filesystem::path& file, const std::vector<SearchTree>& trees,
                  const std::vector<Judged>& models, int min_visits) {
  LineFile lines(file);
  std::size_t at = 0;
  for (const auto& tree : trees) {
    for (const auto& node : tree.nodes) {
      if (node.visits == 0 || node.visits < min_visits) continue;
      Json values;
      for (const auto& model : models) values[model.name] = model.judgements[at].value;
      lines.add(to_text(object<kScore>({{"id", tree.problem->id},
                                        {"seed", tree.seed},
                                        {"path", node.transcript.path()},
                                        {"role", node.role},
                                        {"depth", node.transcript.depth()},
                                        {"visits", node.visits},
                                        {"successes", node.successes},
                                        {"target", node.mean()},
                                        {"values", std::move(values)}})));
      ++at;
    }
  }
  lines.close();
}

/// For every tree the number of its problem: those of one problem with several seeds are drawn together.
std::vector<std::size_t> problem_numbers(const std::vector<SearchTree>& trees) {
  std::map<std::string, std::size_t> numbers;
  std::vector<std::size_t> units;
  for (const auto& tree : trees)
    units.push_back(numbers.emplace(question_form(tree.problem->question), numbers.size()).first->second);
  return units;
}

/// Takes away the figures that read a value as an estimate of the reward.
void drop_estimates(Json& figures) {
  for (auto& [key, part] : figures.items()) {
    if (part.is_structured()) drop_estimates(part);
    for (const char* estimate : {"rmse", "mae", "bias", "r2", "brier", "ece", "saturation", "reliability"}) {
      if (key == estimate) part = nullptr;
    }
  }
}

Json model_json(const Judged& judged, Json intervals) {
  const auto [low, high] = std::ranges::minmax(judged.judgements, {}, &Judgement::value);
  Json json = object<kJudgedModel>({{"name", judged.name}, {"lowest", low.value}, {"highest", high.value}});
  json.update(diagnose(judged.judgements));
  field<kJudgedModel>(json, "ci95") = std::move(intervals);
  if (low.value < -1.0 || high.value > 1.0) drop_estimates(json);
  return json;
}

StageOutcome run_judge(StageContext& context, const host::Node& table) {
  const auto [params, resolution] = context.factory.build<JudgeParams>(table);
  TreeSource source = trees_of(context, table, *params.from);
  Json judged = select_trees(source.trees, seen_by_fits(context, resolution.stages), table, params);
  std::vector<Judged> models;
  for (const auto& [name, model] : params.values) {
    auto judgements = judge_trees(context, *model, name, source.trees, *source.topology, params.min_visits);
    if (!judgements) return {};
    models.push_back({name, std::move(*judgements)});
  }
  if (models.front().judgements.empty())
    throw fit_error(table, "min_visits", "leaves no state to judge by: none was visited so often");
  write_scores(context.folder / "scores.jsonl", source.trees, models, params.min_visits);
  field<kJudged>(judged, "states") = models.front().judgements.size();
  field<kJudged>(judged, "from") = params.from->name;

  std::vector<std::vector<Judgement>> said;
  for (const auto& model : models) said.push_back(model.judgements);
  const JudgementBootstrap bootstrap(said, problem_numbers(source.trees));
  Json summary =
      object<kJudgement>({{"judged", std::move(judged)}, {"values", Json::array()}, {"pairs", Json::array()}});
  for (std::size_t i = 0; i < models.size(); ++i)
    summary["values"].push_back(model_json(models[i], bootstrap.intervals(i)));
  for (std::size_t a = 0; a < models.size(); ++a) {
    for (std::size_t b = a + 1; b < models.size(); ++b) {
      Json pair = object<kJudgedPair>({{"a", models[a].name}, {"b", models[b].name}});
      pair.update(bootstrap.compare(a, b));
      for (const auto* model : {&summary["values"][a], &summary["values"][b]}) {
        if (model->at("rmse").is_null()) drop_estimates(pair);
      }
      summary["pairs"].push_back(std::move(pair));
    }
  }
  return {.complete = true, .summary = std::move(summary)};
}

std::string dry_run_judge(host::Factory& factory, const host::Node& table, std::size_t seeds) {
  host::DryPass pass;
  const auto params = factory.check<JudgeParams>(table, pass).params;
  const std::string from(table.text_or("from", ""));
  std::string text = "  " + std::to_string(params.values.size()) +
                     (params.values.size() == 1 ? " value model" : " value models") + " by the trees of " + from;
  if (params.limit > 0) text += ", at most of " + std::to_string(params.limit) + " problems";
  if (seeds > 1) text += ", with " + std::to_string(seeds) + " seeds";
  return text + "\n" + forecast_values(factory, *table.find("values"));
}

}  // namespace

/// `do = "judge"`: how well value models fit the search trees of another stage, all on the same states. Nothing is
/// drawn and nothing learned: two judgings of one set of trees compare whatever their value models learned from.
StageKind judge_stage() {
  return {{.name = "judge", .defaults = {}, .check = check_judge},
          run_judge,
          show_judge,
          dry_run_judge,
          {{"", "How well value models fit the search trees of another stage, all on the same states.",
            describe_params<JudgeParams>}}};
}

}  // namespace espalier::study
