#include "study/choices.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>

#include "study/summary_legends.hpp"
#include "study/table_legends.hpp"

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

}  // namespace

Choice choice_of(const engine::EpisodeRecord& record) {
  Choice choice{.failed = record.error.has_value(),
                .guided = guided(record),
                .right = record.correct,
                .drew_right = drew_right(record)};
  const engine::NodeRecord* chosen = record.chosen ? record.find(*record.chosen) : nullptr;
  if (chosen != nullptr && chosen->scored) choice.value = chosen->scored->mean;
  return choice;
}

void Choices::count(const Choice& choice) {
  if (choice.failed) return;
  guided_ = guided_ || choice.guided;
  ++(choice.right ? chosen_right_ : choice.drew_right ? passed_over_ : not_drawn_);
  if (choice.value) (choice.right ? value_right_ : value_wrong_).add(*choice.value);
}

Json Choices::json() const {
  if (!guided_) return nullptr;
  const std::int64_t drawn = chosen_right_ + passed_over_;
  return object<kArmChoice>(
      {{"chosen_right", chosen_right_},
       {"passed_over", passed_over_},
       {"not_drawn", not_drawn_},
       {"passed_over_share",
        drawn > 0 ? Json(static_cast<double>(passed_over_) / static_cast<double>(drawn)) : Json(nullptr)},
       {"value_right", value_right_.json()},
       {"value_wrong", value_wrong_.json()}});
}

std::string choice_table(const Json& summary) {
  const Json& arms = summary.at("arms");
  const auto chose = [](const Json& arm) { return arm.contains("choice") && !arm.at("choice").is_null(); };
  if (std::ranges::none_of(arms, [&](const Json& arm) { return chose(arm) && !arm.at("oracle").get<bool>(); }))
    return "";
  Table table(headings<kChoiceTable>({"guided by values", "right drawn", "passed over", "V if right", "V if wrong"}));
  for (const auto& arm : arms) {
    if (chose(arm)) table.add(row_of(arm));
  }
  return "\n" + table.text() +
         "right drawn: percentage of problems with a right final message among those drawn; passed over: of these, "
         "where "
         "a wrong one was chosen; V: mean value of the chosen ones that were right, and wrong\n";
}

}  // namespace espalier::study
