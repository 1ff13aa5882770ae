#include "study/stages/judge_table.hpp"

#include <array>
#include <cstdio>

#include "study/learning/judgement_bootstrap.hpp"
#include "study/tables/table_legends.hpp"

namespace espalier::study {
namespace {

std::string number(const Json& figure, const char* format = "%.3f") {
  if (figure.is_null()) return "-";
  std::array<char, 32> text{};
  std::snprintf(text.data(), text.size(), format, figure.get<double>());
  return text.data();
}

std::string interval(const Json& ci95, const char* format = "%.3f") {
  return ci95.is_null() ? "-" : number(ci95.at(0), format) + " .. " + number(ci95.at(1), format);
}

/// "masprm learned from 12 of them, orm from 12".
std::string counts_text(const Json& counts) {
  std::string text;
  for (const auto& [fit, count] : counts.items())
    text += (text.empty() ? "" : ", ") + fit + " " + std::to_string(count.get<int>());
  return text;
}

std::string footnotes(const Json& summary) {
  const Json& judged = summary.at("judged");
  std::string text = "by " + std::to_string(judged.at("states").get<std::size_t>()) + " states of " +
                     std::to_string(judged.at("trees").get<std::size_t>()) + " trees of " +
                     std::to_string(judged.at("problems").get<std::size_t>()) + " problems from " +
                     judged.at("from").get<std::string>() +
                     "; RMSE: of values against mean returns; AUC within: among states of one depth of one problem; "
                     "ECE: calibration error of (V + 1) / 2; intervals: bootstrap over problems\n";
  if (judged.contains("left_out") && !judged.at("left_out").empty())
    text += "problems left out as fits learned from them: " + counts_text(judged.at("left_out")) + "\n";
  if (judged.contains("learned_from") && !judged.at("learned_from").empty())
    text += "too good, as fits learned from some of these problems: " + counts_text(judged.at("learned_from")) + "\n";
  if (!judged.at("weights_chosen_on").empty())
    text += "somewhat too good, as fits chose their weights by some of these problems: " +
            counts_text(judged.at("weights_chosen_on")) + "\n";
  for (const auto& model : summary.at("values")) {
    const std::string name = model.at("name");
    const double low = model.at("lowest");
    const double high = model.at("highest");
    if (low == high)
      text += name + " says " + number(low, "%+.3f") +
              " of every state; one that reads log-probabilities needs keep_tokens = true in stages." +
              judged.at("from").get<std::string>() + "\n";
    if (model.at("rmse").is_null())
      text += name + " gives values outside [-1, 1]: they order states, but estimate no reward\n";
  }
  return text;
}

}  // namespace

std::string show_judge(const Json& summary) {
  Table table(headings<kJudgeTable>(
      {"value", "RMSE", "95 %", "AUC within", "95 %", "ECE", "95 %", "bias", "Pearson", "siblings", "Brier"}));
  for (const auto& model : summary.at("values")) {
    std::vector<std::string> row = {model.at("name")};
    for (const auto figure : JudgementBootstrap::kFigures) {
      const std::string key(figure);
      row.insert(row.end(), {number(model.at(key)), interval(model.at("ci95").at(key))});
    }
    for (const char* key : {"bias", "pearson", "pair_accuracy", "brier"}) row.push_back(number(model.at(key)));
    table.add(std::move(row));
  }
  std::string text = table.text();
  const std::string first = summary.at("values").front().at("name");
  auto titles = headings<kJudgeDifferences>({"minus FIRST", "RMSE", "95 %", "AUC within", "95 %", "ECE", "95 %"});
  titles.front().title = "minus " + first;
  Table differences(std::move(titles));
  for (const auto& pair : summary.at("pairs")) {
    if (pair.at("a") != first) continue;
    std::vector<std::string> row = {pair.at("b")};
    for (const auto figure : JudgementBootstrap::kFigures) {
      const Json& difference = pair.at(std::string(figure));
      const bool known = !difference.is_null();
      row.insert(row.end(), {known ? number(difference.at("difference"), "%+.3f") : "-",
                             known ? interval(difference.at("ci95"), "%+.3f") : "-"});
    }
    differences.add(std::move(row));
  }
  if (!summary.at("pairs").empty()) text += "\n" + differences.text();
  return text + footnotes(summary);
}

}  // namespace espalier::study
