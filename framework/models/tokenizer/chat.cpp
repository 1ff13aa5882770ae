#include "models/tokenizer/chat.hpp"

#include <array>

#include "models/files/json_file.hpp"

namespace espalier::models {
namespace {

constexpr std::array<const char*, 3> kRoles = {"system", "user", "assistant"};
constexpr const char* kTagTemplate =
    "{% for message in messages %}{{ '<|' + message['role'] + '|>' + message['content'] + '<|end|>' }}{% endfor %}"
    "{% if add_generation_prompt %}{{ '<|assistant|>' }}{% endif %}";
// What Llama 3.1 templates put into the system message when nobody passes a date.
constexpr const char* kLlamaPreamble = "Cutting Knowledge Date: December 2023\nToday Date: 26 Jul 2024\n\n";

std::int32_t control(const Tokenizer& tokenizer, std::string_view text, const std::filesystem::path& file) {
  if (const auto id = tokenizer.added(text)) return *id;
  throw CheckpointError(file.string() + ": `chat_template` uses the control token " + std::string(text) +
                        ", which tokenizer.json does not have");
}

// Qwen2 templates speak for a system that is absent: '<|im_start|>system\nYou are ...<|im_end|>\n'.
std::string chatml_default(std::string_view source) {
  constexpr std::string_view open = "<|im_start|>system\\n", close = "<|im_end|>";
  for (std::size_t at = source.find(open); at != std::string_view::npos; at = source.find(open, at + 1)) {
    const std::size_t start = at + open.size(), end = source.find(close, start);
    if (end == std::string_view::npos) break;
    const auto text = source.substr(start, end - start);
    if (!text.empty() && text.find_first_of("'\"{}") == std::string_view::npos) return std::string(text);
  }
  return {};
}

// The part of a text that Jinja's `trim` keeps.
std::string_view trimmed(std::string_view text) {
  constexpr std::string_view space = " \t\n\r\f\v";
  const auto first = text.find_first_not_of(space);
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(space) - first + 1);
}

// Ids in order; neighbouring plain texts are encoded as one, as they would be in the rendered string.
class Ids {
 public:
  explicit Ids(const Tokenizer& tokenizer) : tokenizer_(tokenizer) {}
  void control(std::int32_t id) {
    flush();
    if (id >= 0) ids_.push_back(id);
  }
  void text(std::string_view text) { pending_ += text; }
  std::vector<std::int32_t> take() {
    flush();
    return std::move(ids_);
  }

 private:
  void flush() {
    const auto ids = tokenizer_.encode(pending_);
    ids_.insert(ids_.end(), ids.begin(), ids.end());
    pending_.clear();
  }
  const Tokenizer& tokenizer_;
  std::vector<std::int32_t> ids_;
  std::string pending_;
};

}  // namespace

std::vector<std::string> ChatFormat::tag_tokens() { return {"<|end|>", "<|system|>", "<|user|>", "<|assistant|>"}; }

ChatFormat ChatFormat::read(const std::filesystem::path& folder, const Tokenizer& tokenizer) {
  ChatFormat format;
  std::string source;
  const auto config_path = folder / "tokenizer_config.json", template_path = folder / "chat_template.jinja";
  if (std::filesystem::exists(config_path)) {
    format.config_text_ = read_text(config_path);
    const JsonFile config(config_path, parse_json(format.config_text_, config_path.string()));
    if (config.has("chat_template") && config.root().at("chat_template").is_string())
      source = config.require<std::string>("chat_template");
    // Either a string or a table with the content.
    const auto text_of = [&](const char* key) {
      if (!config.has(key)) return std::string();
      const auto& value = config.root().at(key);
      if (!value.is_object()) return config.require<std::string>(key);
      return JsonFile(config_path.string() + ": `" + key + "`", value).require<std::string>("content");
    };
    if (const auto id = tokenizer.added(text_of("bos_token"))) format.start_ = *id;
    if (const auto id = tokenizer.added(text_of("eos_token"))) format.end_ = *id;
  }
  if (std::filesystem::exists(template_path)) source = format.template_text_ = read_text(template_path);
  if (source.empty()) return format;

  const auto token = [&](std::string_view text) { return control(tokenizer, text, config_path); };
  if (source.find("<|im_start|>") != std::string::npos) {
    format.style_ = Style::chatml;
    format.open_ = token("<|im_start|>");
    format.end_ = token("<|im_end|>");
    format.default_system_ = chatml_default(source);
  } else if (source.find("<|start_header_id|>") != std::string::npos) {
    format.style_ = Style::llama3;
    format.open_ = token("<|start_header_id|>");
    format.close_ = token("<|end_header_id|>");
    format.end_ = token("<|eot_id|>");
    if (source.find("Cutting Knowledge Date") != std::string::npos) format.system_preamble_ = kLlamaPreamble;
  } else if (source.find("<|end|>") != std::string::npos &&
             source.find("'<|' + message['role'] + '|>'") != std::string::npos) {
    format.style_ = Style::tags;
    format.end_ = token("<|end|>");
    for (std::size_t role = 0; role < kRoles.size(); ++role) format.roles_[role] = token(tag_tokens()[role + 1]);
  } else {
    throw CheckpointError((format.template_text_.empty() ? config_path : template_path).string() +
                          ": `chat_template` is of no known family (ChatML, Llama 3, role tags)");
  }
  return format;
}

ChatFormat ChatFormat::tags(const Tokenizer& tokenizer) {
  ChatFormat format;
  format.style_ = Style::tags;
  format.end_ = control(tokenizer, "<|end|>", "new vocabulary");
  for (std::size_t role = 0; role < kRoles.size(); ++role)
    format.roles_[role] = control(tokenizer, tag_tokens()[role + 1], "new vocabulary");
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
  return format;
}

std::vector<std::int32_t> ChatFormat::render(const Chat& chat, const Tokenizer& tokenizer) const {
  using Role = ChatMessage::Role;
  Ids ids(tokenizer);
  std::vector<ChatMessage> messages = chat.messages;
  const bool has_system = !messages.empty() && messages.front().role == Role::system;
  if (!has_system && !default_system_.empty()) messages.insert(messages.begin(), {Role::system, default_system_});
  if (!system_preamble_.empty()) {
    if (has_system)
      messages.front().text = system_preamble_ + std::string(trimmed(messages.front().text));
    else
      messages.insert(messages.begin(), {Role::system, system_preamble_});
  }
  const bool preamble = !system_preamble_.empty();
  const auto open = [&](std::size_t role) {
    switch (style_) {
      case Style::chatml:
        ids.control(open_);
        ids.text(std::string(kRoles[role]) + "\n");
        break;
      case Style::llama3:
        ids.control(open_);
        ids.text(kRoles[role]);
        ids.control(close_);
        ids.text("\n\n");
        break;
      case Style::tags:
        ids.control(roles_[role]);
        break;
      case Style::plain:
        break;
    }
  };
  if (style_ == Style::llama3 || style_ == Style::plain) ids.control(start_);
  for (std::size_t i = 0; i < messages.size(); ++i) {
    const auto& [role, text] = messages[i];
    open(static_cast<std::size_t>(role));
    const bool keep = style_ != Style::llama3 || (preamble && i == 0);
    ids.text(keep ? std::string_view(text) : trimmed(text));
    if (style_ == Style::plain)
      ids.text("\n\n");
    else
      ids.control(end_);
    if (style_ == Style::chatml) ids.text("\n");
  }
  open(static_cast<std::size_t>(Role::assistant));
  return ids.take();
}

void ChatFormat::save(const std::filesystem::path& folder) const {
  if (!config_text_.empty()) write_text(folder / "tokenizer_config.json", config_text_);
  if (!template_text_.empty()) write_text(folder / "chat_template.jinja", template_text_);
}

}  // namespace espalier::models
