#include "study/run/logprob_check.hpp"

#include <espalier/agent.hpp>
#include <espalier/language_model.hpp>
#include <espalier/search.hpp>
#include <espalier/value_model.hpp>
#include <string>

#include "study/stages/plugin_visit.hpp"

namespace espalier::study {
namespace {

/// "models.policy" of an agent's model that tells no log-probabilities; "" where all do.
std::string silent_model(host::Factory& factory, const host::Node& agents) {
  std::string silent;
  for (const auto& agent : agents.members()) {
    any_plugin(factory, agent.value, Agent::kind, [&](std::string_view kind, const host::Node& table) {
      if (kind != LanguageModel::kind) return false;
      const auto facts = factory.facts(table, kind);
      const auto* model = std::any_cast<Backend::Facts>(&facts);
      if (model != nullptr && !model->logprobs) silent = table.path;
      return !silent.empty();
    });
    if (!silent.empty()) break;
  }
  return silent;
}

bool reads_logprobs(host::Factory& factory, std::string_view kind, const host::Node& table) {
  if (kind == Search::kind) {
    const auto facts = factory.facts_of<Search>(table);
    return facts && facts->logprobs;
  }
  const auto facts = kind == ValueModel::kind ? factory.facts_of<ValueModel>(table) : std::nullopt;
  return facts && facts->logprobs;
}

}  // namespace

void check_logprobs(host::Factory& factory, const host::Node& arm, host::DryPass& pass) {
  const host::Node* search = arm.find("search");
  const host::Node* agents = arm.find("agents");
  if (search == nullptr || agents == nullptr || !agents->is_table()) return;
  if (factory.catalog().loading() == host::Loading::never) return;  // facts are told by plugins
  const std::string silent = silent_model(factory, *agents);
  if (silent.empty()) return;
  any_plugin(factory, *search, Search::kind, [&](std::string_view kind, const host::Node& table) {
    if (!reads_logprobs(factory, kind, table)) return false;
    pass.diagnostics.error(search->position, search->path + " needs log-probabilities for " + table.path + " (" +
                                                 std::string(table.text_or("type", "")) + "), and " + silent +
                                                 " tells none: set its logprobs = true, if its server has them");
    return true;
  });
}

}  // namespace espalier::study
