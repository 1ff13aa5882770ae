#pragma once

#include <cstdint>
#include <ctime>
#include <espalier/language_model.hpp>
#include <filesystem>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "models/files/json_file.hpp"
#include "models/jinja/template.hpp"
#include "models/tokenizer/tokenizer.hpp"

namespace espalier::models {

/// What a manifest says to a checkpoint's chat template.
struct ChatOptions {
  std::string name = "default";  ///< of a template, where a checkpoint has several
  /// Values of the template's own variables, such as {"enable_thinking", "false"}: true, false and whole numbers are
  /// read as such, all else as a text.
  std::vector<std::pair<std::string, std::string>> variables;
  std::optional<std::tm> date;  ///< what templates that tell the date say; without one they fail
};

/// How a chat becomes token ids: the checkpoint's chat_template, evaluated.
///
/// The template's own texts may spell control tokens; what messages say never becomes one, whatever the template does
/// with it. Immutable; all members may be called from several threads.
class ChatFormat {
 public:
  /// Reads the template in `folder`/chat_template.jinja or tokenizer_config.json. Without one, texts are laid in
  /// paragraphs behind the start token, for base models. Throws CheckpointError naming the file when the template is
  /// none, when it fails on a plain conversation, when it does not know a variable of `options`, or when there is no
  /// template that they could mean.
  static ChatFormat read(const std::filesystem::path& folder, const Tokenizer& tokenizer,
                         const ChatOptions& options = {});
  /// The same from the content of a tokenizer_config.json; "" stands for one that says nothing. `name` is the file
  /// named in errors.
  static ChatFormat parse(std::string config, const std::filesystem::path& name, const Tokenizer& tokenizer,
                          const ChatOptions& options = {});
  /// The format of fresh models: one control token per role before a text, <|end|> after it. `tokenizer` must have
  /// `tag_tokens()`.
  static ChatFormat tags(const Tokenizer& tokenizer);
  /// The control tokens that `tags` needs; the first ends a message.
  static std::vector<std::string> tag_tokens();

  /// Returns the ids of `chat` followed by what opens the assistant's next message, as transformers tokenizes what it
  /// renders. Throws BadInput with the template's words where it refuses the conversation.
  std::vector<std::int32_t> render(const Chat& chat, const Tokenizer& tokenizer) const;
  /// The same without what opens a next message.
  std::vector<std::int32_t> render_closed(const Chat& chat, const Tokenizer& tokenizer) const;
  /// The token that begins a text, if the checkpoint's tokenizer has one.
  std::optional<std::int32_t> start_token() const;
  /// Returns the text that `render` makes these ids of. Throws like it.
  std::string text(const Chat& chat, const Tokenizer& tokenizer) const;
  /// The token that ends an assistant's message, or -1 where neither template nor config tell one.
  std::int32_t end_token() const { return end_; }
  /// Writes tokenizer_config.json (and chat_template.jinja, if it came from there) into `folder`.
  void save(const std::filesystem::path& folder) const;

 private:
  JsonFile read_config(std::string text, const std::filesystem::path& name, const Tokenizer& tokenizer);
  void set_template(const std::string& source, const std::filesystem::path& file, const Tokenizer& tokenizer,
                    const ChatOptions& options);
  std::vector<std::int32_t> rendered(const Chat& chat, const Tokenizer& tokenizer, bool add_generation_prompt) const;
  /// What the template says: throws BadInput where it refuses the conversation.
  std::vector<Tokenizer::Piece> said(const Chat& chat, bool add_generation_prompt) const;
  /// Throws jinja::TemplateError.
  std::vector<Tokenizer::Piece> pieces(const Chat& chat, bool add_generation_prompt) const;

  std::optional<jinja::Template> template_;
  jinja::Variables variables_;  ///< the special tokens, and what the manifest says
  jinja::RenderOptions render_options_;
  std::int32_t start_ = -1;
  std::int32_t end_ = -1;
  std::string config_text_, template_text_;  // the files, written back as they were
};

}  // namespace espalier::models
