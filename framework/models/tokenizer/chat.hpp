#pragma once

#include <cstdint>
#include <espalier/language_model.hpp>
#include <filesystem>
#include <string>
#include <vector>

#include "models/tokenizer/tokenizer.hpp"

namespace espalier::models {

/// How a chat becomes token ids: the family of a checkpoint's chat_template, recognised rather than interpreted.
///
/// Control tokens are placed by the format alone; their spellings inside a message's text stay plain text. Immutable.
class ChatFormat {
 public:
  enum class Style {
    chatml,  ///< Qwen: <|im_start|>role\n text <|im_end|>\n
    llama3,  ///< <|start_header_id|>role<|end_header_id|>\n\n text <|eot_id|>
    tags,    ///< one control token per role before the text, <|end|> after it; what fresh models use
    plain    ///< no template: texts in paragraphs, for base models
  };

  /// Recognises the template in `folder`/chat_template.jinja or tokenizer_config.json. Throws CheckpointError naming
  /// the file when there is a template of an unknown family, or one whose control tokens the tokenizer lacks.
  static ChatFormat read(const std::filesystem::path& folder, const Tokenizer& tokenizer);
  /// The format of fresh models, with a Jinja template that says the same. `tokenizer` must have `tag_tokens()`.
  static ChatFormat tags(const Tokenizer& tokenizer);
  /// The control tokens that the style `tags` needs; the first ends a message.
  static std::vector<std::string> tag_tokens();

  Style style() const { return style_; }
  /// Returns the ids of `chat` followed by what opens the assistant's next message.
  std::vector<std::int32_t> render(const Chat& chat, const Tokenizer& tokenizer) const;
  /// The token that ends a message, or -1 for Style::plain without an end token.
  std::int32_t end_token() const { return end_; }
  /// Writes tokenizer_config.json (and chat_template.jinja, if it came from there) into `folder`.
  void save(const std::filesystem::path& folder) const;

 private:
  Style style_ = Style::plain;
  std::int32_t start_ = -1, open_ = -1, close_ = -1, end_ = -1;  // open/close: around the role's name
  std::int32_t roles_[3] = {-1, -1, -1};                         // tags only, by ChatMessage::Role
  std::string default_system_;               // what the template says when there is no system message
  std::string system_preamble_;              // what it puts before every system message
  std::string config_text_, template_text_;  // the files, written back as they were
};

}  // namespace espalier::models
