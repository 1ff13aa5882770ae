#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/json.hpp"
#include "models/jinja/template.hpp"

namespace espalier::jinja {

struct ChatMessage {
  std::string role;
  std::string content;  ///< marked as input: in the rendering it can be told from what the template says
};

/// What a chat template is rendered with, beside the date.
struct Chat {
  std::vector<ChatMessage> messages;
  bool add_generation_prompt = true;  ///< whether the text ends where the assistant begins to speak
  /// Special tokens (see special_tokens) and switches like enable_thinking; later ones count. Their texts are trusted
  /// unless they are marked.
  Variables variables;
};

/// Renders a chat by the conventions of transformers: `messages`, `add_generation_prompt`, `tools` and `documents`
/// (both none, unless they are among the variables), and the variables of the chat. Throws TemplateError, and
/// std::invalid_argument where a variable has the name `messages` or `add_generation_prompt`.
Rendering render_chat(const Template& chat_template, const Chat& chat, const RenderOptions& options = {});

/// The template that the member `chat_template` of a tokenizer_config.json holds: itself where it is a string, and
/// where it is a list of named templates the one called `name`. Throws base::JsonError, which tells the names that
/// there are.
std::string choose_template(const base::Json& chat_template, std::string_view name = "default");

/// The special tokens that a tokenizer_config.json names, as variables: bos_token, eos_token, ... Those that are null
/// are left out, so that templates find them undefined.
Variables special_tokens(const base::Json& tokenizer_config);

}  // namespace espalier::jinja
