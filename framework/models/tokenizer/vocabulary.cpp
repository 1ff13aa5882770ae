#include "models/tokenizer/vocabulary.hpp"

#include <algorithm>
#include <map>
#include <set>
#include <stdexcept>
#include <unordered_map>

#include "base/utf8.hpp"
#include "models/files/json_file.hpp"
#include "models/tokenizer/byte_alphabet.hpp"
#include "models/tokenizer/pre_tokenizer.hpp"

namespace espalier::models {
namespace {

using Json = base::OrderedJson;
using Pair = std::pair<int, int>;

// A word, or up to two digits counted from a number's right end, or punctuation, each with one leading space; else
// space.
constexpr const char* kPattern = R"( ?\p{L}+| ?\p{N}{1,2}(?=(?:\p{N}{2})*(?!\p{N}))| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+)";

Json split_json() {
  return {{"type", "Split"}, {"pattern", {{"Regex", kPattern}}}, {"behavior", "Isolated"}, {"invert", false}};
}

Json pre_tokenizer_json() {
  Json bytes = {{"type", "ByteLevel"}, {"add_prefix_space", false}, {"trim_offsets", true}, {"use_regex", false}};
  Json list = Json::array();
  list.push_back(split_json());
  list.push_back(std::move(bytes));
  return {{"type", "Sequence"}, {"pretokenizers", std::move(list)}};
}

std::map<std::string, std::int64_t> count_pieces(std::span<const std::string> texts) {
  const PreTokenizer pre_tokenizer(JsonFile("new vocabulary", JsonFile::Json::object()), split_json());
  std::map<std::string, std::int64_t> counts;
  for (const auto& text : texts) {
    const Pieces pieces = pre_tokenizer.split(base::to_utf8(text));
    for (const auto& range : pieces.ranges) ++counts[std::string(pieces.piece(range))];
  }
  return counts;
}

// Whole pieces by falling count. Numbers below 100 are in whatever the texts say, with and without a leading space.
std::vector<std::string> frequent_words(const std::map<std::string, std::int64_t>& counts, const VocabularySpec& spec,
                                        int room) {
  std::vector<std::pair<std::string, std::int64_t>> ranked;
  std::set<std::string> numbers;
  for (int number = 0; number < 100; ++number)
    for (const std::string space : {"", " "}) numbers.insert(space + std::to_string(number));
  for (const auto& [piece, count] : counts)
    if (piece.size() > 1 && count >= spec.least_count && !numbers.contains(piece)) ranked.emplace_back(piece, count);
  std::ranges::stable_sort(ranked, std::greater{}, [](const auto& entry) { return entry.second; });
  std::vector<std::string> words;
  for (const auto& number : numbers)
    if (number.size() > 1) words.push_back(number);
  for (const auto& [piece, count] : ranked) words.push_back(piece);
  if (static_cast<int>(words.size()) > room) words.resize(static_cast<std::size_t>(room));
  return words;
}

// The words of the corpus as id sequences, with the count of every adjacent pair and where it occurs, kept up to date.
class PairCounts {
 public:
  PairCounts(const std::map<std::string, std::int64_t>& pieces, int first_byte) {
    for (const auto& [piece, count] : pieces) {
      std::vector<int> ids;
      for (const char byte : piece) ids.push_back(first_byte + static_cast<unsigned char>(byte));
      words_.push_back({std::move(ids), count});
      add(words_.size() - 1, +1);
    }
  }

  // The most frequent pair, the smallest among equals; its count is 0 when none is left.
  std::pair<Pair, std::int64_t> best() const {
    return by_count_.empty() ? std::pair<Pair, std::int64_t>{}
                             : std::pair{by_count_.begin()->second, -by_count_.begin()->first};
  }

  void merge(Pair pair, int product) {
    const std::set<std::size_t> places = places_[pair];
    for (const std::size_t place : places) {
      add(place, -1);
      auto& ids = words_[place].first;
      std::vector<int> merged;
      for (std::size_t i = 0; i < ids.size(); ++i) {
        const bool hit = i + 1 < ids.size() && ids[i] == pair.first && ids[i + 1] == pair.second;
        merged.push_back(hit ? product : ids[i]);
        if (hit) ++i;
      }
      ids = std::move(merged);
      add(place, +1);
    }
  }

 private:
  void add(std::size_t place, int sign) {
    const auto& [ids, count] = words_[place];
    for (std::size_t i = 0; i + 1 < ids.size(); ++i) {
      const Pair pair{ids[i], ids[i + 1]};
      auto& total = counts_[pair];
      if (total > 0) by_count_.erase({-total, pair});
      total += sign * count;
      if (total > 0) by_count_.insert({-total, pair});
      if (sign > 0)
        places_[pair].insert(place);
      else
        places_[pair].erase(place);
    }
  }

  std::vector<std::pair<std::vector<int>, std::int64_t>> words_;
  std::map<Pair, std::int64_t> counts_;
  std::map<Pair, std::set<std::size_t>> places_;
  std::set<std::pair<std::int64_t, Pair>> by_count_;  // negated count: the first is the best
};

}  // namespace

Tokenizer learn_vocabulary(std::span<const std::string> texts, const VocabularySpec& spec) {
  const int first_byte = static_cast<int>(spec.specials.size());
  const int room = spec.size - first_byte - 256;
  if (room < 0)
    throw std::invalid_argument(
        "a byte-level vocabulary needs 256 tokens and one per special token, so its size must be at least " +
        std::to_string(first_byte + 256) + ", got " + std::to_string(spec.size));
  std::vector<std::string> spelled;  // by id
  Json added = Json::array();
  for (const auto& special : spec.specials) {
    added.push_back({{"id", static_cast<int>(spelled.size())},
                     {"content", special},
                     {"single_word", false},
                     {"lstrip", false},
                     {"rstrip", false},
                     {"normalized", false},
                     {"special", true}});
    spelled.push_back(special);
  }
  for (int byte = 0; byte < 256; ++byte) spelled.push_back(byte_alphabet()[static_cast<std::size_t>(byte)]);

  const auto counts = count_pieces(texts);
  Json merges = Json::array();
  if (spec.method == VocabularySpec::Method::words) {
    for (const auto& word : frequent_words(counts, spec, room)) append_spelling(word, spelled.emplace_back());
  } else {
    PairCounts pairs(counts, first_byte);
    while (static_cast<int>(spelled.size()) < spec.size) {
      const auto [pair, count] = pairs.best();
      if (count < spec.least_count || count == 0) break;
      const std::string left = spelled[static_cast<std::size_t>(pair.first)],
                        right = spelled[static_cast<std::size_t>(pair.second)];
      pairs.merge(pair, static_cast<int>(spelled.size()));
      merges.push_back({left, right});
      spelled.push_back(left + right);
    }
  }
  Json vocabulary = Json::object();
  for (std::size_t id = 0; id < spelled.size(); ++id) vocabulary[spelled[id]] = id;

  const Json byte_level = {
      {"type", "ByteLevel"}, {"add_prefix_space", false}, {"trim_offsets", true}, {"use_regex", false}};
  Json root;
  root["version"] = "1.0";
  root["truncation"] = nullptr;
  root["padding"] = nullptr;
  root["added_tokens"] = std::move(added);
  root["normalizer"] = nullptr;
  root["pre_tokenizer"] = pre_tokenizer_json();
  root["post_processor"] = nullptr;
  root["decoder"] = byte_level;
  root["model"] = {{"type", "BPE"},
                   {"dropout", nullptr},
                   {"unk_token", nullptr},
                   {"continuing_subword_prefix", nullptr},
                   {"end_of_word_suffix", nullptr},
                   {"fuse_unk", false},
                   {"byte_fallback", false},
                   {"ignore_merges", spec.method == VocabularySpec::Method::words},
                   {"vocab", std::move(vocabulary)},
                   {"merges", std::move(merges)}};
  return Tokenizer::parse(root.dump(2) + "\n", "new vocabulary");
}

}  // namespace espalier::models
