#include "study/learning/demonstrations.hpp"

#include <algorithm>
#include <espalier/serialisation.hpp>
#include <iterator>
#include <numeric>
#include <utility>

#include "study/shuffle.hpp"

namespace espalier::study {
namespace {

Message accepted(const Topology& topology, const Problem& problem, const Transcript& transcript, const Turn& turn,
                 std::string text) {
  Message said;
  said.node = turn.node;
  said.text = std::move(text);
  auto verdict = topology.accept(problem, transcript, turn, said);
  if (const auto* rejected = std::get_if<Rejected>(&verdict)) {
    throw DemonstrationError("the topology rejects the message demonstrated for role \"" + turn.role +
                             "\" on problem " + problem.id + ": " + rejected->why);
  }
  Message message = std::get<Message>(std::move(verdict));
  message.node = turn.node;
  return message;
}

}  // namespace

Dialogues::Dialogues(const Dataset& dataset, const std::vector<engine::Team>& teams, std::vector<int> per_problem,
                     bool transcripts)
    : dataset_(dataset), teams_(teams), per_problem_(std::move(per_problem)), transcripts_(transcripts) {}

std::vector<Lesson> Dialogues::about(const Item& item, std::uint64_t round) const {
  std::vector<Lesson> lessons;
  const Key key = Key{}.child("espalier").child("dialogues").child(item.problem.id).child(round);
  for (std::size_t graph = 0; graph < teams_.size(); ++graph) {
    for (int dialogue = 0; dialogue < per_problem_[graph]; ++dialogue) {
      hold(teams_[graph], item, key.child(graph).child(static_cast<std::uint64_t>(dialogue)), lessons);
    }
  }
  return lessons;
}

void Dialogues::hold(const engine::Team& team, const Item& item, Key key, std::vector<Lesson>& lessons) const {
  const Problem& problem = item.problem;
  Transcript transcript(key);
  std::vector<bool> planted;
  while (const auto turn = team.topology->next(problem, transcript)) {
    const auto demonstration = dataset_.demonstration(item, turn->role, key);
    if (!demonstration) {
      throw DemonstrationError("the dataset demonstrates nothing for role \"" + turn->role + "\" on problem " +
                               problem.id);
    }
    const auto chat = team.speaker(turn->role).prompt(problem, *turn);
    if (!chat) {
      throw DemonstrationError("the agent that plays \"" + turn->role + "\" shows its prompt to no language model");
    }
    lessons.push_back({turn->role, *chat, demonstration->text});
    planted.push_back(demonstration->heard.has_value());
    transcript = transcript.extended(
        accepted(*team.topology, problem, transcript, *turn, demonstration->heard.value_or(demonstration->text)), 0);
  }
  if (!transcripts_) return;
  State end{.problem = &problem, .topology = team.topology.get(), .transcript = std::move(transcript)};
  lessons.push_back({.role = std::string(kTranscript), .course = Course{std::move(end), std::move(planted)}});
}

namespace {

Reading read_course(const Trunk& trunk, const Course& course, bool with_prompt) {
  const auto separator = trunk.token(kSeparator);
  if (!separator) {
    throw DemonstrationError("the model's vocabulary has no \"" + std::string(kSeparator) +
                             "\", which transcripts are learned with; set transcripts = false");
  }
  auto laid = serialise(trunk, course.end, {.separator = *separator});
  Reading reading;
  for (std::int32_t at = 1; with_prompt && at < laid.begins.front(); ++at) reading.at.push_back(at);
  for (std::size_t part = 0; part < laid.begins.size(); ++part) {
    if (course.planted[part]) continue;
    for (auto at = std::max(1, laid.begins[part]); at <= laid.separators[part]; ++at) reading.at.push_back(at);
  }
  reading.tokens = std::move(laid.tokens);
  return reading;
}

}  // namespace

Reading make_reading(const Trunk& trunk, const Lesson& lesson, bool with_prompt) {
  if (lesson.course) return read_course(trunk, *lesson.course, with_prompt);
  Reading reading;
  reading.tokens = trunk.render(lesson.chat);
  const std::size_t prompt = reading.tokens.size();
  const auto target = trunk.encode(lesson.target);
  reading.tokens.insert(reading.tokens.end(), target.begin(), target.end());
  reading.tokens.push_back(trunk.end_token());
  const std::size_t first = with_prompt ? 1 : std::max<std::size_t>(1, prompt);
  reading.at.resize(reading.tokens.size() - first);
  std::iota(reading.at.begin(), reading.at.end(), static_cast<std::int32_t>(first));
  return reading;
}

LessonStream::LessonStream(const Dialogues& dialogues, const std::vector<Item>& items, Key key, Position at)
    : dialogues_(dialogues), items_(items), key_(key), at_(at) {
  load();
}

void LessonStream::go_to(Position at) {
  at_ = at;
  load();
}

const Lesson& LessonStream::next() {
  while (at_.lesson >= block_.size()) {
    at_.lesson = 0;
    if (++at_.block * kBlock >= items_.size()) {
      at_.block = 0;
      ++at_.round;
    }
    load();
  }
  return block_[at_.lesson++];
}

void LessonStream::load() {
  const Key round = key_.child(at_.round);
  std::vector<std::size_t> order(items_.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  shuffle(order, round.child("order"));
  block_.clear();
  const std::size_t end = std::min(items_.size(), (at_.block + 1) * kBlock);
  for (std::size_t i = at_.block * kBlock; i < end; ++i) {
    auto lessons = dialogues_.about(items_[order[i]], at_.round);
    std::move(lessons.begin(), lessons.end(), std::back_inserter(block_));
  }
  shuffle(block_, round.child(at_.block));
}

}  // namespace espalier::study
