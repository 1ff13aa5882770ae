#include "models/gguf/vocabulary.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <cstdio>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "base/utf8.hpp"
#include "models/gguf/pre_tokenizers.hpp"
#include "models/tokenizer/byte_alphabet.hpp"

namespace espalier::models {
namespace {

using base::Json;

constexpr const char* kTokens = "tokenizer.ggml.tokens";
constexpr const char* kWayOut = "; let llama-server run the file as a model of type \"server\"";
constexpr const char* kSpace = "\u2581";  // SentencePiece's

/// What a token is, as `tokenizer.ggml.token_type` numbers them.
enum class Kind { normal = 1, unknown, control, user_defined, unused, byte };

/// The tokens of a file by id, and which of them stand for themselves in a text.
class Tokens {
 public:
  explicit Tokens(const GgufMetadata& metadata)
      : metadata_(metadata), texts_(metadata.require<std::vector<std::string>>(kTokens)) {
    constexpr const char* types = "tokenizer.ggml.token_type";
    kinds_ = metadata.get(types, std::vector<int>(texts_.size(), 1));
    if (kinds_.size() != texts_.size())
      metadata.fail(
          types, "has " + std::to_string(kinds_.size()) + " elements for " + std::to_string(texts_.size()) + " tokens");
    for (std::size_t id = 0; id < texts_.size(); ++id) {
      if (texts_[id].empty()) texts_[id] = "[EMPTY_" + std::to_string(id) + "]";  // as llama.cpp calls it
      if (const auto [first, fresh] = ids_.emplace(texts_[id], id); !fresh)
        metadata.fail(kTokens, "has elements " + std::to_string(first->second) + " and " + std::to_string(id) +
                                   " that are the same");
    }
  }

  std::size_t size() const { return texts_.size(); }
  const std::string& text(std::size_t id) const { return texts_[id]; }
  bool is(std::size_t id, Kind kind) const { return kinds_[id] == static_cast<int>(kind); }
  bool has(std::string_view text) const { return ids_.contains(text); }
  /// Whether nothing but the token itself makes it.
  bool stands_alone(std::size_t id) const {
    return is(id, Kind::control) || is(id, Kind::unknown) || is(id, Kind::user_defined);
  }

  Json vocabulary() const {
    Json vocabulary = Json::object();
    for (const auto& [text, id] : ids_) vocabulary[std::string(text)] = id;
    return vocabulary;
  }

  Json added() const {
    std::string name = metadata_.get<std::string>("general.name", "");
    std::ranges::transform(name, name.begin(), [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
    // Files do not tell this; by this name llama.cpp knows it.
    const bool strips = name.find("phi-3") != std::string::npos || name.find("phi3") != std::string::npos;
    Json added = Json::array();
    for (std::size_t id = 0; id < size(); ++id) {
      if (!stands_alone(id)) continue;
      const bool bare = text(id) == "<unk>" || text(id) == "<s>" || text(id) == "<|endoftext|>";
      added.push_back({{"id", id},
                       {"content", text(id)},
                       {"single_word", false},
                       {"lstrip", false},
                       {"rstrip", strips && !bare},
                       {"normalized", false},
                       {"special", !is(id, Kind::user_defined)}});
    }
    return added;
  }

  /// The text of the token that `tokenizer.ggml.NAME_token_id` names, or of `otherwise`; null where neither is there.
  Json special(const std::string& name, int otherwise = -1) const {
    const std::string key = "tokenizer.ggml." + name + "_token_id";
    const int id = metadata_.get(key, otherwise);
    if (metadata_.has(key) && (id < 0 || static_cast<std::size_t>(id) >= size()))
      metadata_.fail(key, "is " + std::to_string(id) + "; the vocabulary has " + std::to_string(size()) + " tokens");
    if (id < 0 || static_cast<std::size_t>(id) >= size()) return nullptr;
    return text(static_cast<std::size_t>(id));
  }

 private:
  const GgufMetadata& metadata_;
  std::vector<std::string> texts_;
  std::vector<int> kinds_;
  std::unordered_map<std::string_view, std::size_t> ids_;
};

bool is_sentence_piece(const GgufMetadata& metadata) {
  constexpr const char* key = "tokenizer.ggml.model";
  const auto model = metadata.require<std::string>(key);
  if (model != "gpt2" && model != "llama")
    metadata.fail(key, "is \"" + model + "\"; known are gpt2 and llama" + kWayOut);
  return model == "llama";
}

const GgufPreTokenizer& pre_tokenizer(const GgufMetadata& metadata) {
  constexpr const char* key = "tokenizer.ggml.pre";
  const auto name = metadata.get<std::string>(key, "");
  if (const auto* const found = find_gguf_pre_tokenizer(name)) return *found;
  std::string known;
  for (const auto& one : gguf_pre_tokenizers())
    for (const auto& listed : one.names)
      if (!listed.empty()) known += (known.empty() ? "" : ", ") + listed;
  metadata.fail(key, "is \"" + name + "\", a way of cutting texts that is not known; known are " + known + kWayOut);
}

bool begins_with_start(const GgufMetadata& metadata) {
  const bool starts = is_sentence_piece(metadata) || pre_tokenizer(metadata).starts;
  return metadata.get("tokenizer.ggml.add_bos_token", starts);
}

Json split(const std::string& expression) {
  return {{"type", "Split"}, {"pattern", {{"Regex", expression}}}, {"behavior", "Isolated"}, {"invert", false}};
}

/// Cuts out the bytes that have no token. llama.cpp leaves them out after merging, so that their neighbours never
/// merge; without a cut they would be left out before.
Json cut_at_unspelled(const Tokens& tokens) {
  std::string unspelled;
  for (const auto& spelling : byte_alphabet()) {
    if (tokens.has(spelling)) continue;
    if (spelling.size() == 1 && std::ispunct(static_cast<unsigned char>(spelling.front()))) unspelled += '\\';
    unspelled += spelling;
  }
  return unspelled.empty() ? Json() : split("[" + unspelled + "]");
}

void make_byte_level(Json& json, const GgufMetadata& metadata, const Tokens& tokens) {
  const GgufPreTokenizer& cuts = pre_tokenizer(metadata);
  Json steps = Json::array();
  for (const auto& expression : cuts.expressions) steps.push_back(split(expression));
  const Json bytes = {{"type", "ByteLevel"}, {"add_prefix_space", false}, {"trim_offsets", true}, {"use_regex", false}};
  steps.push_back(bytes);
  if (Json cut = cut_at_unspelled(tokens); !cut.is_null()) steps.push_back(std::move(cut));
  json["pre_tokenizer"] = {{"type", "Sequence"}, {"pretokenizers", std::move(steps)}};
  json["decoder"] = bytes;

  constexpr const char* key = "tokenizer.ggml.merges";
  Json merges = Json::array();
  for (const auto& merge : metadata.require<std::vector<std::string>>(key)) {
    const auto space = merge.find(' ', 1);
    if (space == std::string::npos) metadata.fail(key, "has " + Json(merge).dump() + ", which is no pair of tokens");
    merges.push_back({merge.substr(0, space), merge.substr(space + 1)});
  }
  Json& model = json["model"];
  model["merges"] = std::move(merges);
  model["ignore_merges"] = cuts.whole_first;
}

/// The pairs that make each token out of two, the token of the highest score first: SentencePiece merges whatever makes
/// the best token. Where scores are equal it takes the leftmost pair, which no order of pairs can say; the smaller id
/// comes first here.
Json merges_by_score(const GgufMetadata& metadata, const Tokens& tokens) {
  constexpr const char* key = "tokenizer.ggml.scores";
  constexpr std::size_t longest = 1024;  // bytes of a token; SentencePiece's own are of 16 characters
  const auto scores = metadata.require<std::vector<double>>(key);
  if (scores.size() != tokens.size())
    metadata.fail(
        key, "has " + std::to_string(scores.size()) + " elements for " + std::to_string(tokens.size()) + " tokens");
  struct Merge {
    std::size_t id, left;  // left: bytes of the first part
  };
  std::vector<Merge> merges;
  for (std::size_t id = 0; id < tokens.size(); ++id) {
    if (tokens.stands_alone(id) || tokens.is(id, Kind::byte)) continue;
    const std::string_view text = tokens.text(id);
    if (text.size() > longest)
      metadata.fail(kTokens, "has element " + std::to_string(id) + " of " + std::to_string(text.size()) +
                                 " bytes, of which at most " + std::to_string(longest) + " are read");
    for (std::size_t left = base::utf8_part(text, 0).length; left < text.size();
         left += base::utf8_part(text, left).length)
      if (tokens.has(text.substr(0, left)) && tokens.has(text.substr(left))) merges.push_back({id, left});
  }
  std::ranges::stable_sort(merges, std::greater{}, [&](const Merge& merge) { return scores[merge.id]; });
  Json pairs = Json::array();
  for (const auto& [id, left] : merges)
    pairs.push_back({tokens.text(id).substr(0, left), tokens.text(id).substr(left)});
  return pairs;
}

void make_sentence_piece(Json& json, const GgufMetadata& metadata, const Tokens& tokens) {
  for (int byte = 0; byte < 256; ++byte) {
    std::array<char, 8> spelling{};
    std::snprintf(spelling.data(), spelling.size(), "<0x%02X>", static_cast<unsigned>(byte));
    if (!tokens.has(spelling.data()))
      metadata.fail(kTokens, "lacks " + std::string(spelling.data()) + "; such vocabularies are not supported");
  }
  const bool prefix = metadata.get("tokenizer.ggml.add_space_prefix", true);
  Json normalisers = Json::array();
  if (prefix) normalisers.push_back({{"type", "Prepend"}, {"prepend", kSpace}});
  normalisers.push_back({{"type", "Replace"}, {"pattern", {{"String", " "}}}, {"content", kSpace}});
  json["normalizer"] = {{"type", "Sequence"}, {"normalizers", std::move(normalisers)}};
  json["pre_tokenizer"] = nullptr;
  Json decoders = {{{"type", "Replace"}, {"pattern", {{"String", kSpace}}}, {"content", " "}},
                   {{"type", "ByteFallback"}},
                   {{"type", "Fuse"}}};
  if (prefix) decoders.push_back({{"type", "Strip"}, {"content", " "}, {"start", 1}, {"stop", 0}});
  json["decoder"] = {{"type", "Sequence"}, {"decoders", std::move(decoders)}};
  Json& model = json["model"];
  model["merges"] = merges_by_score(metadata, tokens);
  model["byte_fallback"] = true;
  model["fuse_unk"] = true;
  model["unk_token"] = tokens.special("unknown", 0);
}

/// What transformers lays before a text.
Json start_before(const Json& start, const Tokens& tokens) {
  const Json token = {{"SpecialToken", {{"id", start}, {"type_id", 0}}}};
  const Json first = {{"Sequence", {{"id", "A"}, {"type_id", 0}}}},
             second = {{"Sequence", {{"id", "B"}, {"type_id", 1}}}};
  Json ids = Json::array();
  ids.push_back(tokens.vocabulary().at(start.get<std::string>()));
  Json specials;
  specials[start.get<std::string>()] = {{"id", start}, {"ids", ids}, {"tokens", Json::array({start})}};
  return {{"type", "TemplateProcessing"},
          {"single", Json::array({token, first})},
          {"pair", Json::array({token, first, token, second})},
          {"special_tokens", specials}};
}

Json chat_template(const GgufMetadata& metadata) {
  const std::string key = "tokenizer.chat_template";
  if (!metadata.has("tokenizer.chat_templates"))
    return metadata.has(key) ? Json(metadata.require<std::string>(key)) : Json();
  Json list = Json::array();
  if (metadata.has(key)) list.push_back({{"name", "default"}, {"template", metadata.require<std::string>(key)}});
  for (const auto& name : metadata.require<std::vector<std::string>>("tokenizer.chat_templates"))
    if (name != "default")
      list.push_back({{"name", name}, {"template", metadata.require<std::string>(key + "." + name)}});
  return list;
}

}  // namespace

Json gguf_tokenizer(const GgufMetadata& metadata) {
  const bool sentence_piece = is_sentence_piece(metadata);
  const Tokens tokens(metadata);
  Json json = {{"version", "1.0"},      {"truncation", nullptr},
               {"padding", nullptr},    {"added_tokens", tokens.added()},
               {"normalizer", nullptr}, {"post_processor", nullptr}};
  json["model"] = {{"type", "BPE"},
                   {"dropout", nullptr},
                   {"unk_token", nullptr},
                   {"continuing_subword_prefix", nullptr},
                   {"end_of_word_suffix", nullptr},
                   {"fuse_unk", false},
                   {"byte_fallback", false},
                   {"vocab", tokens.vocabulary()}};
  if (sentence_piece)
    make_sentence_piece(json, metadata, tokens);
  else
    make_byte_level(json, metadata, tokens);
  const Json start = tokens.special("bos", sentence_piece ? 1 : -1);
  if (begins_with_start(metadata) && !start.is_null()) json["post_processor"] = start_before(start, tokens);
  return json;
}

Json gguf_tokenizer_config(const GgufMetadata& metadata) {
  const Tokens tokens(metadata);
  const bool sentence_piece = is_sentence_piece(metadata);
  Json config = {{"tokenizer_class", "PreTrainedTokenizerFast"}, {"clean_up_tokenization_spaces", false}};
  Json decoder = Json::object();
  for (auto& token : tokens.added()) {
    const auto id = token.at("id").get<std::size_t>();
    token.erase("id");
    decoder[std::to_string(id)] = token;
  }
  config["added_tokens_decoder"] = std::move(decoder);
  const Json written = chat_template(metadata);
  if (!written.is_null()) config["chat_template"] = written;
  const auto set = [&](const char* name, Json token) {
    if (!token.is_null()) config[name] = std::move(token);
  };
  // Without a template, texts begin with the start token that is told here.
  if (!written.is_null() || begins_with_start(metadata))
    set("bos_token", tokens.special("bos", sentence_piece ? 1 : -1));
  set("eos_token", tokens.special("eos", sentence_piece ? 2 : -1));
  set("unk_token", tokens.special("unknown", sentence_piece ? 0 : -1));
  set("pad_token", tokens.special("padding"));
  return config;
}

}  // namespace espalier::models
