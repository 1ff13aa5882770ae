#pragma once

#include <espalier/language_model.hpp>
#include <filesystem>
#include <string>
#include <utility>
#include <vector>

#include "models/jinja/chat_template.hpp"

namespace espalier::server {

/// What a manifest says to a chat template: values of its variables ("true", "false" and whole numbers are read as
/// such), and the day that it is told.
struct TemplateOptions {
  std::vector<std::pair<std::string, std::string>> variables;
  std::string date;  ///< "2026-11-28"; "": none
};

/// A chat template that renders what a server is to complete.
///
/// What messages say is rendered as it is: where it spells a control token, the server will read one, as it does not
/// know who said it. Only models in this process can tell.
class PromptTemplate {
 public:
  /// Reads a Jinja file, or the chat_template of a tokenizer_config.json with its special tokens. Throws BadInput.
  PromptTemplate(const std::filesystem::path& file, TemplateOptions options);

  /// Throws BadInput where the template refuses the conversation.
  std::string render(const Chat& chat) const;

 private:
  std::string file_;
  jinja::Template template_;
  jinja::Variables variables_;
  jinja::RenderOptions options_;
};

/// A value as a manifest spells it in a table of strings, as JSON.
base::OrderedJson typed(const std::string& text);

/// "system", "user" or "assistant".
const char* role_name(ChatMessage::Role role);

}  // namespace espalier::server
