#include "study/results/summary.hpp"

#include <algorithm>
#include <cstdio>
#include <map>
#include <utility>

#include "study/results/choices.hpp"
#include "study/results/records.hpp"
#include "study/results/statistics.hpp"
#include "study/tables/summary_legends.hpp"
#include "study/tables/table_legends.hpp"

namespace espalier::study {
namespace {

Json interval_json(const Interval& interval) { return Json::array({interval.low, interval.high}); }

Scores seed_scores(const SeedResult& seed) { return {seed.correct.begin(), seed.correct.end()}; }

/// Per problem, the share of the seeds that are done with it that had a right answer.
Scores pooled_scores(const ArmResult& arm) {
  Scores pooled;
  std::vector<double> runs;
  for (const auto& seed : arm.seeds) {
    pooled.resize(std::max(pooled.size(), seed.correct.size()), 0.0);
    runs.resize(pooled.size(), 0.0);
    for (std::size_t i = 0; i < seed.correct.size(); ++i) {
      pooled[i] += seed.correct[i] ? 1.0 : 0.0;
      runs[i] += 1.0;
    }
  }
  for (std::size_t i = 0; i < pooled.size(); ++i) pooled[i] /= runs[i];
  return pooled;
}

bool same_problems(const ArmResult& one, const ArmResult& other) {
  if (one.problems == other.problems) return true;
  const auto id = [](const Item& item) -> const std::string& { return item.problem.id; };
  return std::ranges::equal(one.problems->items, other.problems->items, {}, id, id);
}

/// The share of calls that came from the store, so that an arm's seconds are not what its calls would take.
double replayed_share(std::int64_t drawn, std::int64_t replayed) {
  return replayed == 0 ? 0.0 : static_cast<double>(replayed) / static_cast<double>(drawn + replayed);
}

Json arm_json(const ArmResult& arm, const Scores& scores) {
  std::int64_t runs = 0, correct = 0;
  double seconds = 0.0;
  for (const auto& seed : arm.seeds) {
    runs += std::ssize(seed.correct);
    correct += std::ranges::count(seed.correct, true);
    seconds += seed.seconds;
  }
  const double each = static_cast<double>(std::max<std::int64_t>(1, runs));
  Json json = object<kArm>({{"name", arm.name},
                            {"oracle", arm.oracle},
                            {"problems", scores.size()},
                            {"runs", runs},
                            {"correct", correct},
                            {"failures", arm.failures},
                            {"accuracy", mean(scores)},
                            {"ci95", interval_json(accuracy_interval(scores, static_cast<double>(arm.seeds.size())))}});
  if (arm.first_failure) field<kArm>(json, "first_failure") = *arm.first_failure;
  field<kArm>(json, "grading") = grader_check_json(arm.problems->grader_check);
  field<kArm>(json, "choice") = arm.choices.json();
  const Json totals = cost_json(arm.ledger.total());
  for (const auto& [name, total] : totals.items()) json[name] = total.get<double>() / each;
  field<kArm>(json, "seconds") = seconds / each;
  field<kArm>(json, "totals") = totals;
  for (const auto& [part, cost] : arm.ledger.parts()) field<kArm>(json, "totals_by_agent")[part] = cost_json(cost);
  Json& seeds = field<kArm>(json, "seeds") = Json::array();
  for (const auto& seed : arm.seeds) {
    const Scores of_seed = seed_scores(seed);
    seeds.push_back(object<kSeed>(
        {{"seed", seed.seed}, {"accuracy", mean(of_seed)}, {"ci95", interval_json(accuracy_interval(of_seed, 1.0))}}));
  }
  field<kArm>(json, "timings") = object<kArmTimings>({{"seconds", seconds},
                                                      {"calls_drawn", arm.drawn},
                                                      {"calls_replayed", arm.replayed},
                                                      {"replayed_share", replayed_share(arm.drawn, arm.replayed)}});
  return json;
}

Json pair_json(const std::string& a, const std::string& b, const Paired& paired) {
  return object<kPair>({{"a", a},
                        {"b", b},
                        {"difference", paired.difference},
                        {"ci95", interval_json(paired.ci95)},
                        {"p", paired.p},
                        {"better", paired.better},
                        {"worse", paired.worse}});
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
  Explained<kArm> key;
  Explained<kArmTable> title;
};

constexpr CostColumn kCostColumns[] = {
    {"agent_calls", "calls"},
    {"prompt_tokens", "prompt"},
    {"cached_tokens", "cached"},
    {"generated_tokens", "written"},
    {"scorer_tokens", "scored"},
    {"scorer_new_tokens", "new"},
    {"flops", "FLOPs"},
    {"money", "money"},
    {"speculative_calls", "ahead"},
};

bool spends(const Json& summary, Explained<kArm> key) {
  const Json& arms = summary.at("arms");
  return std::any_of(arms.begin(), arms.end(), [&](const Json& arm) { return arm.at(key.name).get<double>() != 0.0; });
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
    if (share > 0) arms += (arms.empty() ? "" : ", ") + arm.at("name").get<std::string>() + " " + percent(share) + " %";
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
              std::to_string(arm.at("runs").get<std::int64_t>()) + " problems failed and count as wrong; first, " +
              arm.at("first_failure").get<std::string>() + "; see \"error\" in records.jsonl\n";
    }
    if (arm.at("grading").contains("first_accepted")) {
      text += arm.at("name").get<std::string>() + ": its grader takes wrong answers for right ones: " +
              arm.at("grading").at("first_accepted").get<std::string>() + "\n";
    }
  }
  return text;
}

}  // namespace

Json standing(const std::vector<ArmResult>& arms) {
  Json standing = Json::array();
  for (const auto& arm : arms) {
    const Scores scores = pooled_scores(arm);
    if (!scores.empty()) standing.push_back(arm_json(arm, scores));
  }
  return standing;
}

Json summarise(const std::vector<ArmResult>& arms) {
  Json summary = object<kCompared>({{"arms", Json::array()}, {"pairs", Json::array()}});
  std::vector<Scores> scores;
  std::vector<std::vector<std::size_t>> groups;  // arms whose patches chose other problems are no pair with the rest
  for (std::size_t arm = 0; arm < arms.size(); ++arm) {
    scores.push_back(pooled_scores(arms[arm]));
    field<kCompared>(summary, "arms").push_back(arm_json(arms[arm], scores.back()));
    const auto group = std::ranges::find_if(
        groups, [&](const auto& members) { return same_problems(arms[members.front()], arms[arm]); });
    if (group == groups.end()) {
      groups.push_back({arm});
    } else {
      group->push_back(arm);
    }
  }
  std::map<std::pair<std::size_t, std::size_t>, Json> pairs;
  for (const auto& members : groups) {
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
  for (auto& [arms_of_pair, json] : pairs) field<kCompared>(summary, "pairs").push_back(std::move(json));
  return summary;
}

std::string summary_table(const Json& summary) {
  const bool paired = summary.at("arms").size() > 1;
  const std::vector<CostColumn> costs = used_costs(summary);
  const bool marked = std::ranges::any_of(summary.at("arms"), [](const Json& arm) { return share_replayed(arm) > 0; });
  std::vector<Explained<kArmTable>> titles = {"arm", "accuracy", "95 %"};
  if (paired) titles.insert(titles.end(), {"difference", "95 %", "p"});
  for (const auto& column : costs) titles.push_back(column.title);
  titles.push_back("seconds");
  Table table(headings<kArmTable>(titles));
  for (const auto& arm : summary.at("arms")) {
    const std::string name = arm.at("name");
    std::vector<std::string> row = {name + (arm.at("oracle").get<bool>() ? " [oracle]" : ""),
                                    percent(arm.at("accuracy").get<double>()), interval_text(arm.at("ci95"))};
    if (paired) add_difference(row, pair_with_first(summary, name));
    for (const auto& column : costs) row.push_back(compact(arm.at(column.key.name).get<double>()));
    row.push_back(short_seconds(arm.at("seconds").get<double>()) + (share_replayed(arm) > 0 ? "*" : marked ? " " : ""));
    table.add(std::move(row));
  }
  return table.text() + footnotes(summary) + choice_table(summary);
}

}  // namespace espalier::study
