#include "study/tables/sweep_table.hpp"

#include <algorithm>
#include <cstdio>
#include <map>
#include <set>
#include <utility>

#include "host/nearest.hpp"
#include "study/tables/summary_legends.hpp"
#include "study/tables/table_legends.hpp"

namespace espalier::study {
namespace {

using Summaries = std::vector<const Json*>;

std::string spelled(const Json& value) { return value.is_string() ? value.get<std::string>() : to_text(value); }

std::string thousandths(const Json& figure) {
  if (!figure.is_number()) return "-";
  char text[32];
  std::snprintf(text, sizeof text, "%.3f", figure.get<double>());
  return text;
}

/// The swept keys that differ between summaries, in the sweep's order: a stage is shown over what varies it.
std::vector<std::string> swept_keys(const Summaries& summaries) {
  std::vector<std::string> keys;
  for (const auto& [key, first] : summaries.front()->at("point").items()) {
    const auto differs = [&, &name = key, &value = first](const Json* other) {
      return other->at("point").at(name) != value;
    };
    if (std::ranges::any_of(summaries, differs)) keys.push_back(key);
  }
  return keys;
}

void add_point(std::vector<std::string>& row, const Json& summary, const std::vector<std::string>& keys) {
  for (const auto& key : keys) row.push_back(spelled(summary.at("point").at(key)));
}

std::vector<std::string> arm_names(const Summaries& summaries) {
  std::vector<std::string> names;
  for (const Json* summary : summaries) {
    for (const auto& arm : summary->at("arms")) {
      const std::string name = arm.at("name");
      if (std::ranges::find(names, name) == names.end()) names.push_back(name);
    }
  }
  return names;
}

std::string arms_table(const Summaries& summaries, const std::vector<std::string>& keys) {
  Table table(headings<kSweepArmTable>({"arm", "KEY", "accuracy", "95 %", "calls", "written", "scored"}, keys));
  for (const auto& name : arm_names(summaries)) {
    for (const Json* summary : summaries) {
      for (const auto& arm : summary->at("arms")) {
        if (arm.at("name") != name) continue;
        std::vector<std::string> row = {name + (arm.at("oracle").get<bool>() ? " [oracle]" : "")};
        add_point(row, *summary, keys);
        const Json& ci95 = arm.at("ci95");
        row.insert(row.end(),
                   {percent(arm.at("accuracy").get<double>()),
                    percent(ci95.at(0).get<double>()) + " .. " + percent(ci95.at(1).get<double>()),
                    compact(arm.at("agent_calls").get<double>()), compact(arm.at("generated_tokens").get<double>()),
                    compact(arm.at("scorer_tokens").get<double>())});
        table.add(std::move(row));
      }
    }
  }
  return table.text();
}

/// What a value fit says of held-out states.
constexpr Explained<kDiagnosis> kValueFigures[] = {"rmse", "auc", "auc_within", "brier"};

std::string value_fits_table(const Summaries& summaries, const std::vector<std::string>& keys) {
  Table table(headings<kSweepValueFitTable>({"KEY", "RMSE", "AUC", "AUC within", "Brier", "best step"}, keys));
  for (const Json* summary : summaries) {
    std::vector<std::string> row;
    add_point(row, *summary, keys);
    for (const auto& figure : kValueFigures) row.push_back(thousandths(summary->at("held_out").at(figure.name)));
    row.push_back(to_text(summary->at("best_step")));
    table.add(std::move(row));
  }
  return table.text();
}

std::string language_fits_table(const Summaries& summaries, const std::vector<std::string>& keys) {
  Table table(headings<kSweepLanguageFitTable>({"KEY", "held-out loss", "best step"}, keys));
  for (const Json* summary : summaries) {
    std::vector<std::string> row;
    add_point(row, *summary, keys);
    row.insert(row.end(), {thousandths(summary->at("held_out_loss")), to_text(summary->at("best_step"))});
    table.add(std::move(row));
  }
  return table.text();
}

std::string table_of(const std::string& stage, const Summaries& summaries) {
  const auto keys = swept_keys(summaries);
  const Json& first = *summaries.front();
  const std::string title = "\n" + stage + " over " + host::enumerate(keys) + "\n";
  if (first.contains("arms")) return title + arms_table(summaries, keys);
  if (first.contains("held_out")) return title + value_fits_table(summaries, keys);
  if (first.contains("held_out_loss")) return title + language_fits_table(summaries, keys);
  return "";
}

}  // namespace

Json point_json(const host::SweepPoint& point) {
  Json json = Json::object();
  for (const auto& [axis, value] : point.values) {
    switch (value.type()) {
      case host::Node::Type::integer:
        json[axis] = value.integer();
        break;
      case host::Node::Type::real:
        json[axis] = value.real();
        break;
      case host::Node::Type::boolean:
        json[axis] = value.boolean();
        break;
      default:
        json[axis] = value.text();
    }
  }
  return json;
}

std::string sweep_tables(const std::vector<Json>& summaries) {
  std::vector<std::string> stages;
  std::map<std::string, Summaries> by_stage;
  for (const auto& summary : summaries) {
    if (!summary.contains("point")) continue;
    const std::string stage = summary.at("stage");
    if (!by_stage.contains(stage)) stages.push_back(stage);
    by_stage[stage].push_back(&summary);
  }
  std::string text;
  for (const auto& stage : stages) {
    std::set<std::string> hashes;
    for (const Json* summary : by_stage[stage]) hashes.insert(summary->at("hash").get<std::string>());
    if (hashes.size() > 1) text += table_of(stage, by_stage[stage]);
  }
  return text;
}

}  // namespace espalier::study
