#include "summary.hpp"

#include <algorithm>
#include <cstdio>
#include <map>
#include <utility>

#include "study/choices.hpp"
#include "study/statistics.hpp"
#include "study/table.hpp"

namespace espalier::study {
namespace {

Json interval_json(const Interval& interval) { return Json::array({interval.low, interval.high}); }

/// The scores of one run of an arm: 1 or 0 per problem.
Scores seed_scores(const SeedRun& run) {
  Scores scores;
  for (const auto& record : run.solved.records) scores.push_back(record.correct ? 1.0 : 0.0);
  return scores;
}

std::vector<std::string> problem_ids(const ArmResult& arm) {
  std::vector<std::string> ids;
  if (arm.runs.empty()) return ids;
  for (const auto& record : arm.runs.front().solved.records) ids.push_back(record.problem.id);
  return ids;
}

/// Per problem, the share of seeds with a right answer.
Scores pooled_scores(const ArmResult& arm) {
  Scores pooled;
  for (const auto& run : arm.runs) {
    const Scores scores = seed_scores(run);
    pooled.resize(scores.size(), 0.0);
    for (std::size_t i = 0; i < scores.size(); ++i) pooled[i] += scores[i];
  }
  for (double& score : pooled) score /= static_cast<double>(arm.runs.size());
  return pooled;
}

struct Sums {
  engine::Ledger ledger;
  std::int64_t runs = 0;
  std::int64_t correct = 0;
  std::int64_t failures = 0;
  std::int64_t drawn = 0;
  std::int64_t replayed = 0;
  double seconds = 0.0;
};

Sums sums_of(const ArmResult& arm) {
  Sums sums;
  for (const auto& run : arm.runs) {
    sums.seconds += run.seconds;
    for (const auto& record : run.solved.records) {
      ++sums.runs;
      sums.correct += record.correct;
      sums.failures += record.error.has_value();
      sums.ledger.merge(record.ledger);
    }
    for (const auto& timing : run.solved.timings) {
      sums.drawn += timing.calls_drawn;
      sums.replayed += timing.calls_replayed;
    }
  }
  return sums;
}

/// The share of calls that came from the store, so that an arm's seconds are not what its calls would take.
double replayed_share(std::int64_t drawn, std::int64_t replayed) {
  return replayed == 0 ? 0.0 : static_cast<double>(replayed) / static_cast<double>(drawn + replayed);
}

Json arm_json(const ArmResult& arm, const Scores& scores) {
  const Sums sums = sums_of(arm);
  const double runs = static_cast<double>(std::max<std::int64_t>(1, sums.runs));
  Json json = {{"name", arm.name},          {"oracle", arm.oracle},
               {"problems", scores.size()}, {"runs", sums.runs},
               {"correct", sums.correct},   {"failures", sums.failures},
               {"accuracy", mean(scores)},  {"ci95", interval_json(accuracy_interval(scores))}};
  json["grading"] = proof_json(arm.proof);
  json["choice"] = arm.choices.json();
  const Json totals = cost_json(sums.ledger.total());
  for (const auto& [name, total] : totals.items()) json[name] = total.get<double>() / runs;
  json["seconds"] = sums.seconds / runs;
  json["totals"] = totals;
  for (const auto& [part, cost] : sums.ledger.parts()) json["totals_by_agent"][part] = cost_json(cost);
  Json& seeds = json["seeds"] = Json::array();
  for (const auto& run : arm.runs) {
    const Scores of_seed = seed_scores(run);
    seeds.push_back(
        {{"seed", run.seed}, {"accuracy", mean(of_seed)}, {"ci95", interval_json(accuracy_interval(of_seed))}});
  }
  json["timings"] = {{"seconds", sums.seconds},
                     {"calls_drawn", sums.drawn},
                     {"calls_replayed", sums.replayed},
                     {"replayed_share", replayed_share(sums.drawn, sums.replayed)}};
  return json;
}

Json pair_json(const std::string& a, const std::string& b, const Paired& paired) {
  return {{"a", a},
          {"b", b},
          {"difference", paired.difference},
          {"ci95", interval_json(paired.ci95)},
          {"p", paired.p},
          {"better", paired.better},
          {"worse", paired.worse}};
}

std::string interval_text(const Json& interval) {
  return percent(interval.at(0).get<double>()) + " .. " + percent(interval.at(1).get<double>());
}

std::string signed_percent(double share) { return (share >= 0 ? "+" : "") + percent(share); }

/// The pair of the first arm with `name`, or null.
const Json* pair_with_first(const Json& summary, const std::string& name) {
  const std::string first = summary.at("arms").front().at("name");
  for (const auto& pair : summary.at("pairs")) {
    if (pair.at("a") == first && pair.at("b") == name) return &pair;
  }
  return nullptr;
}

void add_difference(std::vector<std::string>& row, const Json* pair) {
  if (pair == nullptr) {
    row.insert(row.end(), 3, "");
    return;
  }
  const Json& ci95 = pair->at("ci95");
  row.insert(row.end(), {signed_percent(pair->at("difference").get<double>()),
                         signed_percent(ci95.at(0).get<double>()) + " .. " + signed_percent(ci95.at(1).get<double>()),
                         p_value(pair->at("p").get<double>())});
}

std::string short_seconds(double seconds) {
  if (seconds < 0.0005) return "<0.001";
  char text[32];
  std::snprintf(text, sizeof text, seconds < 9.995 ? "%.3f" : "%.1f", seconds);
  return text;
}

struct CostColumn {
  const char* key;
  const char* title;
};

constexpr CostColumn kCostColumns[] = {
    {"agent_calls", "calls"},    {"prompt_tokens", "prompt"},
    {"cached_tokens", "cached"}, {"generated_tokens", "written"},
    {"scorer_tokens", "scored"}, {"scorer_new_tokens", "new"},
    {"flops", "FLOPs"},          {"speculative_calls", "ahead"},
};

bool spends(const Json& summary, const char* key) {
  const Json& arms = summary.at("arms");
  return std::any_of(arms.begin(), arms.end(), [&](const Json& arm) { return arm.at(key).get<double>() != 0.0; });
}

/// A column that is 0 in every row says nothing and is left out.
std::vector<CostColumn> used_costs(const Json& summary) {
  std::vector<CostColumn> used;
  for (const auto& column : kCostColumns) {
    if (spends(summary, column.key)) used.push_back(column);
  }
  return used;
}

double share_replayed(const Json& arm) { return arm.at("timings").at("replayed_share").get<double>(); }

/// Which arms took calls from the store, and how many of theirs; "" where none did.
std::string replay_note(const Json& summary) {
  std::string arms;
  for (const auto& arm : summary.at("arms")) {
    const double share = share_replayed(arm);
    if (share > 0)
      arms += (arms.empty() ? "" : ", ") + arm.at("name").get<std::string>() + " " + percent(share) + " %";
  }
  return arms.empty() ? "" : "*: calls that came from the store took no time: " + arms + "\n";
}

std::string footnotes(const Json& summary) {
  std::string text = "accuracy and its 95 % interval in percent; costs per problem";
  if (summary.at("arms").size() > 1) {
    text += "; difference from the first arm with its paired 95 % interval and exact McNemar p";
  }
  if (spends(summary, "scorer_tokens")) {
    text +=
        "; scored: tokens that value models were given, new: those of them that no reading of an earlier message had";
  }
  text += "\n" + replay_note(summary);
  for (const auto& arm : summary.at("arms")) {
    const auto failures = arm.at("failures").get<std::int64_t>();
    if (failures > 0) {
      text += arm.at("name").get<std::string>() + ": " + std::to_string(failures) + " of " +
              std::to_string(arm.at("runs").get<std::int64_t>()) +
              " problems failed and count as wrong; see \"error\" in records.jsonl\n";
    }
    if (arm.at("grading").contains("first_accepted")) {
      text += arm.at("name").get<std::string>() + ": its grader takes wrong answers for right ones: " +
              arm.at("grading").at("first_accepted").get<std::string>() + "\n";
    }
  }
  return text;
}

}  // namespace

Json summarise(const std::vector<ArmResult>& arms) {
  Json summary = {{"arms", Json::array()}, {"pairs", Json::array()}};
  std::vector<Scores> scores;
  for (const auto& arm : arms) {
    scores.push_back(pooled_scores(arm));
    summary["arms"].push_back(arm_json(arm, scores.back()));
  }
  // Arms whose patches chose other problems are no pair with the rest.
  std::map<std::vector<std::string>, std::vector<std::size_t>> groups;
  for (std::size_t arm = 0; arm < arms.size(); ++arm) groups[problem_ids(arms[arm])].push_back(arm);
  std::map<std::pair<std::size_t, std::size_t>, Json> pairs;
  for (const auto& [ids, members] : groups) {
    std::vector<Scores> of_group;
    for (const std::size_t arm : members) of_group.push_back(scores[arm]);
    const PairedBootstrap bootstrap(of_group);
    for (std::size_t a = 0; a < members.size(); ++a) {
      for (std::size_t b = a + 1; b < members.size(); ++b) {
        pairs[{members[a], members[b]}] =
            pair_json(arms[members[a]].name, arms[members[b]].name, bootstrap.compare(a, b));
      }
    }
  }
  for (auto& [arms_of_pair, json] : pairs) summary["pairs"].push_back(std::move(json));
  return summary;
}

std::string summary_table(const Json& summary) {
  const bool paired = summary.at("arms").size() > 1;
  const std::vector<CostColumn> costs = used_costs(summary);
  const bool marked = std::ranges::any_of(summary.at("arms"), [](const Json& arm) { return share_replayed(arm) > 0; });
  std::vector<Table::Column> columns = {{"arm", Table::Align::left}, {"accuracy"}, {"95 %"}};
  if (paired) columns.insert(columns.end(), {{"difference"}, {"95 %"}, {"p"}});
  for (const auto& column : costs) columns.push_back({column.title});
  columns.push_back({"seconds"});
  Table table(columns);
  for (const auto& arm : summary.at("arms")) {
    const std::string name = arm.at("name");
    std::vector<std::string> row = {name + (arm.at("oracle").get<bool>() ? " [oracle]" : ""),
                                    percent(arm.at("accuracy").get<double>()), interval_text(arm.at("ci95"))};
    if (paired) add_difference(row, pair_with_first(summary, name));
    for (const auto& column : costs) row.push_back(compact(arm.at(column.key).get<double>()));
    row.push_back(short_seconds(arm.at("seconds").get<double>()) + (share_replayed(arm) > 0 ? "*" : marked ? " " : ""));
    table.add(std::move(row));
  }
  return table.text() + footnotes(summary) + choice_table(summary);
}

}  // namespace espalier::study
