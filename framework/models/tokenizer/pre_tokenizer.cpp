#include "models/tokenizer/pre_tokenizer.hpp"

#include <array>
#include <utility>

#include "models/tokenizer/byte_alphabet.hpp"
#include "models/tokenizer/expression.hpp"

namespace espalier::models {
namespace {

using base::Regex;
using Json = JsonFile::Json;

// The expression of GPT-2, which a ByteLevel step applies unless told not to.
constexpr const char* kByteLevelPattern =
    R"('s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+)";

/// What becomes of the matches of an expression.
enum class Behaviour { isolated, removed, merged_with_previous, merged_with_next, contiguous };
constexpr std::array<std::pair<std::string_view, Behaviour>, 5> kBehaviours{{
    {"Isolated", Behaviour::isolated},
    {"Removed", Behaviour::removed},
    {"MergedWithPrevious", Behaviour::merged_with_previous},
    {"MergedWithNext", Behaviour::merged_with_next},
    {"Contiguous", Behaviour::contiguous},
}};

/// Cuts pieces at the matches of an expression; inverted, at what lies between them.
struct Split {
  Regex pattern;
  Behaviour behaviour = Behaviour::isolated;
  bool invert = false;

  void operator()(Pieces& pieces) const {
    std::vector<Regex::Range> matches, cut;
    for (const auto& range : pieces.ranges) {
      pattern.find_all(pieces.piece(range), matches);
      // Gaps and matches by turns, glued together as the behaviour says.
      bool begun = false;
      bool previous = false;
      const auto put = [&](std::size_t begin, std::size_t end, bool match) {
        const bool glue = begun && ((behaviour == Behaviour::merged_with_previous && match && !previous) ||
                                    (behaviour == Behaviour::merged_with_next && !match && previous) ||
                                    (behaviour == Behaviour::contiguous && match == previous));
        if (glue)
          cut.back().second = range.first + end;
        else if (behaviour != Behaviour::removed || !match)
          cut.emplace_back(range.first + begin, range.first + end);
        begun = true;
        previous = match;
      };
      std::size_t at = 0;
      for (const auto& [begin, end] : matches) {
        if (begin > at) put(at, begin, invert);
        put(begin, end, !invert);
        at = end;
      }
      if (range.first + at < range.second) put(at, range.second - range.first, invert);
    }
    std::erase_if(cut, [](const Regex::Range& range) { return range.first == range.second; });
    pieces.at_start = pieces.at_start && !cut.empty() && cut.front().first == pieces.ranges.front().first;
    pieces.ranges = std::move(cut);
  }
};

/// Writes every piece anew: `write` appends it to the text it is given.
template <class Write>
void rewrite(Pieces& pieces, Write write) {
  std::string text;
  text.reserve(pieces.text.size() + pieces.text.size() / 2);
  for (auto& range : pieces.ranges) {
    const std::size_t begin = text.size();
    write(pieces.piece(range), pieces.at_start && &range == pieces.ranges.data(), text);
    range = {begin, text.size()};
  }
  pieces.text = std::move(text);
}

void prefix_space(Pieces& pieces) {
  rewrite(pieces, [](std::string_view piece, bool, std::string& out) {
    if (!piece.starts_with(' ')) out += ' ';
    out += piece;
  });
}

void spell(Pieces& pieces) {
  rewrite(pieces, [](std::string_view piece, bool, std::string& out) { append_spelling(piece, out); });
}

/// Writes spaces as a visible character, as SentencePiece does, with one before the text.
struct Metaspace {
  enum class Prepend { always, first, never };
  std::string replacement;
  Prepend prepend;

  Metaspace(const JsonFile& file, const JsonFile& source) : replacement(source.require<std::string>("replacement")) {
    const auto scheme = source.get<std::string>("prepend_scheme", "always");
    if (scheme != "always" && scheme != "first" && scheme != "never")
      file.fail("pre_tokenizer", "has a Metaspace of unknown prepend_scheme \"" + scheme + "\"");
    prepend = scheme == "always" ? Prepend::always : scheme == "first" ? Prepend::first : Prepend::never;
    if (source.get("add_prefix_space", true) || prepend == Prepend::never) return;
    if (source.has("prepend_scheme"))
      file.fail("pre_tokenizer",
                "has a Metaspace whose add_prefix_space says that nothing is prepended, and whose "
                "prepend_scheme \"" +
                    scheme + "\" says that something is");
    prepend = Prepend::never;
  }

  void operator()(Pieces& pieces) const {
    rewrite(pieces, [&](std::string_view piece, bool at_start, std::string& out) {
      const bool wanted = prepend == Prepend::always || (prepend == Prepend::first && at_start);
      if (wanted && !piece.starts_with(' ') && !piece.starts_with(replacement)) out += replacement;
      for (const char byte : piece) {
        if (byte == ' ')
          out += replacement;
        else
          out += byte;
      }
    });
  }
};

Behaviour read_behaviour(const JsonFile& file, const std::string& name) {
  for (const auto& [known, behaviour] : kBehaviours)
    if (name == known) return behaviour;
  file.fail("pre_tokenizer", "has a step of unknown behavior \"" + name + "\"");
}

}  // namespace

PreTokenizer::PreTokenizer(const JsonFile& file, const Json& description) { append(file, description); }

void PreTokenizer::append(const JsonFile& file, const Json& description) {
  if (description.is_null()) return;
  const JsonFile source(file.path(), description);
  const auto type = source.require<std::string>("type");
  const auto split = [&](std::string_view pattern, Behaviour behaviour, bool invert = false) {
    steps_.emplace_back(Split{published_expression(file, "pre_tokenizer", pattern), behaviour, invert});
  };
  if (type == "Sequence") {
    for (const auto& child : source.require<std::vector<Json>>("pretokenizers")) append(file, child);
  } else if (type == "ByteLevel") {
    if (source.get("add_prefix_space", true)) steps_.emplace_back(prefix_space);
    if (source.get("use_regex", true)) split(kByteLevelPattern, Behaviour::isolated);
    steps_.emplace_back(spell);
  } else if (type == "Split") {
    steps_.emplace_back(Split{read_pattern(source, "pre_tokenizer"),
                              read_behaviour(file, source.require<std::string>("behavior")),
                              source.get("invert", false)});
  } else if (type == "Digits") {
    split(source.get("individual_digits", false) ? R"(\p{N})" : R"(\p{N}+)", Behaviour::isolated);
  } else if (type == "Metaspace") {
    const Metaspace metaspace(file, source);
    steps_.emplace_back(metaspace);
    if (source.get("split", true))
      steps_.emplace_back(Split{literal_expression(metaspace.replacement), Behaviour::merged_with_next});
  } else if (type == "Punctuation") {
    split(R"([!-/:-@\[-`{-~\p{P}])", read_behaviour(file, source.get<std::string>("behavior", "Isolated")));
  } else if (type == "Whitespace") {
    split(R"(\w+|[^\w\s]+)", Behaviour::removed, true);
  } else if (type == "WhitespaceSplit") {
    split(R"(\s)", Behaviour::removed);
  } else if (type == "CharDelimiterSplit") {
    steps_.emplace_back(Split{literal_expression(source.require<std::string>("delimiter")), Behaviour::removed});
  } else {
    file.fail("pre_tokenizer",
              "is of type \"" + type +
                  "\"; known are ByteLevel, CharDelimiterSplit, Digits, Metaspace, Punctuation, Sequence, Split, "
                  "Whitespace and WhitespaceSplit. Models with another one can be used through a server");
  }
}

Pieces PreTokenizer::split(std::string_view text, bool at_start) const {
  Pieces pieces{std::string(text), {}, at_start};
  if (!text.empty()) pieces.ranges.emplace_back(0, text.size());
  for (const auto& step : steps_)
    if (!pieces.ranges.empty()) step(pieces);
  return pieces;
}

}  // namespace espalier::models
