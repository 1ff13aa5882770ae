#include "models/tokenizer/chat.hpp"

#include <algorithm>
#include <array>
#include <charconv>

#include "models/files/json_file.hpp"
#include "models/jinja/chat_template.hpp"

namespace espalier::models {
namespace {

constexpr std::array<const char*, 3> kRoles = {"system", "user", "assistant"};
constexpr const char* kTagTemplate =
    "{% for message in messages %}{{ '<|' + message['role'] + '|>' + message['content'] + '<|end|>' }}{% endfor %}"
    "{% if add_generation_prompt %}{{ '<|assistant|>' }}{% endif %}";
/// What nobody says: by it the end of a message is found in a rendering.
constexpr const char* kProbe = "espalier probe";

/// A value as a manifest spells it: true, false, a whole number, or a text, which is the manifest's own.
jinja::Value value_of(const std::string& text) {
  if (text == "true") return true;
  if (text == "false") return false;
  std::int64_t number = 0;
  const auto [end, fault] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (fault == std::errc() && end == text.data() + text.size() && !text.empty()) return number;
  return text;
}

/// Refuses variables that the template does not read, and those that are not the manifest's to set.
void refuse_unknown(const jinja::Template& parsed, const ChatOptions& options, const std::filesystem::path& file) {
  std::vector<std::string> known = parsed.variables();
  std::erase_if(known, [](const auto& name) { return name == "messages" || name == "add_generation_prompt"; });
  for (const auto& [name, value] : options.variables) {
    if (std::ranges::find(known, name) != known.end()) continue;
    std::string list;
    for (const auto& one : known) list += (list.empty() ? "" : ", ") + one;
    throw CheckpointError(file.string() + ": `chat_template` has no variable " + name + " to be set; it reads " +
                          (list.empty() ? "none" : list));
  }
}

/// The template of a tokenizer_config.json that `name` names; empty where it has none.
std::string template_of(const JsonFile& config, const std::string& name) {
  if (!config.has("chat_template")) return {};
  const auto& given = config.root().at("chat_template");
  if (given.is_string() && name != ChatOptions{}.name)
    config.fail("chat_template", "is one template without a name; none is called " + name);
  try {
    return jinja::choose_template(given, name);
  } catch (const base::JsonError& error) {
    config.fail("chat_template", error.what());
  }
}

/// A chat as base models are shown it.
std::string in_paragraphs(const Chat& chat) {
  std::string text;
  for (const auto& message : chat.messages) text += message.text + "\n\n";
  return text;
}

}  // namespace

std::vector<std::string> ChatFormat::tag_tokens() { return {"<|end|>", "<|system|>", "<|user|>", "<|assistant|>"}; }

ChatFormat ChatFormat::read(const std::filesystem::path& folder, const Tokenizer& tokenizer,
                            const ChatOptions& options) {
  const auto config_path = folder / "tokenizer_config.json", template_path = folder / "chat_template.jinja";
  std::string config = std::filesystem::exists(config_path) ? read_text(config_path) : "";
  if (!std::filesystem::exists(template_path)) return parse(std::move(config), config_path, tokenizer, options);
  if (options.name != ChatOptions{}.name)
    throw CheckpointError(template_path.string() + " is one template without a name; none is called " + options.name);
  ChatFormat format;
  format.template_text_ = read_text(template_path);
  format.read_config(std::move(config), config_path, tokenizer);
  format.set_template(format.template_text_, template_path, tokenizer, options);
  return format;
}

ChatFormat ChatFormat::parse(std::string config, const std::filesystem::path& name, const Tokenizer& tokenizer,
                             const ChatOptions& options) {
  ChatFormat format;
  const JsonFile file = format.read_config(std::move(config), name, tokenizer);
  const std::string source = template_of(file, options.name);
  if (!source.empty()) {
    format.set_template(source, name, tokenizer, options);
  } else if (!options.variables.empty() || options.name != ChatOptions{}.name) {
    throw CheckpointError(name.string() + " has no chat template: there is nothing to name and no variable to set");
  }
  return format;
}

JsonFile ChatFormat::read_config(std::string text, const std::filesystem::path& name, const Tokenizer& tokenizer) {
  JsonFile config(name, text.empty() ? JsonFile::Json::object() : parse_json(text, name.string()));
  config_text_ = std::move(text);
  variables_ = jinja::special_tokens(config.root());
  const auto id_of = [&](const char* variable) {
    const auto found = std::ranges::find(variables_, variable, &jinja::Variables::value_type::first);
    const auto* spelling = found == variables_.end() ? nullptr : found->second.get<jinja::Text>();
    return spelling == nullptr ? -1 : tokenizer.added(spelling->bytes()).value_or(-1);
  };
  start_ = id_of("bos_token");
  end_ = id_of("eos_token");
  return config;
}

void ChatFormat::set_template(const std::string& source, const std::filesystem::path& file, const Tokenizer& tokenizer,
                              const ChatOptions& options) {
  try {
    template_ = jinja::Template::parse(source);
  } catch (const jinja::TemplateError& error) {
    throw CheckpointError(file.string() + ": `chat_template`: " + error.what());
  }
  refuse_unknown(*template_, options, file);
  render_options_.date = options.date;
  for (const auto& [name, value] : options.variables) variables_.emplace_back(name, value_of(value));

  // The first control token that the template itself puts behind an assistant's message ends it.
  using Role = ChatMessage::Role;
  try {
    const auto probed = pieces({{{Role::user, kProbe}, {Role::assistant, kProbe}}}, false);
    const auto last = std::ranges::find_if(probed.rbegin(), probed.rend(), [](const Tokenizer::Piece& piece) {
      return piece.specials == Tokenizer::Specials::plain && piece.text.find(kProbe) != std::string::npos;
    });
    if (last == probed.rend()) return;
    for (auto piece = last.base(); piece != probed.end(); ++piece) {
      for (const auto id : tokenizer.encode(piece->text, piece->specials)) {
        const auto& added = tokenizer.added();
        if (std::ranges::find(added, id, &AddedToken::id) == added.end()) continue;
        end_ = id;
        return;
      }
    }
  } catch (const jinja::TemplateError& error) {
    // One that refuses this conversation may take others, and eos_token ends their messages.
    if (!error.refusal()) throw CheckpointError(file.string() + ": `chat_template`: " + error.what());
  }
}

ChatFormat ChatFormat::tags(const Tokenizer& tokenizer) {
  ChatFormat format;
  for (const auto& tag : tag_tokens()) {
    if (!tokenizer.added(tag)) throw CheckpointError("new vocabulary: the control token " + tag + " is missing");
  }
  base::OrderedJson decoder = base::OrderedJson::object();
  for (const auto& added : tokenizer.added())
    decoder[std::to_string(added.id)] = {{"content", added.text}, {"lstrip", false},      {"normalized", false},
                                         {"rstrip", false},       {"single_word", false}, {"special", added.special}};
  base::OrderedJson config;
  config["added_tokens_decoder"] = decoder;
  config["chat_template"] = kTagTemplate;
  config["clean_up_tokenization_spaces"] = false;
  config["eos_token"] = "<|end|>";
  config["pad_token"] = "<|end|>";
  config["model_max_length"] = 1 << 20;
  config["tokenizer_class"] = "PreTrainedTokenizerFast";
  format.config_text_ = config.dump(2) + "\n";
  format.end_ = *tokenizer.added("<|end|>");
  format.set_template(kTagTemplate, "new vocabulary", tokenizer, {});
  return format;
}

std::vector<Tokenizer::Piece> ChatFormat::pieces(const Chat& chat, bool add_generation_prompt) const {
  jinja::Chat conversation;
  for (const auto& [role, text] : chat.messages)
    conversation.messages.push_back({kRoles[static_cast<std::size_t>(role)], text});
  conversation.add_generation_prompt = add_generation_prompt;
  conversation.variables = variables_;
  std::vector<Tokenizer::Piece> pieces;
  for (auto& piece : jinja::render_chat(*template_, conversation, render_options_).pieces)
    pieces.push_back(
        {std::move(piece.text), piece.from_input ? Tokenizer::Specials::plain : Tokenizer::Specials::parse});
  return pieces;
}

std::optional<std::int32_t> ChatFormat::start_token() const {
  return start_ >= 0 ? std::optional(start_) : std::nullopt;
}

std::vector<Tokenizer::Piece> ChatFormat::said(const Chat& chat, bool add_generation_prompt) const {
  try {
    return pieces(chat, add_generation_prompt);
  } catch (const jinja::TemplateError& error) {
    throw BadInput(error.what());
  }
}

std::vector<std::int32_t> ChatFormat::render(const Chat& chat, const Tokenizer& tokenizer) const {
  return rendered(chat, tokenizer, true);
}

std::vector<std::int32_t> ChatFormat::render_closed(const Chat& chat, const Tokenizer& tokenizer) const {
  return rendered(chat, tokenizer, false);
}

std::vector<std::int32_t> ChatFormat::rendered(const Chat& chat, const Tokenizer& tokenizer,
                                               bool add_generation_prompt) const {
  if (template_) return tokenizer.encode(said(chat, add_generation_prompt));
  std::vector<std::int32_t> ids;
  if (start_ >= 0) ids.push_back(start_);
  const auto encoded = tokenizer.encode(in_paragraphs(chat));
  ids.insert(ids.end(), encoded.begin(), encoded.end());
  return ids;
}

std::string ChatFormat::text(const Chat& chat, const Tokenizer& tokenizer) const {
  if (!template_) return std::string(tokenizer.spelling(start_)) + in_paragraphs(chat);
  std::string text;
  for (const auto& piece : said(chat, true)) text += piece.text;
  return text;
}

void ChatFormat::save(const std::filesystem::path& folder) const {
  if (!config_text_.empty()) write_text(folder / "tokenizer_config.json", config_text_);
  if (!template_text_.empty()) write_text(folder / "chat_template.jinja", template_text_);
}

}  // namespace espalier::models
