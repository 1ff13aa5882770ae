#include "engine/episode.hpp"

#include <algorithm>
#include <espalier/runtime.hpp>
#include <exception>
#include <iterator>
#include <stdexcept>
#include <string>
#include <utility>

#include "base/thrown.hpp"
#include "base/utf8.hpp"
#include "engine/engine.hpp"
#include "engine/episode_progress.hpp"
#include "engine/failure.hpp"
#include "engine/stored_value_model.hpp"

namespace espalier::engine {

ProblemEpisode::ProblemEpisode(const Team& team, const Item& item, const Grader& grader, const EpisodeOptions& options)
    : progress_(std::make_unique<Progress>(team, item, grader, options)) {}

ProblemEpisode::~ProblemEpisode() = default;

State ProblemEpisode::root() const {
  State root = progress_->state(Transcript(progress_->key));
  if (root.terminal() && progress_->options.oracle)
    root.reward = progress_->is_correct(progress_->answer(root)) ? 1.0 : -1.0;
  return root;
}

std::vector<std::vector<State>> ProblemEpisode::expand(std::span<const State> states, std::span<const Widths> widths) {
  check_time();
  if (states.size() != widths.size()) {
    throw std::logic_error(std::to_string(widths.size()) + " widths were given for " + std::to_string(states.size()) +
                           " states");
  }
  for (std::size_t i = 0; i < states.size(); ++i) {
    if (widths[i].first < 0 || widths[i].count < 0) throw std::logic_error("candidates are numbered from 0");
    progress_->check(states[i]);
    if (states[i].terminal()) throw std::logic_error("a terminal state cannot be expanded");
  }
  auto gaps = progress_->gaps(states, widths);
  int calls = progress_->unclaimed(states, widths);
  for (const Gap& gap : gaps) calls += gap.count;
  if (const int fit = affordable(calls); fit < calls) {
    throw BudgetSpent(std::to_string(calls) + " agent calls were asked for, the budget allows " + std::to_string(fit));
  }
  progress_->fill(gaps);
  for (Gap& gap : gaps) progress_->settle(gap, true);
  progress_->claim(states, widths);
  std::vector<std::vector<State>> expanded;
  expanded.reserve(states.size());
  for (std::size_t i = 0; i < states.size(); ++i) expanded.push_back(progress_->children(states[i], widths[i]));
  return expanded;
}

void ProblemEpisode::prefetch(std::span<const State> states, Widths widths, int turns) {
  check_time();
  if (widths.first < 0 || widths.count < 0) throw std::logic_error("candidates are numbered from 0");
  if (spent()) return;
  for (const State& state : states) progress_->check(state);
  std::vector<State> open(states.begin(), states.end());
  for (int turn = 0; turn < turns; ++turn) {
    std::erase_if(open, [](const State& state) { return state.terminal(); });
    if (open.empty()) return;
    auto gaps = progress_->gaps(open, std::vector<Widths>(open.size(), widths));
    progress_->fill(gaps);
    for (Gap& gap : gaps) progress_->settle(gap, false);
    std::vector<State> next;
    for (const State& state : open) std::ranges::move(progress_->prospects(state, widths), std::back_inserter(next));
    open = std::move(next);
  }
}

std::vector<Value> ProblemEpisode::score(ValueModel& model, std::span<const State> states) {
  check_time();
  Receipt receipt(Receipt::Purpose::scoring);
  std::vector<Value> values;
  {
    const ReceiptScope counted(receipt);
    const PluginCall call(model, PluginMember::score);
    values = model.score(states);
  }
  check_unnamed(model, states, values);
  if (const Cost cost = receipt.total(); cost != Cost{}) progress_->ledger.charge(kScorer, cost);
  progress_->count(receipt);
  for (std::size_t i = 0; i < states.size(); ++i) progress_->enter_score(model, states[i], values[i]);
  return values;
}

std::optional<Answer> ProblemEpisode::answer(const State& state) const {
  check_time();
  progress_->check(state);
  if (const Drawn* drawn = progress_->tree.find(state.transcript.key()); drawn && drawn->settled)
    return drawn->record.answer;
  return progress_->answer(state);
}

bool ProblemEpisode::agree(const Answer& one, const Answer& other) const { return progress_->agree(one, other); }

bool ProblemEpisode::spent() const {
  check_time();
  return progress_->meter.spent(progress_->ledger.total());
}

int ProblemEpisode::affordable(int calls) const {
  check_time();
  return progress_->meter.affordable(calls, progress_->ledger.total());
}

int ProblemEpisode::longest() const { return progress_->options.longest; }

Key ProblemEpisode::key() const { return progress_->key; }

void ProblemEpisode::note(const State& state, Note note) {
  Drawn* drawn = progress_->tree.find(state.transcript.key());
  (drawn ? drawn->record.note : progress_->root_note) = std::move(note);
}

void ProblemEpisode::simulation(std::span<const State> path, double leaf) {
  progress_->tree.simulated(path, leaf);
  if (path.empty()) return;
  const Drawn* drawn = progress_->tree.find(path.back().transcript.key());
  if (drawn && drawn->settled) progress_->tree.valued(*drawn, leaf, progress_->ledger.total().agent_calls);
}

EpisodeRecord ProblemEpisode::solve(const Search& search) {
  EpisodeRecord record;
  try {
    const PluginCall call(search, PluginMember::solve);
    progress_->choose(search.solve(*this), record);
  } catch (const Abandoned&) {
    throw;
  } catch (const TimeLimit& limit) {
    record.error = base::to_utf8(limit.what);
    log(LogLevel::warning, *record.error);
  } catch (...) {
    if (!machine_failure(std::current_exception()).empty()) throw;
    record.error = base::to_utf8(base::thrown_text());
  }
  record.problem = progress_->problem();
  record.gold = progress_->item.gold;
  record.seed = progress_->options.seed;
  record.oracle = progress_->options.oracle;
  record.root = std::move(progress_->root_note);
  record.milestones = progress_->tree.take_milestones();
  if (progress_->options.keep_tree) progress_->tree.move_into(record, progress_->options.keep_tokens);
  record.ledger = progress_->ledger;
  return record;
}

const Ledger& ProblemEpisode::ledger() const { return progress_->ledger; }
const EpisodeTiming& ProblemEpisode::timing() const { return progress_->timing; }

}  // namespace espalier::engine
