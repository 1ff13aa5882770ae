#include "models/tokenizer/tokenizer.hpp"

#include <algorithm>
#include <map>

#include "base/utf8.hpp"
#include "models/files/json_file.hpp"
#include "models/tokenizer/byte_pairs.hpp"
#include "models/tokenizer/normaliser.hpp"
#include "models/tokenizer/pre_tokenizer.hpp"
#include "models/tokenizer/utf8.hpp"

namespace espalier::models {
namespace {

using Json = JsonFile::Json;
using Ids = std::unordered_map<std::string, std::int32_t>;

// The merges of the file as ids; older files spell a merge "left right", newer ones ["left", "right"].
std::vector<BytePairs::Merge> read_merges(const JsonFile& model, const Ids& spelled) {
  std::vector<BytePairs::Merge> merges;
  for (const auto& entry : model.require<std::vector<Json>>("merges")) {
    std::string left, right;
    if (entry.is_string()) {
      const auto text = entry.get<std::string>();
      const auto space = text.find(' ');
      left = text.substr(0, space);
      right = space == std::string::npos ? "" : text.substr(space + 1);
    } else if (const auto parts = base::as<std::vector<std::string>>(entry); parts && parts->size() == 2) {
      left = (*parts)[0];
      right = (*parts)[1];
    }
    const auto a = spelled.find(left), b = spelled.find(right), both = spelled.find(left + right);
    if (a == spelled.end() || b == spelled.end() || both == spelled.end())
      model.fail("merges", "has the entry " + JsonFile::spelled(entry) + ", whose parts are not all in the vocabulary");
    merges.push_back({a->second, b->second, both->second});
  }
  return merges;
}

bool is_byte_level(const Json& description) {
  if (!description.is_object()) return false;
  const auto type = description.find("type");
  if (type != description.end() && *type == "ByteLevel") return true;
  for (const auto* key : {"pretokenizers", "decoders"})
    if (description.contains(key))
      return std::ranges::any_of(description.at(key), [](const Json& child) { return is_byte_level(child); });
  return false;
}

}  // namespace

struct Tokenizer::Tables {
  Tables(std::string given, const std::filesystem::path& name)
      : Tables(JsonFile(name, parse_json(given, name.string()))) {
    json = std::move(given);
  }

  explicit Tables(const JsonFile& file)
      : normaliser(file, file.get<Json>("normalizer", nullptr)),
        pre_tokenizer(file, file.get<Json>("pre_tokenizer", nullptr)) {
    if (!is_byte_level(file.get<Json>("pre_tokenizer", nullptr)) || !is_byte_level(file.get<Json>("decoder", nullptr)))
      file.fail("pre_tokenizer", "and `decoder` must be byte-level; other tokenizers are not supported");
    const JsonFile model(file.path(), file.require<Json>("model"));
    if (const auto type = model.get<std::string>("type", "BPE"); type != "BPE")
      file.fail("model", "is of type \"" + type + "\"; only BPE is supported");
    const auto vocabulary = model.require<Ids>("vocab");
    const auto listed = file.get("added_tokens", std::vector<Json>());
    make_room(file, vocabulary, listed);
    read_added(file);
    Ids by_bytes;
    for (const auto& [spelling, id] : vocabulary) {
      if (by_text.contains(spelling)) continue;
      std::string& held = take(file, id, spelling);
      if (spelled_bytes(spelling, held))
        by_bytes.emplace(held, id);
      else
        held = spelling;
    }
    pairs = std::make_unique<BytePairs>(std::move(by_bytes), read_merges(model, vocabulary),
                                        model.get("ignore_merges", false), unknown(model, vocabulary));
  }

  static BytePairs::Unknown unknown(const JsonFile& model, const Ids& vocabulary) {
    BytePairs::Unknown unknown{.fuse = model.get("fuse_unk", false)};
    const auto text = model.get<std::string>("unk_token", "");
    if (text.empty()) return unknown;
    const auto found = vocabulary.find(text);
    if (found == vocabulary.end()) model.fail("unk_token", "is " + JsonFile::spelled(text) + ", which `vocab` lacks");
    unknown.token = found->second;
    return unknown;
  }

  // A table by id is as long as the largest id: one that lies far beyond the number of tokens is a mistake.
  void make_room(const JsonFile& file, const Ids& vocabulary, const std::vector<Json>& listed) {
    const std::size_t room = vocabulary.size() + listed.size() + 65'536;
    std::size_t size = 0;
    const auto reach = [&](std::int32_t id, const std::string& spelling) {
      if (id < 0 || static_cast<std::size_t>(id) >= room)
        file.fail("vocab", "gives " + JsonFile::spelled(spelling) + " the impossible id " + std::to_string(id));
      size = std::max(size, static_cast<std::size_t>(id) + 1);
    };
    for (const auto& [spelling, id] : vocabulary) reach(id, spelling);
    for (const auto& entry : listed) {
      const JsonFile token(file.path(), entry);
      added.push_back(
          {token.require<std::int32_t>("id"), token.require<std::string>("content"), token.get("special", false)});
      for (const auto* flag : {"lstrip", "rstrip", "single_word"})
        if (token.get(flag, false)) token.fail(flag, "is true for " + added.back().text + ", which is not supported");
      if (added.back().text.empty()) token.fail("content", "is empty");
      reach(added.back().id, added.back().text);
    }
    bytes.resize(size);
    taken.resize(size);
  }

  // The place of a token's bytes, which no other token may have.
  std::string& take(const JsonFile& file, std::int32_t id, const std::string& spelling) {
    const auto place = static_cast<std::size_t>(id);
    if (taken[place])
      file.fail("vocab",
                "gives " + JsonFile::spelled(spelling) + " the id " + std::to_string(id) + " of another token");
    taken[place] = true;
    return bytes[place];
  }

  void read_added(const JsonFile& file) {
    std::ranges::sort(added, {}, &Added::id);
    for (std::size_t i = 0; i < added.size(); ++i) {
      const Added& token = added[i];
      if (!by_text.emplace(token.text, i).second)
        file.fail("added_tokens", "has " + JsonFile::spelled(token.text) + " twice");
      by_id.emplace(token.id, i);
      take(file, token.id, token.text) = token.special ? "" : token.text;
      by_first[static_cast<unsigned char>(token.text.front())].push_back(i);
    }
    for (auto& [first, list] : by_first)  // the longest spelling wins
      std::ranges::stable_sort(list, std::greater{}, [&](std::size_t i) { return added[i].text.size(); });
  }

  // The added token spelled at `at`, or null; special ones only where they end by `trusted_end`.
  const Added* added_at(std::string_view text, std::size_t at, std::size_t trusted_end) const {
    const auto found = by_first.find(static_cast<unsigned char>(text[at]));
    if (found == by_first.end()) return nullptr;
    for (const std::size_t i : found->second)
      if (text.substr(at).starts_with(added[i].text) && (!added[i].special || at + added[i].text.size() <= trusted_end))
        return &added[i];
    return nullptr;
  }

  void encode_plain(std::string_view text, std::vector<std::int32_t>& out) const {
    if (text.empty()) return;
    for (const auto& piece : pre_tokenizer.split(normaliser.apply(text))) pairs->encode(piece, out);
  }

  std::string json;  // of the file
  Normaliser normaliser;
  PreTokenizer pre_tokenizer;
  std::unique_ptr<BytePairs> pairs;
  std::vector<std::string> bytes;  // by id
  std::vector<bool> taken;         // ids
  std::vector<Added> added;        // by ascending id
  std::unordered_map<std::string, std::size_t> by_text;
  std::unordered_map<std::int32_t, std::size_t> by_id;
  std::map<unsigned char, std::vector<std::size_t>> by_first;
};

Tokenizer::Tokenizer(std::unique_ptr<Tables> tables) : tables_(std::move(tables)) {}
Tokenizer::~Tokenizer() = default;
Tokenizer::Tokenizer(Tokenizer&&) noexcept = default;
Tokenizer& Tokenizer::operator=(Tokenizer&&) noexcept = default;

Tokenizer Tokenizer::read(const std::filesystem::path& folder) {
  const auto path = folder / "tokenizer.json";
  return Tokenizer(std::make_unique<Tables>(read_text(path), path));
}

Tokenizer Tokenizer::parse(std::string json, const std::filesystem::path& name) {
  return Tokenizer(std::make_unique<Tables>(std::move(json), name));
}

std::vector<std::int32_t> Tokenizer::encode(std::string_view text, Specials specials) const {
  const Piece whole{std::string(text), specials};
  return encode(std::span(&whole, 1));
}

std::vector<std::int32_t> Tokenizer::encode(std::span<const Piece> pieces) const {
  std::string text;
  std::vector<std::pair<std::size_t, std::size_t>> trusted;  // ranges that may spell control tokens, ascending
  for (const auto& piece : pieces) {
    const std::size_t begin = text.size();
    text += base::to_utf8(piece.text);
    if (piece.specials == Specials::plain || begin == text.size()) continue;
    if (!trusted.empty() && trusted.back().second == begin)
      trusted.back().second = text.size();
    else
      trusted.emplace_back(begin, text.size());
  }
  std::vector<std::int32_t> out;
  std::size_t start = 0;
  auto range = trusted.begin();
  for (std::size_t at = 0; at < text.size();) {
    while (range != trusted.end() && range->second <= at) ++range;
    const std::size_t trusted_end = range != trusted.end() && range->first <= at ? range->second : 0;
    if (const Added* const token = tables_->added_at(text, at, trusted_end)) {
      tables_->encode_plain(std::string_view(text).substr(start, at - start), out);
      out.push_back(token->id);
      start = at += token->text.size();
    } else {
      ++at;
    }
  }
  tables_->encode_plain(std::string_view(text).substr(start), out);
  return out;
}

std::string Tokenizer::decode(std::span<const std::int32_t> tokens, Specials specials) const {
  std::string raw;
  for (const std::int32_t token : tokens) {
    const auto found = tables_->by_id.find(token);
    if (specials == Specials::parse && found != tables_->by_id.end())
      raw += tables_->added[found->second].text;
    else
      raw += bytes(token);
  }
  return base::to_utf8(std::move(raw));
}

std::string_view Tokenizer::bytes(std::int32_t token) const {
  if (token < 0 || token >= size()) return {};
  return tables_->bytes[static_cast<std::size_t>(token)];
}

std::optional<std::int32_t> Tokenizer::added(std::string_view text) const {
  const auto found = tables_->by_text.find(std::string(text));
  if (found == tables_->by_text.end()) return std::nullopt;
  return tables_->added[found->second].id;
}

const std::vector<Tokenizer::Added>& Tokenizer::added() const { return tables_->added; }
int Tokenizer::size() const { return static_cast<int>(tables_->bytes.size()); }
void Tokenizer::save(const std::filesystem::path& folder) const {
  write_text(folder / "tokenizer.json", tables_->json);
}

}  // namespace espalier::models
