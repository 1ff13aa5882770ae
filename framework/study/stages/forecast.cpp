#include "study/stages/forecast.hpp"

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstdio>
#include <espalier/value_model.hpp>
#include <map>
#include <optional>

#include "study/stages/check_arm.hpp"
#include "study/stages/plugin_visit.hpp"
#include "study/stages/problems.hpp"
#include "study/stages/stage_params.hpp"

namespace espalier::study {
namespace {

/// "1.54 GB", "870 FLOPs": three digits and the unit's prefix.
std::string with_prefix(double number, const std::string& unit) {
  constexpr std::array<const char*, 7> prefixes = {"", "k", "M", "G", "T", "P", "E"};
  std::size_t prefix = 0;
  while (number >= 999.5 && prefix + 1 < prefixes.size()) {
    number /= 1000;
    ++prefix;
  }
  const int decimals = prefix == 0 || number >= 99.95 ? 0 : number >= 9.995 ? 1 : 2;
  std::array<char, 32> text{};
  std::snprintf(text.data(), text.size(), "%.*f %s", decimals, number, prefixes[prefix]);
  return text.data() + unit;
}

/// Language models by their names in the manifest, or by where they are written.
using Models = std::map<std::string, Backend::Facts>;

struct ArmForecast {
  std::optional<std::size_t> problems;  ///< absent: they depend on what a stage will make
  std::optional<std::int64_t> calls;    ///< of one problem at most
  std::optional<std::int64_t> tokens;   ///< written by these
  Models models;                        ///< that speak
};

/// Adds the language models at or below a plugin.
void add_models(host::Factory& factory, const host::Node& reference, std::string_view kind, Models& models) {
  any_plugin(factory, reference, kind, [&](std::string_view found, const host::Node& table) {
    if (found == LanguageModel::kind) {
      const auto facts = factory.facts(table, found);
      if (const auto* model = std::any_cast<Backend::Facts>(&facts)) models.emplace(table.path, *model);
    }
    return false;
  });
}

/// The most that one of the models costs.
double dearest(const Models& models, double Backend::Facts::*cost) {
  double most = 0;
  for (const auto& [name, model] : models) most = std::max(most, model.*cost);
  return most;
}

/// "12.34": an amount in the currency of the prices.
std::string money_text(double amount) {
  std::array<char, 32> text{};
  std::snprintf(text.data(), text.size(), amount < 0.995 ? "%.3g" : "%.2f", amount);
  return text.data();
}

/// Who speaks how much with which models.
void add_speakers(host::Factory& factory, const host::Node& table, ArmForecast& arm) {
  const host::Node* agents = table.find("agents");
  if (agents == nullptr || !agents->is_table()) return;
  std::int64_t longest = 0;
  bool known = !agents->members().empty();
  for (const auto& speaker : agents->members()) {
    const auto facts = factory.facts_of<Agent>(speaker.value);
    known = known && facts && facts->max_tokens > 0;
    if (facts) longest = std::max<std::int64_t>(longest, facts->max_tokens);
    add_models(factory, speaker.value, Agent::kind, arm.models);
  }
  if (known && arm.calls) arm.tokens = *arm.calls * longest;
}

ArmForecast forecast_arm(host::Factory& factory, const host::Node& whole) {
  const host::Node table = arm_with_players_only(factory, whole);
  ArmForecast arm;
  host::DryPass pass;
  const SolveParams dry = factory.check<SolveParams>(table, pass).params;
  if (const auto selection = dry_run_problems(factory, table, "problems")) arm.problems = selection->items.size();
  arm.calls = most_calls(factory, table, dry.budget);
  add_speakers(factory, table, arm);
  return arm;
}

std::string describe(const ArmForecast& arm, std::size_t seeds) {
  if (!arm.problems) return "the problems are not known yet: they depend on what a stage will make";
  std::string text = std::to_string(*arm.problems) + " problems";
  if (seeds > 1) text += " x " + std::to_string(seeds) + " seeds";
  const auto runs = static_cast<std::int64_t>(*arm.problems * seeds);
  if (!arm.calls) return text;
  text += ", at most " + std::to_string(runs * *arm.calls) + " agent calls (" + std::to_string(*arm.calls) + " each)";
  if (!arm.tokens) return text;
  const auto tokens = static_cast<double>(runs * *arm.tokens);
  text += ", " + with_prefix(tokens, "tokens") + " written";
  if (const double flops = dearest(arm.models, &Backend::Facts::flops_per_token); flops > 0)
    text += " in " + with_prefix(tokens * flops, "FLOPs");
  const double price = dearest(arm.models, &Backend::Facts::output_price);
  if (price > 0) text += " for " + money_text(tokens * price);
  return text;
}

/// What a server charges, where it does.
std::string prices_text(const Backend::Facts& model) {
  return "prompts for " + money_text(1e6 * model.input_price) + " and messages for " +
         money_text(1e6 * model.output_price) + " per million tokens";
}

std::string describe(const Backend::Facts& model, std::int64_t most_tokens) {
  std::string text = with_prefix(static_cast<double>(model.parameters), "weights") + " in " +
                     with_prefix(model.weight_bytes, "B") + ", " + with_prefix(model.bytes_per_token, "B") +
                     " of keys and values and " + with_prefix(model.flops_per_token, "FLOPs") + " per token";
  if (most_tokens == 0) return text;
  return text + ", at most " + with_prefix(static_cast<double>(most_tokens) * model.bytes_per_token, "B") +
         " for the messages of one problem";
}

}  // namespace

std::string forecast_arms(host::Factory& factory, std::span<const Named<host::Node>> arms, std::size_t seeds) {
  std::string lines;
  Models models;
  std::map<std::string, std::int64_t> most_tokens;
  for (const auto& planned : arms) {
    const ArmForecast arm = forecast_arm(factory, planned.value);
    lines += "  " + (planned.name.empty() ? "" : planned.name + ": ") + describe(arm, seeds) + "\n";
    for (const auto& [name, model] : arm.models) {
      models.emplace(name, model);
      most_tokens[name] = std::max(most_tokens[name], arm.tokens.value_or(0));
    }
  }
  for (const auto& [name, model] : models) {
    if (model.parameters > 0) lines += "  " + name + ": " + describe(model, most_tokens[name]) + "\n";
    if (model.input_price > 0 || model.output_price > 0) lines += "  " + name + ": " + prices_text(model) + "\n";
  }
  return lines;
}

int longest_trajectory(host::Factory& factory, const host::Node& table) {
  const auto topology = factory.facts_of<Topology>(*table.find("topology"));
  return topology ? topology->longest : 0;
}

std::optional<std::int64_t> most_calls(host::Factory& factory, const host::Node& table, const BudgetParams& budget) {
  const auto search = factory.facts_of<Search>(*table.find("search"));
  const int longest = longest_trajectory(factory, table);
  std::optional<std::int64_t> calls;
  if (search && search->calls && longest > 0) calls = search->calls(longest);
  if (budget.calls) calls = std::min(calls.value_or(*budget.calls), *budget.calls);
  return calls;
}

std::string forecast_fit(host::Factory& factory, const host::Node& model, std::string_view kind, double tokens) {
  Models models;
  add_models(factory, model, kind, models);
  std::string lines;
  for (const auto& [name, facts] : models) {
    if (facts.parameters == 0) continue;
    // A way back costs twice the way there.
    lines += "  at most " + with_prefix(3 * tokens * facts.flops_per_token, "FLOPs") + "\n  " + name + ": " +
             describe(facts, 0) + "\n";
  }
  return lines;
}

std::string forecast_values(host::Factory& factory, const host::Node& values) {
  Models models;
  if (values.is_table()) {
    for (const auto& member : values.members()) add_models(factory, member.value, ValueModel::kind, models);
  } else if (values.is_array()) {
    for (const auto& element : values.elements()) add_models(factory, element, ValueModel::kind, models);
  }
  std::string lines;
  for (const auto& [name, facts] : models) {
    if (facts.parameters > 0) lines += "  " + name + ": " + describe(facts, 0) + "\n";
  }
  return lines;
}

}  // namespace espalier::study
