#include "study/results/records.hpp"

#include <cmath>
#include <utility>

#include "study/tables/record_legends.hpp"

namespace espalier::study {
namespace {

Json answer_json(const std::optional<Answer>& answer) {
  if (!answer) return nullptr;
  return object<kAnswer>({{"text", answer->text}, {"canonical", answer->canonical}, {"rule", answer->rule}});
}

/// A plugin's number; what JSON cannot hold is kept as text, so that one odd value does not lose a record.
Json number_json(double number) {
  if (std::isfinite(number)) return number;
  return std::isnan(number) ? "nan" : number > 0 ? "inf" : "-inf";
}

void add_note(Json& json, const Note& note) {
  if (note.value) field<kNode>(json, "value") = number_json(*note.value);
  if (note.prior) field<kNode>(json, "prior") = number_json(*note.prior);
  if (note.visits) field<kNode>(json, "noted_visits") = *note.visits;
  for (const auto& [name, number] : note.more) field<kNode>(json, "more")[name] = number_json(number);
}

Json node_json(const engine::NodeRecord& node) {
  Json json =
      object<kNode>({{"path", node.path}, {"node", node.name}, {"role", node.role}, {"text", node.message.text}});
  if (node.tokens > 0) {
    field<kNode>(json, "tokens") = node.tokens;
    if (node.logprob) field<kNode>(json, "logprob") = number_json(*node.logprob);
  }
  if (node.message.finish == Finish::length) field<kNode>(json, "cut") = true;
  for (const auto& [name, text] : node.message.attributes) field<kNode>(json, "attributes")[name] = text;
  if (node.terminal) {
    field<kNode>(json, "terminal") = true;
    field<kNode>(json, "answer") = answer_json(node.answer);
    field<kNode>(json, "correct") = node.correct;
  }
  if (node.rejected) field<kNode>(json, "rejected") = *node.rejected;
  if (node.repaired) field<kNode>(json, "repaired") = true;
  if (!node.claimed) field<kNode>(json, "speculative") = true;
  if (node.scored) {
    field<kNode>(json, "score") = number_json(node.scored->mean);
    if (node.scored->deviation != 0.0) field<kNode>(json, "score_deviation") = number_json(node.scored->deviation);
  }
  for (const auto& [name, value] : node.scored_by_others)
    field<kNode>(json, "other_scores")[name] = number_json(value.mean);
  if (node.note) add_note(json, *node.note);
  if (node.visits > 0) {
    field<kNode>(json, "visits") = node.visits;
    field<kNode>(json, "successes") = node.successes;
  }
  // Kept only where the stage asks for them.
  if (!node.message.tokens.empty()) field<kNode>(json, "token_ids") = node.message.tokens;
  for (const float logprob : node.message.logprobs)
    field<kNode>(json, "token_logprobs").push_back(number_json(logprob));
  return json;
}

Json tree_json(const engine::EpisodeRecord& record) {
  Json nodes = Json::array();
  for (const auto& node : record.nodes) nodes.push_back(node_json(node));
  return nodes;
}

}  // namespace

Json cost_json(const engine::Cost& cost) {
  return object<kCost>({{"agent_calls", cost.agent_calls},
                        {"prompt_tokens", cost.prompt_tokens},
                        {"cached_tokens", cost.cached_tokens},
                        {"generated_tokens", cost.generated_tokens},
                        {"scorer_tokens", cost.scorer_tokens},
                        {"scorer_new_tokens", cost.scorer_new_tokens},
                        {"flops", cost.flops},
                        {"money", static_cast<double>(cost.money) / engine::kMoneyUnits},
                        {"speculative_calls", cost.speculative_calls},
                        {"speculative_tokens", cost.speculative_tokens},
                        {"speculative_flops", cost.speculative_flops}});
}

Json record_json(const engine::EpisodeRecord& record, std::string_view arm) {
  Json json = object<kRecord>({{"arm", arm},
                               {"seed", record.seed},
                               {"index", record.index},
                               {"id", record.problem.id},
                               {"question", record.problem.question},
                               {"gold", record.gold},
                               {"answer", answer_json(record.answer)},
                               {"correct", record.correct},
                               {"stopped", record.stopped}});
  for (const auto& [name, text] : record.problem.attributes) field<kRecord>(json, "attributes")[name] = text;
  if (record.oracle) field<kRecord>(json, "oracle") = true;
  if (record.error) field<kRecord>(json, "error") = *record.error;
  if (record.chosen) field<kRecord>(json, "chosen") = *record.chosen;
  field<kRecord>(json, "cost") = cost_json(record.ledger.total());
  for (const auto& [part, cost] : record.ledger.parts()) field<kRecord>(json, "cost_by_agent")[part] = cost_json(cost);
  Json& ranked = field<kRecord>(json, "ranked") = Json::array();
  for (const auto& entry : record.ranked) {
    ranked.push_back(
        object<kRanked>({{"path", entry.path}, {"score", number_json(entry.score)}, {"correct", entry.correct}}));
  }
  Json& milestones = field<kRecord>(json, "milestones") = Json::array();
  for (const auto& entry : record.milestones) {
    milestones.push_back(
        object<kMilestone>({{"agent_calls", entry.agent_calls}, {"path", entry.path}, {"correct", entry.correct}}));
  }
  field<kRecord>(json, "nodes") = tree_json(record);
  if (!record.simulations.empty()) {
    Json& simulations = field<kRecord>(json, "simulations") = Json::array();
    for (const auto& entry : record.simulations) {
      simulations.push_back(object<kSimulation>({{"leaf", entry.leaf}, {"value", number_json(entry.value)}}));
    }
  }
  return json;
}

Json timing_json(const engine::EpisodeRecord& record, const engine::EpisodeTiming& timing, std::string_view arm) {
  return object<kTiming>({{"arm", arm},
                          {"seed", record.seed},
                          {"id", record.problem.id},
                          {"seconds", timing.seconds},
                          {"calls_drawn", timing.calls_drawn},
                          {"calls_replayed", timing.calls_replayed},
                          {"scores_made", timing.scores_made},
                          {"scores_replayed", timing.scores_replayed}});
}

RecordFiles::RecordFiles(const std::filesystem::path& folder, Written written, std::size_t most_held)
    : records_(folder / "records.jsonl"),
      timings_(folder / "timings.jsonl"),
      aside_(folder),
      written_(std::move(written)),
      most_held_(most_held) {}

void RecordFiles::add(std::size_t place, Lines lines) {
  if (place != next_) return hold(place, std::move(lines));
  write(std::move(lines));
  while (!held_.empty() && held_.begin()->first == next_) write(release(held_.extract(held_.begin()).mapped()));
}

void RecordFiles::write(Lines lines) {
  records_.add(std::move(lines.record));
  timings_.add(std::move(lines.timing));
  written_(next_++);
}

void RecordFiles::hold(std::size_t place, Lines lines) {
  Held held{.lines = std::move(lines), .aside = std::nullopt};
  if (held_bytes_ + held.lines.record.size() > most_held_) {
    held.aside = aside_.put(std::exchange(held.lines.record, {}));
  }
  held_bytes_ += held.lines.record.size();
  held_.emplace(place, std::move(held));
}

RecordFiles::Lines RecordFiles::release(Held held) {
  held_bytes_ -= held.lines.record.size();
  if (held.aside) held.lines.record = aside_.take(*held.aside);
  return std::move(held.lines);
}

void RecordFiles::close() {
  records_.close();
  timings_.close();
}

}  // namespace espalier::study
