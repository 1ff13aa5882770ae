#include "models/tokenizer/tokenizer.hpp"

#include <array>
#include <utility>

#include "base/utf8.hpp"
#include "models/files/json_file.hpp"
#include "models/tokenizer/byte_pairs.hpp"
#include "models/tokenizer/marked_text.hpp"
#include "models/tokenizer/normaliser.hpp"
#include "models/tokenizer/pre_tokenizer.hpp"
#include "models/tokenizer/token_decoder.hpp"
#include "models/tokenizer/token_table.hpp"

namespace espalier::models {
namespace {

using Json = JsonFile::Json;

/// A tokenizer.json, whose long lists are read apart from the rest.
struct Definition {
  JsonFile file;
  std::vector<std::pair<std::string, std::int32_t>> vocabulary;
  std::vector<std::pair<std::string, std::string>> merges;

  Definition(std::string_view json, const std::filesystem::path& name) : file(name, nullptr) {
    constexpr std::array<std::string_view, 2> lists{"model.vocab", "model.merges"};
    try {
      file = JsonFile(name, base::parse_json(json, name.string(), lists, [&](base::JsonPart&& part) {
                        if (part.list == 0)
                          vocabulary.emplace_back(std::move(part.name), id_of(part));
                        else
                          merges.push_back(pair_of(part.value));
                      }));
    } catch (const base::JsonError& error) {
      throw CheckpointError(error.what());
    }
  }

 private:
  std::int32_t id_of(const base::JsonPart& part) const {
    if (const auto id = base::as<std::int32_t>(part.value)) return *id;
    file.fail("vocab", "has the wrong type: " + JsonFile::spelled(part.name) + ": " + JsonFile::spelled(part.value));
  }

  // Older files spell a merge "left right", newer ones ["left", "right"].
  std::pair<std::string, std::string> pair_of(Json& entry) const {
    if (entry.is_string()) {
      auto& text = entry.get_ref<std::string&>();
      const auto space = text.find(' ');
      if (space != std::string::npos) return {text.substr(0, space), text.substr(space + 1)};
    } else if (entry.is_array() && entry.size() == 2 && entry[0].is_string() && entry[1].is_string()) {
      return {std::move(entry[0].get_ref<std::string&>()), std::move(entry[1].get_ref<std::string&>())};
    }
    file.fail("merges", "has the entry " + JsonFile::spelled(entry) + ", whose parts are no two texts");
  }
};

/// The part of it that says how pieces become tokens. Throws where it is no BPE.
JsonFile model_of(const JsonFile& file) {
  JsonFile model(file.path(), file.require<Json>("model"));
  const auto refuse = [&](std::string_view key, const std::string& what) {
    model.fail(key, what + " is not supported; such models can be used through a server");
  };
  if (const auto type = model.get<std::string>("type", "BPE"); type != "BPE")
    refuse("type", "is \"" + type + "\": of kinds of models, all but BPE");
  for (const auto* key : {"continuing_subword_prefix", "end_of_word_suffix"})
    if (!model.get<std::string>(key, "").empty())
      refuse(key, "is " + JsonFile::spelled(model.root().at(key)) + ", which");
  if (model.get("dropout", 0.0) != 0.0) refuse("dropout", "leaves out merges at random, which");
  if (!model.has("vocab") || !model.root().at("vocab").is_object()) model.fail("vocab", "is missing, or no object");
  if (!model.has("merges") || !model.root().at("merges").is_array()) model.fail("merges", "is missing, or no list");
  return model;
}

// A table by id is as long as the largest id: one that lies far beyond the number of tokens is a mistake.
std::size_t size_of(const Definition& definition, const AddedTokens& added) {
  const std::size_t room = definition.vocabulary.size() + added.all().size() + 65'536;
  std::size_t size = 0;
  const auto reach = [&](std::int32_t id, const std::string& spelling) {
    if (id < 0 || static_cast<std::size_t>(id) >= room)
      definition.file.fail("vocab",
                           "gives " + JsonFile::spelled(spelling) + " the impossible id " + std::to_string(id));
    size = std::max(size, static_cast<std::size_t>(id) + 1);
  };
  for (const auto& [spelling, id] : definition.vocabulary) reach(id, spelling);
  for (const auto& token : added.all()) reach(token.id, token.text);
  return size;
}

TokenTable table_of(Definition& definition, const AddedTokens& added) {
  TokenTable table(size_of(definition, added));
  const auto add = [&](std::string spelling, std::int32_t id) {
    if (table.add(spelling, id)) return;
    const bool taken = table.has(id);
    definition.file.fail("vocab", "gives " + JsonFile::spelled(spelling) + " the id " + std::to_string(id) +
                                      (taken ? " of another token" : ", and another one elsewhere"));
  };
  for (auto& [spelling, id] : definition.vocabulary) add(std::move(spelling), id);
  for (const auto& token : added.all())
    if (table.find(token.text) != token.id) add(token.text, token.id);
  return table;
}

BytePairs::Rules rules_of(const Definition& definition, const TokenTable& table, const AddedTokens& added) {
  const JsonFile model = model_of(definition.file);
  BytePairs::Rules rules{.whole_first = model.get("ignore_merges", false),
                         .byte_fallback = model.get("byte_fallback", false),
                         .fuse_unknown = model.get("fuse_unk", false),
                         .barred = std::vector<bool>(table.size())};
  if (const auto text = model.get<std::string>("unk_token", ""); !text.empty()) {
    rules.unknown = table.find(text);
    if (rules.unknown < 0) model.fail("unk_token", "is " + JsonFile::spelled(text) + ", which `vocab` lacks");
  }
  rules.merges.reserve(definition.merges.size());
  std::string both;
  for (const auto& [left, right] : definition.merges) {
    both.assign(left).append(right);
    const BytePairs::Merge merge{table.find(left), table.find(right), table.find(both)};
    if (merge.left < 0 || merge.right < 0 || merge.product < 0)
      model.fail("merges", "has the entry " + JsonFile::spelled(Json{left, right}) +
                               ", whose parts are not all in the vocabulary");
    rules.merges.push_back(merge);
  }
  for (const auto& token : added.all())
    if (token.control()) rules.barred[static_cast<std::size_t>(token.id)] = true;
  return rules;
}

}  // namespace

struct Tokenizer::Tables {
  Tables(std::string given, const std::filesystem::path& name) : Tables(Definition(given, name)) {
    json = std::move(given);
  }

  explicit Tables(Definition definition)
      : normaliser(definition.file, definition.file.get<Json>("normalizer", nullptr)),
        pre_tokenizer(definition.file, definition.file.get<Json>("pre_tokenizer", nullptr)),
        decoder(definition.file, definition.file.get<Json>("decoder", nullptr)),
        added(definition.file, definition.file.get("added_tokens", std::vector<Json>()), normaliser),
        table(table_of(definition, added)),
        pairs(table, rules_of(definition, table, added)),
        special(table.size()) {
    ends.reserve(table.size());
    for (std::size_t id = 0; id < table.size(); ++id) {
      decoder.append_bytes(written(static_cast<std::int32_t>(id)), bytes);
      ends.push_back(bytes.size());
    }
    for (const auto& token : added.all()) special[static_cast<std::size_t>(token.id)] = token.special;
  }

  /// What is decoded: of an added token, that by which it was looked for.
  std::string_view written(std::int32_t token) const {
    const AddedToken* const found = added.find(token);
    return found != nullptr ? found->matched : table.spelling(token);
  }

  std::string_view bytes_of(std::int32_t token) const {
    const auto id = static_cast<std::size_t>(token);
    const std::size_t begin = id == 0 ? 0 : ends[id - 1];
    return std::string_view(bytes).substr(begin, ends[id] - begin);
  }

  /// Encodes what lies between added tokens that are found in the text as it is.
  void encode_between(MarkedText text, bool at_start, std::vector<std::int32_t>& out) const {
    normaliser.apply(text);
    added.cut_normalised(text, [&](const AddedToken* token, std::size_t begin, std::size_t end) {
      if (token != nullptr) return out.push_back(token->id);
      const auto part = std::string_view(text.text).substr(begin, end - begin);
      const Pieces pieces = pre_tokenizer.split(part, at_start && begin == 0);
      for (const auto& range : pieces.ranges) pairs.encode(pieces.piece(range), out);
    });
  }

  std::string json;  // of the file
  Normaliser normaliser;
  PreTokenizer pre_tokenizer;
  TokenDecoder decoder;
  AddedTokens added;
  TokenTable table;
  BytePairs pairs;
  std::string bytes;              // of all tokens, by id
  std::vector<std::size_t> ends;  // by id: where a token's bytes end
  std::vector<bool> special;      // by id
};

Tokenizer::Tokenizer(std::unique_ptr<Tables> tables) : tables_(std::move(tables)) {}
Tokenizer::~Tokenizer() = default;
Tokenizer::Tokenizer(Tokenizer&&) noexcept = default;
Tokenizer& Tokenizer::operator=(Tokenizer&&) noexcept = default;

Tokenizer Tokenizer::read(const std::filesystem::path& folder) {
  const auto path = folder / "tokenizer.json";
  return parse(read_text(path), path);
}

Tokenizer Tokenizer::parse(std::string json, const std::filesystem::path& name) {
  return Tokenizer(std::make_unique<Tables>(std::move(json), name));
}

std::vector<std::int32_t> Tokenizer::encode(std::string_view text, Specials specials) const {
  const Piece whole{std::string(text), specials};
  return encode(std::span(&whole, 1));
}

std::vector<std::int32_t> Tokenizer::encode(std::span<const Piece> pieces) const {
  MarkedText text;
  for (const auto& piece : pieces) text.append(base::to_utf8(piece.text), piece.specials == Specials::parse);
  std::vector<std::int32_t> out;
  tables_->added.cut_raw(text, [&](const AddedToken* token, std::size_t begin, std::size_t end) {
    if (token != nullptr) return out.push_back(token->id);
    MarkedText between;
    between.append(text, begin, end);
    tables_->encode_between(std::move(between), begin == 0, out);
  });
  return out;
}

std::string Tokenizer::decode(std::span<const std::int32_t> tokens, Specials specials) const {
  std::vector<TokenDecoder::Token> parts;
  parts.reserve(tokens.size());
  for (const std::int32_t token : tokens) {
    if (!tables_->table.has(token)) continue;
    if (specials == Specials::plain && tables_->special[static_cast<std::size_t>(token)]) continue;
    parts.push_back({tables_->written(token), tables_->bytes_of(token)});
  }
  return tables_->decoder.decode(parts);
}

std::string_view Tokenizer::bytes(std::int32_t token) const {
  if (!tables_->table.has(token) || tables_->special[static_cast<std::size_t>(token)]) return {};
  return tables_->bytes_of(token);
}

std::string_view Tokenizer::spelling(std::int32_t token) const {
  return tables_->table.has(token) ? tables_->table.spelling(token) : std::string_view();
}

std::optional<std::int32_t> Tokenizer::added(std::string_view text) const {
  const AddedToken* const found = tables_->added.find(text);
  return found == nullptr ? std::nullopt : std::optional(found->id);
}

const std::vector<AddedToken>& Tokenizer::added() const { return tables_->added.all(); }
int Tokenizer::size() const { return static_cast<int>(tables_->table.size()); }
void Tokenizer::save(const std::filesystem::path& folder) const {
  write_text(folder / "tokenizer.json", tables_->json);
}

}  // namespace espalier::models
