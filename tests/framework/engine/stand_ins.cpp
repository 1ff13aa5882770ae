#include "framework/engine/stand_ins.hpp"

#include <sqlite3.h>
#include <stdlib.h>

#include <algorithm>
#include <sstream>
#include <stdexcept>

namespace espalier::engine::tests {
namespace {

constexpr const char* kWords[] = {"one", "two", "three", "four", "five", "six"};

Completion roll(const Key& key, int most_tokens) {
  Completion completion;
  Random random(key);
  const auto length = static_cast<int>(random.between(1, 6));
  completion.finish = length > most_tokens ? Finish::length : Finish::stop;
  for (int t = 0; t < std::min(length, most_tokens); ++t) {
    const auto word = random.between(0, 5);
    completion.tokens.push_back(static_cast<std::int32_t>(word));
    completion.logprobs.push_back(static_cast<float>(-3.0 * random.uniform()));
    completion.text.append(t > 0 ? " " : "").append(kWords[word]);
  }
  return completion;
}

int words(std::string_view text) { return static_cast<int>(std::ranges::count(text, ' ')) + 1; }

std::vector<float> lengths(const ScoringWork& work) {
  std::vector<float> outputs;
  for (const ModelInput& input : work.inputs) {
    outputs.insert(outputs.end(), input.at.size(), static_cast<float>(input.tokens.size()));
  }
  return outputs;
}

}  // namespace

TemporaryFolder::TemporaryFolder() {
  std::string name = (std::filesystem::temp_directory_path() / "espalier-XXXXXX").string();
  if (!mkdtemp(name.data())) throw std::runtime_error("no temporary folder can be made");
  path_ = name;
}

TemporaryFolder::~TemporaryFolder() {
  std::error_code ignored;
  std::filesystem::remove_all(path_, ignored);
}

void execute_sql(const std::filesystem::path& file, const char* sql) {
  sqlite3* connection = nullptr;
  const bool done = sqlite3_open(file.c_str(), &connection) == SQLITE_OK &&
                    sqlite3_exec(connection, sql, nullptr, nullptr, nullptr) == SQLITE_OK;
  sqlite3_close(connection);
  if (!done) throw std::runtime_error(std::string("SQL failed: ") + sql);
}

std::vector<Completion> dice_completions(const Request& request) {
  int prompt = 0;
  for (const auto& message : request.chat.messages) prompt += words(message.text);
  std::vector<Completion> completions;
  for (int k = request.first; k < request.first + request.count; ++k) {
    completions.push_back(roll(request.key.child(static_cast<std::uint64_t>(k)), request.sampling.max_tokens));
    completions.back().prompt_tokens = prompt;
  }
  return completions;
}

bool DiceBackend::admit(Ticket ticket, const Work& work) {
  if (running_.size() >= habits_.batch) return false;
  if (const auto* request = std::get_if<Request>(&work); request && on_request) on_request(*request);
  Random random(Key{habits_.seed, ticket});
  running_.emplace(ticket, Running{work, static_cast<int>(random.between(1, habits_.longest))});
  return true;
}

void DiceBackend::step(std::vector<Finished>& finished) {
  ++steps_;
  largest_ = std::max(largest_, running_.size());
  for (auto one = running_.begin(); one != running_.end();) {
    if (--one->second.steps_left > 0) {
      ++one;
      continue;
    }
    if (const auto* request = std::get_if<Request>(&one->second.work)) {
      completions_ += static_cast<std::size_t>(request->count);
      finished.push_back({one->first, dice_completions(*request)});
    } else {
      finished.push_back({one->first, lengths(std::get<ScoringWork>(one->second.work))});
    }
    one = running_.erase(one);
  }
}

void DiceBackend::drop(Ticket ticket) { running_.erase(ticket); }

int DiceBackend::tokens(std::string_view text) const { return words(text); }

std::vector<Message> Talker::speak(const Problem&, const Turn& turn, const Draw& draw) {
  Request request;
  request.chat.messages = {{ChatMessage::Role::system, turn.role}};
  for (const auto& delivery : turn.inbox) request.chat.messages.push_back({ChatMessage::Role::user, delivery.text});
  request.sampling.temperature = draw.temperature.value_or(1.0);
  request.sampling.top_p = draw.top_p.value_or(1.0);
  request.key = draw.key;
  request.first = draw.first;
  request.count = draw.count;
  request.lease = draw.lease;
  std::vector<Message> messages;
  for (auto& completion : model_->generate(request)) {
    messages.push_back({-1, completion.text, completion.tokens, completion.logprobs, completion.finish, {}});
  }
  return messages;
}

std::vector<Message> Puppet::speak(const Problem&, const Turn& turn, const Draw& draw) {
  std::vector<Message> messages;
  for (int k = draw.first; k < draw.first + draw.count; ++k) {
    messages.push_back({-1, say_(turn, draw, k), {}, {}, Finish::stop, {}});
  }
  return messages;
}

Line::Line(std::vector<std::string> roles) {
  for (auto& role : roles) graph_.nodes.push_back({"the " + role, role});
}

std::optional<Turn> Line::next(const Problem& problem, const Transcript& transcript) const {
  const auto depth = static_cast<std::size_t>(transcript.depth());
  if (depth == graph_.nodes.size()) return std::nullopt;
  Turn turn{static_cast<int>(depth), graph_.nodes[depth].role, {{kQuestion, problem.question, "question"}}, 1};
  if (depth > 0)
    turn.inbox.push_back({static_cast<int>(depth) - 1, transcript.last().text, graph_.nodes[depth - 1].name});
  return turn;
}

std::string Line::answer(const Problem& problem, const Transcript& transcript) const {
  return transcript.empty() ? problem.question : transcript.last().text;
}

std::variant<Message, Rejected> Line::accept(const Problem&, const Transcript&, const Turn&, Message message) const {
  if (message.text.find("reject") != std::string::npos) return Rejected{"it asks for it"};
  return message;
}

Message Line::repair(const Problem&, const Transcript&, const Turn&, Message message) const {
  message.text = "mended " + message.text;
  return message;
}

std::optional<Answer> FirstWord::extract(std::string_view text) const {
  const std::string word(text.substr(0, text.find(' ')));
  return Answer{word, word, "first word"};
}

std::optional<Answer> FirstWord::reference(std::string_view gold) const {
  if (gold.empty()) return std::nullopt;
  return extract(gold);
}

Verdict FirstWord::equal(const Answer& answer, const Answer& gold) const {
  return {answer.canonical == gold.canonical, "words were compared"};
}

std::vector<Value> MeanLogprob::score(std::span<const State> states) {
  std::vector<Value> values;
  for (const State& state : states) {
    const auto& logprobs = state.transcript.last().logprobs;
    double sum = 0;
    for (const float logprob : logprobs) sum += logprob;
    values.push_back({logprobs.empty() ? 0.0 : sum / static_cast<double>(3 * logprobs.size()), 0.0});
    if (!judge_) continue;
    Request request;
    request.chat.messages = {{ChatMessage::Role::user, "judge: " + state.transcript.last().text}};
    request.key = state.transcript.key().child("judge");
    values.back().mean += static_cast<double>(judge_->generate(request).front().tokens.size()) * 0.01;
  }
  return values;
}

Outcome beam(Episode& episode, ValueModel& model, int keep, int width) {
  std::vector<State> layer = {episode.root()};
  std::vector<Ranked> ranked;
  while (!layer.front().terminal()) {
    std::vector<State> next;
    for (auto& children : episode.expand(layer, {0, width})) {
      for (auto& child : children) next.push_back(std::move(child));
    }
    const auto values = episode.score(model, next);
    ranked.clear();
    for (std::size_t i = 0; i < next.size(); ++i) ranked.push_back({next[i], values[i].mean});
    std::ranges::stable_sort(ranked, std::greater{}, &Ranked::score);
    if (ranked.size() > static_cast<std::size_t>(keep)) ranked.erase(ranked.begin() + keep, ranked.end());
    layer.clear();
    for (const auto& one : ranked) {
      layer.push_back(one.state);
      episode.note(one.state, {.value = one.score});
    }
  }
  for (const auto& [state, score] : ranked) episode.simulation(std::vector{state}, score);
  return {layer.front(), ranked, "done"};
}

Team line_of_talkers(const std::shared_ptr<LanguageModel>& model, const std::vector<std::string>& roles) {
  Team team{std::make_shared<Line>(roles), {}, std::nullopt, std::nullopt};
  for (const auto& role : roles) team.agents[role] = std::make_shared<Talker>(model);
  return team;
}

std::vector<TaskReport> run_tasks(Engine& engine, std::size_t count, const Engine::Body& body) {
  std::vector<TaskReport> reports(count);
  engine.run(count, [&](std::size_t i) {
    try {
      body(i);
      reports[i].end = engine.abandoning() ? TaskEnd::abandoned : TaskEnd::done;
    } catch (const Abandoned&) {
      reports[i].end = TaskEnd::abandoned;
      throw;
    } catch (const TimeLimit& limit) {
      reports[i] = {TaskEnd::failed, std::make_exception_ptr(std::runtime_error(limit.what))};
    } catch (...) {
      reports[i] = {TaskEnd::failed, std::current_exception()};
    }
  });
  return reports;
}

void Audience::finished(std::size_t arm, EpisodeRecord record, const EpisodeTiming& timing) {
  ids.push_back(record.problem.id);
  timings.push_back(timing);
  if (on_finished) on_finished(record);
  const auto place = std::pair(arm, record.index);
  records_.emplace(place, std::move(record));
}

std::vector<EpisodeRecord> Audience::records(std::size_t arm) const {
  std::vector<EpisodeRecord> records;
  for (const auto& [place, record] : records_) {
    if (place.first == arm) records.push_back(record);
  }
  return records;
}

std::vector<Item> problems(std::size_t count) {
  std::vector<Item> items;
  for (std::size_t i = 0; i < count; ++i) {
    items.push_back({{"p", "What is problem ", {}}, kWords[i % std::size(kWords)]});
    items.back().problem.id.append(std::to_string(i));
    items.back().problem.question.append(std::to_string(i)).append("?");
  }
  return items;
}

std::string spell_record(const EpisodeRecord& record) {
  std::ostringstream out;
  out << std::hexfloat << record.index << '|' << record.problem.id << '|' << record.gold << '|' << record.stopped << '|'
      << record.correct << '|' << record.error.value_or("-") << '|' << record.chosen.value_or("-") << '|'
      << (record.answer ? record.answer->text : "-") << '\n';
  for (const auto& node : record.nodes) {
    out << node.path << '|' << node.parent << '|' << node.role << '|' << node.message.text << '|' << node.tokens << '|'
        << node.logprob.value_or(0) << '|' << node.visits << '|' << node.successes << '|'
        << (node.scored ? node.scored->mean : -9) << '|' << (node.note ? node.note->value.value_or(-9) : -9) << '|'
        << node.claimed << node.terminal << node.repaired << '\n';
  }
  for (const auto& [leaf, value] : record.simulations) out << leaf << '=' << value << ' ';
  for (const auto& [path, score, correct] : record.ranked) out << path << '>' << score << correct << ' ';
  for (const auto& [calls, path, correct] : record.milestones) out << calls << '@' << path << correct << ' ';
  for (const auto& [part, cost] : record.ledger.parts()) {
    out << '\n'
        << part << ' ' << cost.agent_calls << ' ' << cost.prompt_tokens << ' ' << cost.cached_tokens << ' '
        << cost.generated_tokens << ' ' << cost.scorer_tokens << ' ' << cost.speculative_calls << ' '
        << cost.speculative_tokens << ' ' << cost.speculative_flops << ' ' << cost.flops;
  }
  return out.str();
}

}  // namespace espalier::engine::tests
