#include "study/run/budget_check.hpp"

#include <algorithm>
#include <espalier/topology.hpp>
#include <string>

namespace espalier::study {
namespace {

bool has_one_trajectory(const Topology::Facts& facts) {
  const auto always = [](const Graph::Edge& edge) { return edge.condition.empty(); };
  return facts.longest > 0 && !facts.graph.nodes.empty() && std::ranges::all_of(facts.graph.edges, always);
}

}  // namespace

void check_budget(host::Factory& factory, const host::Node& arm, host::DryPass& pass) {
  const host::Node* calls = arm.at("budget.calls");
  const host::Node* topology = arm.find("topology");
  if (calls == nullptr || calls->type() != host::Node::Type::integer || topology == nullptr) return;
  if (calls->integer() < 0) return;  // its bounds are told
  const auto facts = factory.facts_of<Topology>(*topology);
  if (!facts || !has_one_trajectory(*facts) || calls->integer() >= facts->longest) return;
  pass.diagnostics.error(calls->position, calls->path + ": " + std::to_string(calls->integer()) +
                                              " agent calls do not carry one pass over the topology, which takes " +
                                              std::to_string(facts->longest) + ": no problem would be answered");
}

}  // namespace espalier::study
