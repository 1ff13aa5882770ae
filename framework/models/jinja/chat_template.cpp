#include "models/jinja/chat_template.hpp"

#include <stdexcept>
#include <utility>

#include "base/json_value.hpp"

namespace espalier::jinja {
namespace {

Value messages_of(const Chat& chat) {
  std::vector<Value> messages;
  messages.reserve(chat.messages.size());
  for (const ChatMessage& message : chat.messages) {
    messages.push_back(Value::mapping({{"role", message.role}, {"content", Text(message.content, true)}}));
  }
  return Value::list(std::move(messages));
}

/// The text of a token, which some files write as an object.
Value token_text(const base::Json& token) {
  if (const auto text = base::as<std::string>(token)) return *text;
  if (token.is_object() && token.contains("content")) {
    if (const auto text = base::as<std::string>(token["content"])) return *text;
  }
  return {};
}

}  // namespace

Rendering render_chat(const Template& chat_template, const Chat& chat, const RenderOptions& options) {
  Variables variables = {{"tools", None()}, {"documents", None()}};
  for (const auto& [name, value] : chat.variables) {
    if (name == "messages" || name == "add_generation_prompt") {
      throw std::invalid_argument("a chat template cannot be given a variable `" + name + "` beside the chat's own");
    }
    variables.emplace_back(name, value);
  }
  variables.emplace_back("messages", messages_of(chat));
  variables.emplace_back("add_generation_prompt", chat.add_generation_prompt);
  return chat_template.render(variables, options);
}

std::string choose_template(const base::Json& chat_template, std::string_view name) {
  if (chat_template.is_string()) return chat_template.get<std::string>();
  if (!chat_template.is_array()) {
    throw base::JsonError("`chat_template` must be a template or a list of named templates");
  }
  std::string names;
  for (const base::Json& named : chat_template) {
    if (!named.is_object()) throw base::JsonError("`chat_template` must list objects with `name` and `template`");
    const auto its_name = base::member<std::string>(named, "name");
    if (its_name == name) return base::member<std::string>(named, "template");
    names += (names.empty() ? "" : ", ") + its_name;
  }
  throw base::JsonError("`chat_template` has no template `" + std::string(name) +
                        "`; there are: " + (names.empty() ? "none" : names));
}

Variables special_tokens(const base::Json& tokenizer_config) {
  Variables tokens;
  if (!tokenizer_config.is_object()) return tokens;
  const auto add = [&](const std::string& name, const base::Json& token) {
    Value text = token_text(token);
    if (!text.is_missing()) tokens.emplace_back(name, std::move(text));
  };
  for (const char* name :
       {"bos_token", "eos_token", "unk_token", "sep_token", "pad_token", "cls_token", "mask_token"}) {
    if (const auto found = tokenizer_config.find(name); found != tokenizer_config.end()) add(name, *found);
  }
  if (const auto extra = tokenizer_config.find("extra_special_tokens"); extra != tokenizer_config.end()) {
    for (const auto& [name, token] : extra->items()) {
      if (extra->is_object()) add(name, token);
    }
  }
  if (const auto list = tokenizer_config.find("additional_special_tokens"); list != tokenizer_config.end()) {
    std::vector<Value> texts;
    for (const base::Json& token : *list) {
      if (Value text = token_text(token); !text.is_missing()) texts.push_back(std::move(text));
    }
    if (!texts.empty()) tokens.emplace_back("additional_special_tokens", Value::list(std::move(texts)));
  }
  return tokens;
}

}  // namespace espalier::jinja
