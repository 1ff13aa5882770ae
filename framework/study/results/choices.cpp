#include "study/results/choices.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>

#include "study/tables/summary_legends.hpp"
#include "study/tables/table_legends.hpp"

namespace espalier::study {
namespace {

bool guided(const engine::EpisodeRecord& record) {
  return std::ranges::any_of(record.nodes, [](const auto& node) { return node.scored.has_value(); });
}

bool drew_right(const engine::EpisodeRecord& record) {
  return std::ranges::any_of(record.nodes, &engine::NodeRecord::correct);
}

std::string value_text(const Json& value) {
  if (value.is_null()) return "-";
  std::array<char, 32> text;
  std::snprintf(text.data(), text.size(), "%+.2f", std::round(100 * value.get<double>()) / 100 + 0.0);  // no "-0.00"
  return text.data();
}

std::vector<std::string> row_of(const Json& arm) {
  const Json& choice = arm.at("choice");
  const auto drawn = choice.at("chosen_right").get<double>() + choice.at("passed_over").get<double>();
  const auto runs = drawn + choice.at("not_drawn").get<double>();
  const Json& share = choice.at("passed_over_share");
  return {arm.at("name").get<std::string>() + (arm.at("oracle").get<bool>() ? " [oracle]" : ""), percent(drawn / runs),
          share.is_null() ? "-" : percent(share.get<double>()), value_text(choice.at("value_right")),
          value_text(choice.at("value_wrong"))};
}

void add_rows(Table& table, const Json& arm) {
  table.add(row_of(arm));
  if (!arm.at("choice").contains("other_values")) return;
  for (const auto& [name, values] : arm.at("choice").at("other_values").items())
    table.add({"  by " + name, "", "", value_text(values.at("value_right")), value_text(values.at("value_wrong"))});
}

}  // namespace

Choice choice_of(const engine::EpisodeRecord& record) {
  Choice choice{.failed = record.error.has_value(),
                .guided = guided(record),
                .right = record.correct,
                .drew_right = drew_right(record)};
  const engine::NodeRecord* chosen = record.chosen ? record.find(*record.chosen) : nullptr;
  if (chosen != nullptr && chosen->scored) choice.value = chosen->scored->mean;
  for (const auto& node : record.nodes) {
    for (const auto& [name, value] : node.scored_by_others) {
      auto& said = choice.other_values[name];
      if (&node == chosen) said = value.mean;
    }
  }
  return choice;
}

void Choices::count(const Choice& choice) {
  if (choice.failed) return;
  guided_ = guided_ || choice.guided;
  ++(choice.right ? chosen_right_ : choice.drew_right ? passed_over_ : not_drawn_);
  const auto add = [&](Channel& channel, const std::optional<double>& value) {
    if (value) (choice.right ? channel.right : channel.wrong).add(*value);
  };
  add(value_, choice.value);
  for (const auto& [name, value] : choice.other_values) add(other_values_[name], value);
}

Json Choices::json() const {
  if (!guided_) return nullptr;
  const std::int64_t drawn = chosen_right_ + passed_over_;
  Json json = object<kArmChoice>(
      {{"chosen_right", chosen_right_},
       {"passed_over", passed_over_},
       {"not_drawn", not_drawn_},
       {"passed_over_share",
        drawn > 0 ? Json(static_cast<double>(passed_over_) / static_cast<double>(drawn)) : Json(nullptr)},
       {"value_right", value_.right.json()},
       {"value_wrong", value_.wrong.json()}});
  for (const auto& [name, said] : other_values_) {
    field<kArmChoice>(json, "other_values")[name] =
        object<kChannel>({{"value_right", said.right.json()}, {"value_wrong", said.wrong.json()}});
  }
  return json;
}

std::string choice_table(const Json& summary) {
  const Json& arms = summary.at("arms");
  const auto chose = [](const Json& arm) { return arm.contains("choice") && !arm.at("choice").is_null(); };
  if (std::ranges::none_of(arms, [&](const Json& arm) { return chose(arm) && !arm.at("oracle").get<bool>(); }))
    return "";
  Table table(headings<kChoiceTable>({"guided by values", "right drawn", "passed over", "V if right", "V if wrong"}));
  bool further = false;
  for (const auto& arm : arms) {
    if (!chose(arm)) continue;
    add_rows(table, arm);
    further = further || arm.at("choice").contains("other_values");
  }
  return "\n" + table.text() +
         "right drawn: percentage of problems with a right final message among those drawn; passed over: of these, "
         "where a wrong one was chosen; V: mean value of the chosen ones that were right, and wrong" +
         (further ? "; by: what further value models said of them\n" : "\n");
}

}  // namespace espalier::study
