#include "engine/episode_progress.hpp"

#include <espalier/machine_failure.hpp>
#include <espalier/runtime.hpp>
#include <exception>
#include <functional>
#include <numeric>
#include <set>
#include <stdexcept>
#include <string>
#include <utility>
#include <variant>

#include "base/utf8.hpp"
#include "engine/failure.hpp"
#include "engine/stored_value_model.hpp"

namespace espalier::engine {
namespace {

Key child_key(const State& state, int candidate) {
  return state.transcript.key().child(static_cast<std::uint64_t>(candidate));
}

Answer read_gold(const Grader& grader, const Item& item) {
  const PluginCall call(grader, PluginMember::reference);
  if (auto gold = grader.reference(item.gold)) return *std::move(gold);
  throw std::invalid_argument("problem '" + item.problem.id + "': the grader cannot read its gold answer '" +
                              item.gold + "'");
}

/// What people call the node that speaks: by its name in the graph; where that has none, by its role and number.
std::string node_name(const Graph& graph, const Turn& turn) {
  const auto node = static_cast<std::size_t>(turn.node);
  if (turn.node >= 0 && node < graph.nodes.size() && !graph.nodes[node].name.empty()) return graph.nodes[node].name;
  return (turn.role.empty() ? "node" : turn.role) + " " + std::to_string(turn.node);
}

/// What a message drawn ahead costs until it is claimed: in columns of its own, so that it spends no budget.
Cost speculative(const Cost& cost) {
  return {.money = cost.money,
          .speculative_calls = cost.agent_calls,
          .speculative_tokens = cost.prompt_tokens + cost.generated_tokens,
          .speculative_flops = cost.flops};
}

}  // namespace

ProblemEpisode::Progress::Progress(const Team& with_team, const Item& with_item, const Grader& with_grader,
                                   const EpisodeOptions& with_options)
    : named(with_item.problem.id),
      team(with_team),
      item(with_item),
      grader(with_grader),
      options(with_options),
      key(with_options.run_key.child(with_item.problem.id)),
      gold(read_gold(with_grader, with_item)),
      meter(with_options.budget) {}

State ProblemEpisode::Progress::state(Transcript transcript) const {
  State state{&problem(), &topology(), std::move(transcript), std::nullopt, std::nullopt};
  const PluginCall call(topology(), PluginMember::next);
  state.next = topology().next(problem(), state.transcript);
  return state;
}

std::optional<Answer> ProblemEpisode::Progress::answer(const State& state) const {
  std::string text;
  {
    const PluginCall call(topology(), PluginMember::answer);
    text = topology().answer(problem(), state.transcript);
  }
  const PluginCall call(grader, PluginMember::answer_to);
  return grader.answer_to(problem(), text);
}

bool ProblemEpisode::Progress::agree(const Answer& one, const Answer& other) const {
  const PluginCall call(grader, PluginMember::equal);
  return grader.agree(one, other);
}

bool ProblemEpisode::Progress::is_correct(const std::optional<Answer>& answer) const {
  if (!answer) return false;
  const PluginCall call(grader, PluginMember::equal);
  return grader.equal(*answer, gold).equal;
}

void ProblemEpisode::Progress::check(const State& state) const {
  if (state.problem != &problem()) throw std::logic_error("a state of another problem was given to an episode");
}

State ProblemEpisode::Progress::child(const State& parent, int candidate) {
  Drawn& drawn = *tree.find(child_key(parent, candidate));
  State child = state(parent.transcript.extended(drawn.record.message, candidate));
  if (child.terminal()) {
    if (!drawn.settled) {
      drawn.record.terminal = true;
      drawn.record.answer = answer(child);
      drawn.record.correct = is_correct(drawn.record.answer);
      drawn.settled = true;
      tree.valued(drawn, std::nullopt, ledger.total().agent_calls);
    }
    if (options.oracle) child.reward = drawn.record.correct ? 1.0 : -1.0;
  }
  return child;
}

std::vector<Gap> ProblemEpisode::Progress::gaps(std::span<const State> states, std::span<const Widths> widths) {
  std::vector<Gap> gaps;
  std::set<Key> wanted;
  for (std::size_t i = 0; i < states.size(); ++i) {
    int begin = widths[i].first;
    const int last = widths[i].first + widths[i].count;
    for (int k = begin; k <= last; ++k) {
      if (k < last) {
        const Key key_of_child = child_key(states[i], k);
        if (!tree.find(key_of_child) && wanted.insert(key_of_child).second) continue;
      }
      if (k > begin) gaps.push_back({&states[i], begin, k - begin, Receipt(Receipt::Purpose::speech, begin), {}});
      begin = k + 1;
    }
  }
  return gaps;
}

int ProblemEpisode::Progress::unclaimed(std::span<const State> states, std::span<const Widths> widths) {
  std::set<Key> keys;
  for (std::size_t i = 0; i < states.size(); ++i) {
    for (int k = widths[i].first; k < widths[i].first + widths[i].count; ++k) {
      const Key key_of_child = child_key(states[i], k);
      const Drawn* drawn = tree.find(key_of_child);
      if (drawn && !drawn->record.claimed) keys.insert(key_of_child);
    }
  }
  return static_cast<int>(keys.size());
}

void ProblemEpisode::Progress::fill(std::vector<Gap>& gaps) const {
  std::vector<std::function<void()>> tasks;
  tasks.reserve(gaps.size());
  for (Gap& gap : gaps) {
    tasks.push_back([this, &gap] {
      const Turn& turn = *gap.state->next;
      const ReceiptScope counted(gap.receipt);
      try {
        const Transcript& transcript = gap.state->transcript;
        Agent& speaker = team.speaker(turn.role);
        const PluginCall call(speaker, PluginMember::speak);
        gap.messages = speaker.speak(problem(), turn,
                                     {.key = transcript.key(),
                                      .first = gap.first,
                                      .count = gap.count,
                                      .temperature = team.temperature,
                                      .top_p = team.top_p,
                                      .lease = transcript.lease()});
        if (std::ssize(gap.messages) != gap.count) {
          throw std::logic_error("returned " + std::to_string(gap.messages.size()) + " messages, " +
                                 std::to_string(gap.count) + " were asked for");
        }
      } catch (const std::exception& error) {
        const std::string agent = "agent of role '" + turn.role + "': ";
        const std::string failure = machine_failure(std::current_exception());
        if (!failure.empty()) throw MachineFailure(agent + failure);
        throw std::runtime_error(agent + error.what());
      }
    });
  }
  together(tasks);
}

void ProblemEpisode::Progress::settle(Gap& gap, bool claimed) {
  const State& state = *gap.state;
  const Turn& turn = *state.next;
  for (int i = 0; i < gap.count; ++i) {
    const auto cleaned = [&turn](Message message) {
      message.node = turn.node;
      message.text = base::to_utf8(std::move(message.text));
      for (auto& [name, text] : message.attributes) text = base::to_utf8(std::move(text));
      return message;
    };
    Drawn drawn;
    drawn.cost = gap.receipt.of(gap.first + i, gap.count);
    drawn.cost.agent_calls = 1;
    NodeRecord& record = drawn.record;
    record.message = cleaned(std::move(gap.messages[static_cast<std::size_t>(i)]));
    record.candidate = gap.first + i;
    record.role = turn.role;
    record.name = node_name(topology().graph(), turn);
    record.tokens = record.message.generated();
    const auto& logprobs = record.message.logprobs;
    if (!logprobs.empty()) record.logprob = std::accumulate(logprobs.begin(), logprobs.end(), 0.0);
    record.claimed = claimed;
    auto verdict = [&] {
      const PluginCall call(topology(), PluginMember::accept);
      return topology().accept(problem(), state.transcript, turn, record.message);
    }();
    if (auto* accepted = std::get_if<Message>(&verdict)) {
      record.message = cleaned(std::move(*accepted));
    } else {
      record.rejected = std::get<Rejected>(std::move(verdict)).why;
    }
    ledger.charge(turn.role, claimed ? drawn.cost : speculative(drawn.cost));
    tree.add(state.transcript.key(), std::move(drawn));
  }
  count(gap.receipt);
}

void ProblemEpisode::Progress::count(const Receipt& receipt) {
  timing.calls_drawn += receipt.drawn();
  timing.calls_replayed += receipt.replayed();
  timing.scores_made += receipt.scores_made();
  timing.scores_replayed += receipt.scores_replayed();
  if (options.tally == nullptr) return;
  options.tally->drawn += receipt.drawn();
  options.tally->replayed += receipt.replayed();
}

void ProblemEpisode::Progress::enter_score(const ValueModel& model, const State& state, const Value& value) {
  if (guide == nullptr) guide = &model;
  Drawn* drawn = tree.find(state.transcript.key());
  if (!drawn) return;
  if (guide != &model) {
    const std::string name = name_of(model);
    drawn->record.scored_by_others[name.empty() ? "another" : name] = value;
    return;
  }
  drawn->record.scored = value;
  if (drawn->settled) tree.valued(*drawn, value.mean, ledger.total().agent_calls);
}

void ProblemEpisode::Progress::claim(std::span<const State> states, std::span<const Widths> widths) {
  for (std::size_t i = 0; i < states.size(); ++i) {
    for (int k = widths[i].first; k < widths[i].first + widths[i].count; ++k) {
      Drawn& drawn = *tree.find(child_key(states[i], k));
      if (drawn.record.claimed) continue;
      drawn.record.claimed = true;
      Cost change = drawn.cost;
      change -= speculative(drawn.cost);
      ledger.charge(drawn.record.role, change);
    }
  }
}

std::vector<State> ProblemEpisode::Progress::children(const State& parent, Widths widths) {
  std::vector<State> states;
  for (int k = widths.first; k < widths.first + widths.count; ++k) {
    if (!tree.find(child_key(parent, k))->record.rejected) states.push_back(child(parent, k));
  }
  if (states.empty() && widths.count > 0) {
    NodeRecord& record = tree.find(child_key(parent, widths.first))->record;
    if (!record.repaired) {
      const PluginCall call(topology(), PluginMember::repair);
      record.message = topology().repair(problem(), parent.transcript, *parent.next, std::move(record.message));
      record.message.node = parent.next->node;
      record.message.text = base::to_utf8(std::move(record.message.text));
      record.repaired = true;
    }
    states.push_back(child(parent, widths.first));
  }
  return states;
}

std::vector<State> ProblemEpisode::Progress::prospects(const State& parent, Widths widths) const {
  std::vector<State> states;
  std::set<std::string_view> texts;
  for (int k = widths.first; k < widths.first + widths.count; ++k) {
    const NodeRecord& record = tree.find(child_key(parent, k))->record;
    if (record.rejected || !texts.insert(record.message.text).second) continue;
    states.push_back(state(parent.transcript.extended(record.message, k)));
  }
  return states;
}

void ProblemEpisode::Progress::choose(const Outcome& outcome, EpisodeRecord& record) const {
  record.stopped = outcome.stopped;
  for (const auto& [state, score] : outcome.ranked) {
    check(state);
    record.ranked.push_back({tree.path(state.transcript.key()), score, is_correct(answer(state))});
  }
  if (!outcome.chosen) return;
  check(*outcome.chosen);
  record.chosen = tree.path(outcome.chosen->transcript.key());
  record.answer = answer(*outcome.chosen);
  record.correct = is_correct(record.answer);
}

}  // namespace espalier::engine
