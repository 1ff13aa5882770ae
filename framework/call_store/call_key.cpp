#include "call_store/call_key.hpp"

#include <xxhash.h>

#include <bit>
#include <map>
#include <string>
#include <vector>

namespace espalier::engine {
namespace {

/// Gathers what determines a call; every text is preceded by its length, so that no two calls spell the same bytes.
class KeyBytes {
 public:
  template <class Number>
  void add(Number number) {
    bytes_.append(reinterpret_cast<const char*>(&number), sizeof number);
  }
  void add_text(std::string_view text) {
    add<std::uint64_t>(text.size());
    bytes_ += text;
  }
  void add_texts(const std::map<std::string, std::string>& texts) {
    add<std::uint64_t>(texts.size());
    for (const auto& [name, text] : texts) {
      add_text(name);
      add_text(text);
    }
  }
  template <class Number>
  void add_numbers(const std::vector<Number>& numbers) {
    add<std::uint64_t>(numbers.size());
    for (const Number number : numbers) add(number);
  }
  CallKey hash() const {
    XXH128_canonical_t canonical;
    XXH128_canonicalFromHash(&canonical, XXH3_128bits(bytes_.data(), bytes_.size()));
    return std::bit_cast<CallKey>(canonical);
  }

 private:
  std::string bytes_;
};

void add_message(KeyBytes& bytes, const Message& message) {
  bytes.add<std::int32_t>(message.node);
  bytes.add_text(message.text);
  bytes.add_numbers(message.tokens);
  bytes.add_numbers(message.logprobs);
  bytes.add(static_cast<std::uint8_t>(message.finish));
  bytes.add_texts(message.attributes);
}

void add_turn(KeyBytes& bytes, const Turn& turn) {
  bytes.add<std::int32_t>(turn.node);
  bytes.add_text(turn.role);
  bytes.add<std::int32_t>(turn.round);
  bytes.add<std::uint64_t>(turn.inbox.size());
  for (const Delivery& delivery : turn.inbox) {
    bytes.add<std::int32_t>(delivery.from);
    bytes.add_text(delivery.text);
    bytes.add_text(delivery.name);
  }
}

}  // namespace

CallKey call_key(std::string_view identity, const Request& request, int candidate) {
  KeyBytes bytes;
  bytes.add_text(identity);
  bytes.add<std::uint64_t>(request.chat.messages.size());
  for (const ChatMessage& message : request.chat.messages) {
    bytes.add(static_cast<std::uint8_t>(message.role));
    bytes.add_text(message.text);
  }
  const Sampling& sampling = request.sampling;
  bytes.add(sampling.temperature);
  bytes.add(sampling.top_p);
  bytes.add<std::int32_t>(sampling.top_k);
  bytes.add<std::int32_t>(sampling.max_tokens);
  bytes.add<std::uint64_t>(sampling.stop.size());
  for (const auto& stop : sampling.stop) bytes.add_text(stop);
  bytes.add(request.key.hi);
  bytes.add(request.key.lo);
  bytes.add<std::int32_t>(candidate);
  return bytes.hash();
}

CallKey score_key(std::string_view identity, const State& state, bool oracle) {
  KeyBytes bytes;
  bytes.add_text(identity);
  const Problem& problem = *state.problem;
  bytes.add_text(problem.id);
  bytes.add_text(problem.question);
  bytes.add_texts(problem.attributes);
  for (const auto& node : state.topology->graph().nodes) {
    bytes.add_text(node.name);
    bytes.add_text(node.role);
  }
  std::vector<Transcript> positions{state.transcript};
  while (!positions.back().empty()) positions.push_back(positions.back().parent());
  bytes.add<std::uint64_t>(positions.size());
  for (auto position = positions.rbegin(); position != positions.rend(); ++position) {
    if (!position->empty()) add_message(bytes, position->last());
    const auto turn = state.topology->next(problem, *position);
    bytes.add(turn.has_value());
    if (turn) add_turn(bytes, *turn);
  }
  bytes.add_text(state.topology->answer(problem, state.transcript));
  bytes.add<std::int32_t>(state.transcript.candidate());
  bytes.add(oracle ? state.reward.value_or(0) : 0.0);
  return bytes.hash();
}

}  // namespace espalier::engine
