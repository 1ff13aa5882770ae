#pragma once

#include <cstdint>
#include <espalier/base_model.hpp>
#include <espalier/kit/text_template.hpp>
#include <espalier/value_model.hpp>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace espalier::published {

/// How a question and the messages so far become the tokens at the last of which a reward model is read.
enum class Shape {
  parts,    ///< question and messages, each tokenised by itself, with the mark behind each message
  lines,    ///< the same, and the mark stands for the line ends inside messages as well
  text,     ///< one text, with the mark behind each message
  reply,    ///< a chat: the messages are the assistant's reply, with the mark behind each
  turns,    ///< a chat: every message is a turn of the user's, and the assistant replies `good`; read where it would
  dialogue  ///< a chat that is over: the messages are the assistant's reply; read at the end of all
};

/// What a kind of published reward model was taught with.
struct Layout {
  std::string name;
  Shape shape = Shape::parts;
  std::string system;    ///< of chats; empty: none
  std::string question;  ///< a template with the place {question}
  std::string message;   ///< a template with the places {message}, {role} and {number}, which counts from 1
  std::string between;   ///< behind a message, its mark included, where another follows
  std::string mark;      ///< what closes a message
  std::string head;      ///< the checkpoint's head that is read; empty: `good` against `bad` as the next token
  std::string good, bad;
};

/// Places of the two templates.
inline const std::vector<std::string> kQuestionPlaces = {"question"};
inline const std::vector<std::string> kMessagePlaces = {"message", "number", "role"};

/// The layouts known by name.
std::span<const Layout> layouts();
/// The layout that a checkpoint's heads tell, or null where they tell none.
const Layout* layout_of(std::span<const CheckpointHead> heads);

/// Lays out states for one base model.
class Page {
 public:
  /// Throws std::invalid_argument where a template is none.
  Page(Layout layout, const BaseModel& base_model);

  /// The tokens that show the question and the first `depth` messages of a state; the last is where they are judged.
  /// Without messages: what the others begin with, as far as that can be said. Text of messages never becomes a control
  /// token.
  std::vector<std::int32_t> show(const State& state, int depth) const;

 private:
  std::vector<std::int32_t> shown_parts(const State& state, std::span<const Message* const> messages) const;
  std::vector<std::int32_t> shown_text(const State& state, std::span<const Message* const> messages) const;
  std::vector<std::int32_t> shown_reply(const State& state, std::span<const Message* const> messages) const;
  std::vector<std::int32_t> shown_turns(const State& state, std::span<const Message* const> messages) const;
  std::vector<std::int32_t> shown_dialogue(const State& state, std::span<const Message* const> messages) const;

  std::string question_of(const State& state) const;
  std::string message_of(const State& state, const Message& message, std::size_t number) const;
  Chat begun() const;

  Layout layout_;
  const BaseModel& base_model_;
  TextTemplate question_, message_;
  std::vector<std::int32_t> mark_;
};

}  // namespace espalier::published
