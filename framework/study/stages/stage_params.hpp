#pragma once

#include <cstdint>
#include <espalier/agent.hpp>
#include <espalier/dataset.hpp>
#include <espalier/params.hpp>
#include <espalier/search.hpp>
#include <espalier/topology.hpp>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "engine/budget.hpp"

namespace espalier::study {

/// What becomes of a stage whose grader takes wrong answers for gold ones (see check_grader).
enum class GraderCheckPolicy { required, reported };

/// Which problems a stage is about.
struct ProblemsParams : Params {
  using Params::Params;
  std::shared_ptr<Dataset> dataset = plugin<Dataset>("dataset", "Where the problems come from.");
  std::string split = field("split", "test", "Split of the dataset.");
  std::optional<int> shuffle = maybe<int>(
      "shuffle", "Seed of an order in which the problems are taken; absent: the dataset's.", between(0, 1e9));
  int offset = field("offset", 0, "Problems left out at the begin.", between(0, 1e9));
  int limit = field("limit", 0, "Problems taken; 0: all there are.", between(0, 1e9));
  std::vector<std::string> ids =
      field("ids", std::vector<std::string>{}, "Only these problems, in the dataset's order; empty: all.");
  std::optional<std::filesystem::path> frozen =
      maybe_file("frozen",
                 "Only the problems that a file such as problems.json of a stage's results lists under the"
                 " split's name, in the dataset's order; one that is missing or has changed is an error.");
  GraderCheckPolicy grader_check =
      field("proof", GraderCheckPolicy::required,
            "Whether a grader that takes changed gold answers for the gold ones is an error, or only"
            " reported in summary.json.",
            {{"required", GraderCheckPolicy::required}, {"reported", GraderCheckPolicy::reported}});
};

/// What overrides the sampling of every agent.
struct SamplingParams : Params {
  using Params::Params;
  std::optional<double> temperature =
      maybe<double>("temperature", "Temperature of every agent; absent: each agent's own.", between(0, 100));
  std::optional<double> top_p =
      maybe<double>("top_p", "Nucleus of every agent; absent: each agent's own.", between(1e-6, 1));
};

/// What one problem may cost.
struct BudgetParams : Params {
  using Params::Params;
  std::optional<std::int64_t> calls = maybe<std::int64_t>("calls", "Agent calls per problem.", between(0, 1e12));
  std::optional<std::int64_t> tokens =
      maybe<std::int64_t>("tokens", "Tokens read, generated and scored per problem.", between(0, 1e15));
  std::optional<double> seconds =
      maybe<double>("seconds", "Seconds per problem. Results then depend on the machine.", between(0, 1e9));
  std::optional<double> flops = maybe<double>("flops", "Floating-point operations per problem.", between(0, 1e30));

  std::optional<double> money =
      maybe<double>("money", "What servers are paid per problem, in the currency of their prices.", between(0, 1e9));

  engine::Budget budget() const { return {calls, tokens, seconds, flops, money}; }
};

/// A team of agents on a graph: who plays which role.
struct TeamParams : Params {
  using Params::Params;
  std::vector<Named<std::shared_ptr<Agent>>> agents = plugins<Agent>("agents", "The agents there are, by name.");
  std::vector<Named<std::string>> cast =
      dictionary("cast", "Role to agent; a role that is not listed is played by the agent of the same name.");
};

/// `do = "solve"`: a team answers problems, guided by a search. An arm of a comparison is the same.
struct SolveParams : TeamParams {
  using TeamParams::TeamParams;
  ProblemsParams problems = table<ProblemsParams>("problems", "What is asked.");
  std::shared_ptr<Topology> topology = plugin<Topology>("topology", "Who hears whom, and whose answer counts.");
  std::shared_ptr<Search> search = plugin<Search>("search", "Spends the agent calls.");
  SamplingParams sampling = table<SamplingParams>("sampling", "Overrides the agents' own sampling.");
  BudgetParams budget = table<BudgetParams>("budget", "What one problem may cost; absent limits do not bind.");
  bool keep_tokens = field("keep_tokens", false, "Keep token ids and log-probabilities in records.");
};

}  // namespace espalier::study
