#include "models/tokenizer/pre_tokenizer.hpp"

#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>

#include <utility>

#include "models/tokenizer/utf8.hpp"

namespace espalier::models {
namespace {

using Json = JsonFile::Json;
using Range = std::pair<std::size_t, std::size_t>;  // begin, end

// The expression of GPT-2, which a ByteLevel step applies unless told not to.
constexpr const char* kByteLevelPattern =
    R"('s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+)";

// A compiled expression in UTF mode. Matching is thread-safe: the match data is local to the call.
class Regex {
 public:
  Regex(const std::string& pattern, const JsonFile& file) {
    int error = 0;
    PCRE2_SIZE offset = 0;
    code_ = pcre2_compile(reinterpret_cast<PCRE2_SPTR>(pattern.data()), pattern.size(), PCRE2_UTF | PCRE2_UCP, &error,
                          &offset, nullptr);
    if (code_ == nullptr) {
      PCRE2_UCHAR message[256];
      pcre2_get_error_message(error, message, sizeof message);
      file.fail("pre_tokenizer", "has the expression " + JsonFile::spelled(pattern) + ", which fails at character " +
                                     std::to_string(offset) + ": " + reinterpret_cast<const char*>(message));
    }
    pcre2_jit_compile(code_, PCRE2_JIT_COMPLETE);
  }
  ~Regex() { pcre2_code_free(code_); }
  Regex(const Regex&) = delete;
  Regex& operator=(const Regex&) = delete;

  // All non-overlapping, non-empty matches.
  std::vector<Range> matches(std::string_view text) const {
    std::vector<Range> found;
    pcre2_match_data* const data = pcre2_match_data_create_from_pattern(code_, nullptr);
    for (std::size_t at = 0; at < text.size();) {
      const auto* const subject = reinterpret_cast<PCRE2_SPTR>(text.data());
      int count = pcre2_match(code_, subject, text.size(), at, PCRE2_NO_UTF_CHECK, data, nullptr);
      if (count == PCRE2_ERROR_JIT_STACKLIMIT)
        count = pcre2_match(code_, subject, text.size(), at, PCRE2_NO_UTF_CHECK | PCRE2_NO_JIT, data, nullptr);
      if (count < 0) break;
      const PCRE2_SIZE* const bounds = pcre2_get_ovector_pointer(data);
      if (bounds[1] > bounds[0]) found.emplace_back(bounds[0], bounds[1]);
      at = bounds[1] > bounds[0] ? bounds[1] : next_character(text, bounds[1]);
    }
    pcre2_match_data_free(data);
    return found;
  }

 private:
  static std::size_t next_character(std::string_view text, std::size_t at) {
    ++at;
    while (at < text.size() && (static_cast<unsigned char>(text[at]) & 0xC0) == 0x80) ++at;
    return at;
  }
  pcre2_code* code_;
};

std::string escaped(const std::string& literal) {
  std::string pattern;
  for (const char c : literal) {
    if (static_cast<unsigned char>(c) < 0x80 && !isalnum(static_cast<unsigned char>(c))) pattern += '\\';
    pattern += c;
  }
  return pattern;
}

}  // namespace

// One pre-tokenizer of a sequence: an expression (or none), and what becomes of its matches.
class PreTokenizer::Step {
 public:
  enum class Behaviour { isolated, removed, merged_with_previous, merged_with_next, contiguous };

  std::unique_ptr<Regex> regex;
  Behaviour behaviour = Behaviour::isolated;
  bool invert = false;
  bool prefix_space = false;
  bool spells = false;  // the steps behind it see bytes spelled in the byte-level alphabet

  void apply(std::string_view piece, std::vector<std::string>& out) const {
    std::string prefixed;
    if (prefix_space && !piece.starts_with(' ')) {
      prefixed = " " + std::string(piece);
      piece = prefixed;
    }
    if (!regex) {
      out.emplace_back(piece);
      return;
    }
    // Cut into alternating gaps and matches, then glue as the behaviour says.
    std::vector<std::pair<Range, bool>> cuts;
    std::size_t at = 0;
    for (const auto& match : regex->matches(piece)) {
      if (match.first > at) cuts.push_back({{at, match.first}, invert});
      cuts.push_back({match, !invert});
      at = match.second;
    }
    if (at < piece.size()) cuts.push_back({{at, piece.size()}, invert});
    std::vector<Range> ranges;
    bool previous = false;
    for (std::size_t i = 0; i < cuts.size(); ++i) {
      const auto& [range, match] = cuts[i];
      const bool glue = i > 0 && ((behaviour == Behaviour::merged_with_previous && match && !previous) ||
                                  (behaviour == Behaviour::merged_with_next && !match && previous) ||
                                  (behaviour == Behaviour::contiguous && match == previous));
      if (glue)
        ranges.back().second = range.second;
      else if (!(behaviour == Behaviour::removed && match))
        ranges.push_back(range);
      previous = match;
    }
    for (const auto& range : ranges) out.emplace_back(piece.substr(range.first, range.second - range.first));
  }
};

PreTokenizer::PreTokenizer(const JsonFile& file, const Json& description) { append(file, description); }
PreTokenizer::~PreTokenizer() = default;
PreTokenizer::PreTokenizer(PreTokenizer&&) noexcept = default;
PreTokenizer& PreTokenizer::operator=(PreTokenizer&&) noexcept = default;

void PreTokenizer::append(const JsonFile& file, const Json& description) {
  if (description.is_null()) return;
  const JsonFile source(file.path(), description);
  const auto type = source.require<std::string>("type");
  if (type == "Sequence") {
    for (const auto& child : source.require<std::vector<Json>>("pretokenizers")) append(file, child);
    return;
  }
  auto step = std::make_unique<Step>();
  if (type == "ByteLevel") {
    step->prefix_space = source.get("add_prefix_space", true);
    step->spells = true;
    if (source.get("use_regex", true)) step->regex = std::make_unique<Regex>(kByteLevelPattern, file);
  } else if (type == "Split") {
    const JsonFile pattern(file.path(), source.require<Json>("pattern"));
    const std::string text =
        pattern.has("Regex") ? pattern.require<std::string>("Regex") : escaped(pattern.require<std::string>("String"));
    step->regex = std::make_unique<Regex>(text, file);
    step->invert = source.get("invert", false);
    const auto behaviour = source.require<std::string>("behavior");
    if (behaviour == "Isolated")
      step->behaviour = Step::Behaviour::isolated;
    else if (behaviour == "Removed")
      step->behaviour = Step::Behaviour::removed;
    else if (behaviour == "MergedWithPrevious")
      step->behaviour = Step::Behaviour::merged_with_previous;
    else if (behaviour == "MergedWithNext")
      step->behaviour = Step::Behaviour::merged_with_next;
    else if (behaviour == "Contiguous")
      step->behaviour = Step::Behaviour::contiguous;
    else
      file.fail("pre_tokenizer", "has a Split of unknown behavior \"" + behaviour + "\"");
  } else if (type == "Digits") {
    step->regex = std::make_unique<Regex>(source.get("individual_digits", false) ? R"(\p{N})" : R"(\p{N}+)", file);
  } else {
    file.fail("pre_tokenizer", "is of type \"" + type + "\"; known are ByteLevel, Digits, Sequence and Split");
  }
  steps_.push_back(std::move(step));
}

std::vector<std::string> PreTokenizer::split(std::string_view text) const {
  std::vector<std::string> pieces{std::string(text)};
  bool spelled = false;
  for (const auto& step : steps_) {
    std::vector<std::string> next;
    next.reserve(pieces.size() * 2);
    for (const auto& piece : pieces)
      if (!piece.empty()) step->apply(piece, next);
    pieces = std::move(next);
    if (step->spells && !spelled && step != steps_.back()) {
      for (auto& piece : pieces) piece = spell_bytes(piece);
      spelled = true;
    }
  }
  if (spelled)
    for (auto& piece : pieces) spelled_bytes(std::string(piece), piece);
  return pieces;
}

}  // namespace espalier::models
