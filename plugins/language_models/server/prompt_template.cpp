#include "server/prompt_template.hpp"

#include <charconv>
#include <espalier/bad_input.hpp>

#include "models/jinja/day.hpp"

namespace espalier::server {
namespace {

/// The template's text, and the variables that its file gives values to.
std::string read_source(const std::filesystem::path& file, jinja::Variables& variables) {
  if (file.extension() != ".json") return base::read_file(file, std::uintmax_t{1} << 20);
  const auto config = base::read_json<base::Json>(file);
  if (!config.is_object() || !config.contains("chat_template"))
    throw BadInput(file.string() + ": has no chat_template");
  variables = jinja::special_tokens(config);
  return jinja::choose_template(config.at("chat_template"));
}

jinja::Template read_template(const std::filesystem::path& file, jinja::Variables& variables) {
  try {
    return jinja::Template::parse(read_source(file, variables));
  } catch (const BadInput&) {
    throw;
  } catch (const jinja::TemplateError& error) {
    throw BadInput(file.string() + ": " + error.what());
  } catch (const std::runtime_error& error) {  // of files and of JSON: they say where
    throw BadInput(error.what());
  }
}

}  // namespace

base::OrderedJson typed(const std::string& text) {
  if (text == "true") return true;
  if (text == "false") return false;
  std::int64_t number = 0;
  const auto [end, fault] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (fault == std::errc() && end == text.data() + text.size() && !text.empty()) return number;
  return text;
}

const char* role_name(ChatMessage::Role role) {
  switch (role) {
    case ChatMessage::Role::system:
      return "system";
    case ChatMessage::Role::user:
      return "user";
    case ChatMessage::Role::assistant:
      return "assistant";
  }
  return "user";
}

PromptTemplate::PromptTemplate(const std::filesystem::path& file, TemplateOptions options)
    : file_(file.string()), template_(read_template(file, variables_)) {
  if (!options.date.empty()) options_.date = jinja::day_of(options.date);
  for (const auto& [name, text] : options.variables) {
    const auto value = typed(text);
    if (value.is_boolean()) {
      variables_.emplace_back(name, value.get<bool>());
    } else if (value.is_number_integer()) {
      variables_.emplace_back(name, value.get<std::int64_t>());
    } else {
      variables_.emplace_back(name, text);
    }
  }
}

std::string PromptTemplate::render(const Chat& chat) const {
  jinja::Chat conversation;
  for (const auto& [role, text] : chat.messages) conversation.messages.push_back({role_name(role), text});
  conversation.variables = variables_;
  try {
    return jinja::render_chat(template_, conversation, options_).text();
  } catch (const jinja::TemplateError& error) {
    throw BadInput(file_ + ": " + error.what());
  }
}

}  // namespace espalier::server
