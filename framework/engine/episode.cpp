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
#include "engine/episode_book.hpp"
#include "engine/failure.hpp"
#include "engine/stored_value_model.hpp"

namespace espalier::engine {

ProblemEpisode::ProblemEpisode(const Team& team, const Item& item, const Grader& grader, const EpisodeOptions& options)
    : book_(std::make_unique<Book>(team, item, grader, options)) {}

ProblemEpisode::~ProblemEpisode() = default;

State ProblemEpisode::root() const {
  State root = book_->state(Transcript(book_->key));
  if (root.terminal() && book_->options.oracle) root.reward = book_->is_correct(book_->answer(root)) ? 1.0 : -1.0;
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
    book_->check(states[i]);
    if (states[i].terminal()) throw std::logic_error("a terminal state cannot be expanded");
  }
  auto gaps = book_->gaps(states, widths);
  int calls = book_->unclaimed(states, widths);
  for (const Gap& gap : gaps) calls += gap.count;
  if (const int fit = affordable(calls); fit < calls) {
    throw BudgetSpent(std::to_string(calls) + " agent calls were asked for, the budget allows " + std::to_string(fit));
  }
  book_->fill(gaps);
  for (Gap& gap : gaps) book_->settle(gap, true);
  book_->claim(states, widths);
  std::vector<std::vector<State>> expanded;
  expanded.reserve(states.size());
  for (std::size_t i = 0; i < states.size(); ++i) expanded.push_back(book_->children(states[i], widths[i]));
  return expanded;
}

void ProblemEpisode::foresee(std::span<const State> states, Widths widths, int turns) {
  check_time();
  if (widths.first < 0 || widths.count < 0) throw std::logic_error("candidates are numbered from 0");
  if (spent()) return;
  for (const State& state : states) book_->check(state);
  std::vector<State> open(states.begin(), states.end());
  for (int turn = 0; turn < turns; ++turn) {
    std::erase_if(open, [](const State& state) { return state.terminal(); });
    if (open.empty()) return;
    auto gaps = book_->gaps(open, std::vector<Widths>(open.size(), widths));
    book_->fill(gaps);
    for (Gap& gap : gaps) book_->settle(gap, false);
    std::vector<State> next;
    for (const State& state : open) std::ranges::move(book_->prospects(state, widths), std::back_inserter(next));
    open = std::move(next);
  }
}

std::vector<Value> ProblemEpisode::score(ValueModel& model, std::span<const State> states) {
  check_time();
  Receipt receipt(Receipt::Purpose::scoring);
  std::vector<Value> values;
  {
    const ReceiptScope counted(receipt);
    const PluginCall call(model, Entry::score);
    values = model.score(states);
  }
  check_unnamed(model, states, values);
  if (const Cost cost = receipt.total(); cost != Cost{}) book_->ledger.charge(kScorer, cost);
  book_->count(receipt);
  for (std::size_t i = 0; i < states.size(); ++i) book_->enter_score(model, states[i], values[i]);
  return values;
}

std::optional<Answer> ProblemEpisode::answer(const State& state) const {
  check_time();
  book_->check(state);
  if (const Drawn* drawn = book_->tree.find(state.transcript.key()); drawn && drawn->settled)
    return drawn->record.answer;
  return book_->answer(state);
}

bool ProblemEpisode::spent() const {
  check_time();
  return book_->meter.spent(book_->ledger.total());
}

int ProblemEpisode::affordable(int calls) const {
  check_time();
  return book_->meter.affordable(calls, book_->ledger.total());
}

int ProblemEpisode::longest() const { return book_->options.longest; }

Key ProblemEpisode::key() const { return book_->key; }

void ProblemEpisode::note(const State& state, Note note) {
  Drawn* drawn = book_->tree.find(state.transcript.key());
  (drawn ? drawn->record.note : book_->root_note) = std::move(note);
}

void ProblemEpisode::simulation(std::span<const State> path, double leaf) {
  book_->tree.simulated(path, leaf);
  if (path.empty()) return;
  const Drawn* drawn = book_->tree.find(path.back().transcript.key());
  if (drawn && drawn->settled) book_->tree.valued(*drawn, leaf, book_->ledger.total().agent_calls);
}

EpisodeRecord ProblemEpisode::solve(const Search& search) {
  EpisodeRecord record;
  try {
    const PluginCall call(search, Entry::solve);
    book_->choose(search.solve(*this), record);
  } catch (const Abandoned&) {
    throw;
  } catch (const TimeLimit& limit) {
    record.error = base::to_utf8(limit.what);
    log(LogLevel::warning, *record.error);
  } catch (...) {
    if (!machine_failure(std::current_exception()).empty()) throw;
    record.error = base::to_utf8(base::thrown_text());
  }
  record.problem = book_->problem();
  record.gold = book_->item.gold;
  record.seed = book_->options.seed;
  record.oracle = book_->options.oracle;
  record.root = std::move(book_->root_note);
  record.milestones = book_->tree.take_milestones();
  if (book_->options.keep_tree) book_->tree.move_into(record, book_->options.keep_tokens);
  record.ledger = book_->ledger;
  return record;
}

const Ledger& ProblemEpisode::ledger() const { return book_->ledger; }
const EpisodeTiming& ProblemEpisode::timing() const { return book_->timing; }

}  // namespace espalier::engine
