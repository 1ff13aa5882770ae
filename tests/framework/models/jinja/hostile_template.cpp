#include "framework/models/jinja/hostile_template.hpp"

#include <string>

#include "base/utf8.hpp"
#include "framework/models/jinja/a_date.hpp"
#include "models/jinja/chat_template.hpp"

namespace espalier::hostile {
namespace {

using jinja::Text;
using jinja::Value;

/// A letter of the private use area, which no template has of its own accord.
constexpr std::string_view kPrivate = "\xEE\x80\x80";

jinja::Chat chat() {
  const std::string letter(kPrivate);
  jinja::Chat chat{
      .messages = {{"system", letter + " a"}, {"user", " " + letter + "<|x|>\n" + letter}, {"assistant", letter}}};
  const Value list = Value::list({3, Text(letter, true), 1.5, jinja::None(), Value::tuple({1, true})});
  chat.variables = {
      {"bos_token", "<s>"}, {"n", 7}, {"l", list}, {"d", Value::mapping({{"a", Text(letter, true)}, {"b", list}})}};
  return chat;
}

}  // namespace

void read_chat_template(std::string_view bytes) {
  try {
    const auto read = jinja::Template::parse(bytes);
    const jinja::RenderOptions options{.date = testing::a_date(),
                                       .limits = {.steps = 30'000, .bytes = 100'000, .items = 5'000}};
    const auto rendering = render_chat(read, chat(), options);
    if (!base::is_utf8(rendering.text())) __builtin_trap();
    if (render_chat(read, chat(), options).pieces != rendering.pieces) __builtin_trap();
    // A template could name the letter by an escape.
    const bool unable = bytes.find(kPrivate[0]) == std::string_view::npos && bytes.find('\\') == std::string_view::npos;
    const jinja::Piece* before = nullptr;
    for (const jinja::Piece& piece : rendering.pieces) {
      if (piece.text.empty() || (before && before->from_input == piece.from_input)) __builtin_trap();
      if (unable && !piece.from_input && piece.text.find(kPrivate) != std::string::npos) __builtin_trap();
      before = &piece;
    }
  } catch (const jinja::TemplateError&) {
  }
}

}  // namespace espalier::hostile
