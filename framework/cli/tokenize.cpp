#include <sys/mman.h>

#include <espalier/bad_input.hpp>
#include <filesystem>
#include <iostream>
#include <iterator>
#include <optional>
#include <string>
#include <utility>

#include "base/file.hpp"
#include "base/json_value.hpp"
#include "command.hpp"
#include "models/gguf/gguf.hpp"
#include "models/gguf/vocabulary.hpp"
#include "models/jinja/day.hpp"
#include "models/tokenizer/chat.hpp"
#include "study/json.hpp"
#include "study/run/run.hpp"

namespace espalier::cli {
namespace {

namespace fs = std::filesystem;
using models::ChatFormat;
using models::Tokenizer;
using study::Json;

/// A file as it lies on disk.
class Mapped {
 public:
  explicit Mapped(const fs::path& path) : file_(path), size_(static_cast<std::size_t>(file_.size())) {
    if (size_ == 0) throw BadInput(path.string() + ": the file is empty");
    data_ = ::mmap(nullptr, size_, PROT_READ, MAP_PRIVATE, file_.descriptor(), 0);
    if (data_ == MAP_FAILED) throw BadInput(path.string() + ": the file cannot be mapped into memory");
  }
  ~Mapped() { ::munmap(data_, size_); }
  Mapped(const Mapped&) = delete;
  Mapped& operator=(const Mapped&) = delete;
  std::string_view bytes() const { return {static_cast<const char*>(data_), size_}; }

 private:
  base::RegularFile file_;
  std::size_t size_;
  void* data_;
};

/// What stands between texts and a model.
struct Language {
  Tokenizer tokenizer;
  ChatFormat chat;

  static Language read(const fs::path& checkpoint, const models::ChatOptions& options) {
    if (fs::is_directory(checkpoint)) {
      Tokenizer tokenizer = Tokenizer::read(checkpoint);
      ChatFormat chat = ChatFormat::read(checkpoint, tokenizer, options);
      return {std::move(tokenizer), std::move(chat)};
    }
    const Mapped file(checkpoint);
    const models::Gguf gguf = models::read_gguf(file.bytes(), checkpoint);
    Tokenizer tokenizer = Tokenizer::parse(models::gguf_tokenizer(gguf.metadata).dump(), checkpoint);
    ChatFormat chat =
        ChatFormat::parse(models::gguf_tokenizer_config(gguf.metadata).dump(), checkpoint, tokenizer, options);
    return {std::move(tokenizer), std::move(chat)};
  }
};

ChatMessage::Role role_of(const std::string& name) {
  using Role = ChatMessage::Role;
  if (name == "system") return Role::system;
  if (name == "user") return Role::user;
  if (name == "assistant") return Role::assistant;
  throw BadInput("its `role` is \"" + name + "\"; known are system, user and assistant");
}

/// The messages of a file: a list of {"role": ..., "content": ...}, or an object with such a list as `messages`.
Chat read_chat(const std::string& file) {
  const Json json = study::read_json(file);
  const auto named = json.is_object() ? json.find("messages") : json.end();
  const Json& list = named != json.end() ? *named : json;
  if (!list.is_array()) throw BadInput(file + ": is no list of messages, nor an object with the list `messages`");
  Chat chat;
  for (std::size_t i = 0; i < list.size(); ++i) {
    try {
      if (!list[i].is_object()) throw BadInput("it is no object");
      chat.messages.push_back(
          {role_of(base::member<std::string>(list[i], "role")), base::member<std::string>(list[i], "content")});
    } catch (const std::exception& error) {
      throw BadInput(file + ": message " + std::to_string(i + 1) + ": " + error.what());
    }
  }
  return chat;
}

models::ChatOptions chat_options(const po::variables_map& arguments) {
  models::ChatOptions options;
  if (const auto name = option_of(arguments, "template")) options.name = *name;
  for (const auto& pair : values_of(arguments, "with")) {
    const auto equal = pair.find('=');
    if (equal == 0 || equal == std::string::npos) throw UsageError("--with needs KEY=VALUE, got \"" + pair + "\"");
    options.variables.emplace_back(pair.substr(0, equal), pair.substr(equal + 1));
  }
  if (const auto date = option_of(arguments, "date")) {
    options.date = jinja::day_of(*date);
    if (!options.date) throw UsageError("--date must be a day such as 2026-11-28, got \"" + *date + "\"");
  }
  return options;
}

/// How a token is spelled, for people: ill-formed parts and line ends cannot disturb the page.
std::string quoted(std::string_view spelling) { return study::to_text(Json(spelling)); }

void show(const Tokenizer& tokenizer, const std::string& text, const std::vector<std::int32_t>& ids, bool as_json) {
  if (as_json) {
    Json pieces = Json::array();
    for (const auto id : ids) pieces.push_back(tokenizer.spelling(id));
    std::cout << study::to_text({{"text", text}, {"ids", ids}, {"pieces", pieces}}) << "\n";
    return;
  }
  std::cout << text << (text.ends_with('\n') ? "" : "\n") << "\n" << ids.size() << " tokens\n";
  for (const auto id : ids)
    std::cout << std::string(8 - std::min<std::size_t>(7, std::to_string(id).size()), ' ') << id << "  "
              << quoted(tokenizer.spelling(id)) << "\n";
}

int tokenize(const po::variables_map& arguments) {
  const Language language = Language::read(value_of(arguments, "CHECKPOINT"), chat_options(arguments));
  const bool as_json = arguments.contains("json");
  const auto specials = arguments.contains("specials") ? Tokenizer::Specials::parse : Tokenizer::Specials::plain;
  const auto show_text = [&](const std::string& text, bool json) {
    show(language.tokenizer, text, language.tokenizer.encode(text, specials), json);
  };
  if (const auto file = option_of(arguments, "chat")) {
    const Chat chat = read_chat(*file);
    show(language.tokenizer, language.chat.text(chat, language.tokenizer),
         language.chat.render(chat, language.tokenizer), as_json);
  } else if (arguments.contains("lines")) {
    std::size_t number = 0;
    for (std::string line; std::getline(std::cin, line);) {
      ++number;
      const auto text = base::as<std::string>(base::parse_json<Json>(line, "standard input", number));
      if (!text) throw BadInput("standard input:" + std::to_string(number) + ": is no JSON text");
      show_text(*text, true);
      flush_output();
    }
  } else if (const auto text = option_of(arguments, "text")) {
    show_text(*text, as_json);
  } else {
    show_text(std::string(std::istreambuf_iterator<char>(std::cin), {}), as_json);
  }
  return study::kDone;
}

int run(const po::variables_map& arguments) {
  int given = 0;
  for (const auto* option : {"text", "chat", "lines"}) given += arguments.contains(option);
  if (given > 1) throw UsageError("of --text, --chat and --lines only one can be given");
  try {
    return tokenize(arguments);
  } catch (const BadInput& error) {
    std::cerr << error.what() << "\n";
  } catch (const base::FileError& error) {
    std::cerr << error.what() << "\n";
  } catch (const base::JsonError& error) {
    std::cerr << error.what() << "\n";
  }
  return study::kMistaken;
}

}  // namespace

Command tokenize_command() {
  return {.name = "tokenize",
          .usage = "espalier tokenize CHECKPOINT [--text T|--chat FILE.json|--lines] [--with KEY=VALUE]... [--json]",
          .summary = "Shows what a model is shown: the text, its tokens and their ids.",
          .details =
              "CHECKPOINT is a folder with tokenizer.json, or a file *.gguf; weights are not read. Without --text, "
              "--chat\n"
              "and --lines, the text is standard input. A chat is a list of {\"role\": ..., \"content\": ...}, or an "
              "object\n"
              "that has it as `messages`; it is laid out by the checkpoint's chat template, ready for the assistant to "
              "speak.",
          .options = {{"text", "T", "this text"},
                      {"chat", "FILE.json", "these messages"},
                      {"lines", "", "one text per line of standard input, as a JSON string; a JSON object for each"},
                      {"specials", "", "spellings of control tokens in a text become those tokens"},
                      {"template", "NAME", "which of the checkpoint's chat templates, where it has several"},
                      {"with", "KEY=VALUE", "a variable of the chat template, such as enable_thinking=false", true},
                      {"date", "DAY", "the day that the chat template is told, as 2026-11-28"},
                      {"json", "", "print {\"text\": ..., \"ids\": [...], \"pieces\": [...]}"}},
          .positional = {"CHECKPOINT"},
          .run = run};
}

}  // namespace espalier::cli
