#include "study/learning/language_lessons.hpp"

#include <algorithm>
#include <espalier/serialisation.hpp>
#include <iterator>
#include <numeric>
#include <utility>

#include "study/shuffle.hpp"

namespace espalier::study {
namespace {

Reading read_course(const Trunk& trunk, const Course& course, bool with_prompt) {
  const auto separator = trunk.token(kSeparator);
  if (!separator) {
    throw LessonError("the model's vocabulary has no \"" + std::string(kSeparator) +
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

LessonStream::LessonStream(const Curriculum& curriculum, Key key, Position at)
    : curriculum_(curriculum), key_(key), at_(at) {
  load();
}

void LessonStream::go_to(Position at) {
  at_ = at;
  load();
}

const Lesson& LessonStream::next() {
  while (at_.lesson >= block_.size()) {
    at_.lesson = 0;
    if (++at_.block * kBlock >= curriculum_.size()) {
      at_.block = 0;
      ++at_.round;
    }
    load();
  }
  return block_[at_.lesson++];
}

void LessonStream::load() {
  const Key round = key_.child(at_.round);
  std::vector<std::size_t> order(curriculum_.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  shuffle(order, round.child("order"));
  block_.clear();
  const std::size_t end = std::min(curriculum_.size(), (at_.block + 1) * kBlock);
  for (std::size_t i = at_.block * kBlock; i < end; ++i) {
    auto lessons = curriculum_.about(order[i], at_.round);
    std::move(lessons.begin(), lessons.end(), std::back_inserter(block_));
  }
  shuffle(block_, round.child(at_.block));
}

}  // namespace espalier::study
