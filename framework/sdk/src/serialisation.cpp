#include <algorithm>
#include <cstddef>
#include <espalier/serialisation.hpp>
#include <stdexcept>
#include <string>

namespace espalier {
namespace {

void append(std::vector<std::int32_t>& tokens, const std::vector<std::int32_t>& more) {
  tokens.insert(tokens.end(), more.begin(), more.end());
}

void append_message(Serialised& to, const BaseModel& base_model, const State& state, const Message& message,
                    const Serialisation& how) {
  if (how.layout == Serialisation::Layout::roles) {
    append(to.tokens, base_model.encode("\n" + role_of(state, message) + ": "));
  }
  to.begins.push_back(static_cast<std::int32_t>(to.tokens.size()));
  append(to.tokens, base_model.encode(message.text));
  to.separators.push_back(static_cast<std::int32_t>(to.tokens.size()));
  to.tokens.push_back(how.separator);
}

/// What the newest speaker was given, as its topology delivered it.
std::string inbox_of_last(const State& state) {
  std::string text;
  const auto turn = state.topology->next(*state.problem, state.transcript.parent());
  if (!turn) throw std::logic_error("the topology of a state gives no turn to its newest message");
  for (const auto& delivery : turn->inbox) text += (text.empty() ? "" : "\n\n") + delivery.text;
  return text;
}

}  // namespace

std::string role_of(const State& state, const Message& message) {
  const auto& nodes = state.topology->graph().nodes;
  const auto node = static_cast<std::size_t>(message.node);
  return message.node >= 0 && node < nodes.size() ? nodes[node].role : "node " + std::to_string(message.node);
}

Serialised serialise(const BaseModel& base_model, const State& state, const Serialisation& how) {
  if (state.transcript.empty()) throw std::logic_error("a state without messages has no separator to be judged at");
  const bool local = how.view == Serialisation::View::local;
  Serialised laid;
  laid.tokens = base_model.encode(local ? inbox_of_last(state) : state.problem->question);
  if (how.question_tokens > 0 && std::ssize(laid.tokens) > how.question_tokens) {
    laid.tokens.erase(laid.tokens.begin(), laid.tokens.end() - how.question_tokens);
  }
  if (local) {
    append_message(laid, base_model, state, state.transcript.last(), how);
  } else {
    for (const Message* message : state.transcript.messages()) append_message(laid, base_model, state, *message, how);
  }
  return laid;
}

}  // namespace espalier
