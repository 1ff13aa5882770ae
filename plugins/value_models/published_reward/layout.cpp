#include "published_reward/layout.hpp"

#include <algorithm>
#include <array>
#include <espalier/serialisation.hpp>
#include <utility>

namespace espalier::published {
namespace {

using Tokens = std::vector<std::int32_t>;
using Messages = std::span<const Message* const>;
using Role = ChatMessage::Role;

void append(Tokens& tokens, const Tokens& more) { tokens.insert(tokens.end(), more.begin(), more.end()); }

/// A control token where the mark is one, else the tokens of its text.
Tokens mark_tokens(const std::string& mark, const BaseModel& base_model) {
  if (const auto token = base_model.token(mark)) return {*token};
  return base_model.encode(mark);
}

std::vector<std::string> lines_of(const std::string& text) {
  std::vector<std::string> lines;
  std::size_t begin = 0;
  for (std::size_t end = text.find('\n'); end != std::string::npos; end = text.find('\n', begin)) {
    lines.push_back(text.substr(begin, end - begin));
    begin = end + 1;
  }
  lines.push_back(text.substr(begin));
  return lines;
}

// What the trainers and the inference code of these models do, each read in its public source.
const std::array<Layout, 6> kLayouts = {{
    {.name = "prm_trainer", .question = "{question}", .message = "{message}", .mark = "\n", .head = "score"},
    {.name = "qwen_math_prm",
     .shape = Shape::reply,
     .system = "Please reason step by step, and put your final answer within \\boxed{}.",
     .question = "{question}",
     .message = "{message}",
     .mark = "<extra_0>",
     .head = "score"},
    {.name = "math_shepherd",
     .shape = Shape::text,
     .question = "{question} ",
     .message = "Step {number}: {message} ",
     .between = "\n",
     .mark = "\u043a\u0438",
     .good = "+",
     .bad = "-"},
    {.name = "rlhflow",
     .shape = Shape::turns,
     .question = "{question} ",
     .message = "{message}",
     .good = "+",
     .bad = "-"},
    {.name = "skywork_prm",
     .shape = Shape::lines,
     .question = "{question}\n",
     .message = "{message}",
     .mark = "\n",
     .head = "v_head.summary"},
    {.name = "sequence_classification",
     .shape = Shape::dialogue,
     .question = "{question}",
     .message = "{message}",
     .between = "\n\n",
     .head = "score"},
}};

const Layout* named(std::string_view name) { return &*std::ranges::find(kLayouts, name, &Layout::name); }

}  // namespace

std::span<const Layout> layouts() { return kLayouts; }

const Layout* layout_of(std::span<const CheckpointHead> heads) {
  const auto find = [&](std::string_view name) { return std::ranges::find(heads, name, &CheckpointHead::name); };
  if (find("v_head.summary") != heads.end()) return named("skywork_prm");
  const auto score = find("score");
  if (score == heads.end()) return nullptr;
  if (score->layers > 1) return named("qwen_math_prm");
  // transformers gives the head of token classifiers a bias, and that of sequence classifiers none.
  return named(score->bias ? "prm_trainer" : "sequence_classification");
}

Page::Page(Layout layout, const BaseModel& base_model)
    : layout_(std::move(layout)),
      base_model_(base_model),
      question_(layout_.question, kQuestionPlaces),
      message_(layout_.message, kMessagePlaces),
      mark_(mark_tokens(layout_.mark, base_model)) {}

std::vector<std::int32_t> Page::show(const State& state, int depth) const {
  const auto all = state.transcript.messages();
  const Messages messages = Messages(all).first(static_cast<std::size_t>(depth));
  switch (layout_.shape) {
    case Shape::parts:
    case Shape::lines:
      return shown_parts(state, messages);
    case Shape::text:
      return shown_text(state, messages);
    case Shape::reply:
      return shown_reply(state, messages);
    case Shape::turns:
      return shown_turns(state, messages);
    default:
      return shown_dialogue(state, messages);
  }
}

Tokens Page::shown_parts(const State& state, Messages messages) const {
  Tokens tokens;
  if (const auto start = base_model_.start_token()) tokens.push_back(*start);
  append(tokens, base_model_.encode(question_of(state)));
  for (std::size_t i = 0; i < messages.size(); ++i) {
    if (i > 0) append(tokens, base_model_.encode(layout_.between));
    const std::string text = message_of(state, *messages[i], i + 1);
    for (const auto& part : layout_.shape == Shape::lines ? lines_of(text) : std::vector<std::string>{text}) {
      append(tokens, base_model_.encode(part));
      append(tokens, mark_);
    }
  }
  return tokens;
}

Tokens Page::shown_text(const State& state, Messages messages) const {
  Tokens tokens;
  if (const auto start = base_model_.start_token()) tokens.push_back(*start);
  std::string text = question_of(state);
  for (std::size_t i = 0; i < messages.size(); ++i)
    text += (i > 0 ? layout_.between : "") + message_of(state, *messages[i], i + 1) + layout_.mark;
  append(tokens, base_model_.encode(text));
  return tokens;
}

Tokens Page::shown_reply(const State& state, Messages messages) const {
  Chat chat = begun();
  chat.messages.push_back({Role::user, question_of(state)});
  Tokens tokens = base_model_.render(chat);
  for (std::size_t i = 0; i < messages.size(); ++i) {
    append(tokens, base_model_.encode((i > 0 ? layout_.between : "") + message_of(state, *messages[i], i + 1)));
    append(tokens, mark_);
  }
  return tokens;
}

Tokens Page::shown_turns(const State& state, Messages messages) const {
  Chat chat = begun();
  std::string text = question_of(state);
  for (std::size_t i = 0; i < messages.size(); ++i) {
    if (i > 0) chat.messages.push_back({Role::assistant, layout_.good});
    chat.messages.push_back({Role::user, std::exchange(text, "") + message_of(state, *messages[i], i + 1)});
  }
  if (messages.empty()) chat.messages.push_back({Role::user, text});
  return base_model_.render(chat);
}

Tokens Page::shown_dialogue(const State& state, Messages messages) const {
  Chat chat = begun();
  chat.messages.push_back({Role::user, question_of(state)});
  if (messages.empty()) return base_model_.render(chat);
  std::string text;
  for (std::size_t i = 0; i < messages.size(); ++i)
    text += (i > 0 ? layout_.between : "") + message_of(state, *messages[i], i + 1);
  chat.messages.push_back({Role::assistant, text});
  return base_model_.render_closed(chat);
}

std::string Page::question_of(const State& state) const {
  return question_.fill([&](const std::string&) { return state.problem->question; });
}

std::string Page::message_of(const State& state, const Message& message, std::size_t number) const {
  return message_.fill([&](const std::string& place) {
    if (place == "message") return message.text;
    return place == "role" ? role_of(state, message) : std::to_string(number);
  });
}

Chat Page::begun() const {
  Chat chat;
  if (!layout_.system.empty()) chat.messages.push_back({Role::system, layout_.system});
  return chat;
}

}  // namespace espalier::published
