#include "models/tokenizer/normaliser.hpp"

#include <algorithm>
#include <unordered_map>
#include <vector>

#include "models/tokenizer/utf8.hpp"

// Canonical composition after Unicode Standard Annex 15: decompose fully, order combining marks by class, then compose
// each mark with its starter unless a mark of the same or a higher class stands between. Hangul syllables are
// arithmetic.

namespace espalier::models {
namespace {

struct Decomposition {
  char32_t code, first, second;
  bool composes;
};
struct ClassRange {
  char32_t first, last;
  int combining;
};
#include "models/tokenizer/normaliser_tables.inc"

constexpr char32_t kSyllables = 0xAC00, kLeads = 0x1100, kVowels = 0x1161, kTails = 0x11A7;
constexpr char32_t kLeadCount = 19, kVowelCount = 21, kTailCount = 28,
                   kSyllableCount = kLeadCount * kVowelCount * kTailCount;

int combining_class(char32_t code) {
  const auto* const found = std::ranges::upper_bound(kClasses, code, {}, &ClassRange::first);
  if (found == std::begin(kClasses)) return 0;
  const ClassRange& range = *std::prev(found);
  return code <= range.last ? range.combining : 0;
}

void decompose(char32_t code, std::u32string& out) {
  if (code - kSyllables < kSyllableCount) {
    const char32_t index = code - kSyllables;
    out += kLeads + index / (kVowelCount * kTailCount);
    out += kVowels + index % (kVowelCount * kTailCount) / kTailCount;
    if (index % kTailCount != 0) out += kTails + index % kTailCount;
    return;
  }
  const auto* const found = std::ranges::lower_bound(kDecompositions, code, {}, &Decomposition::code);
  if (found == std::end(kDecompositions) || found->code != code) {
    out += code;
    return;
  }
  decompose(found->first, out);
  if (found->second != 0) decompose(found->second, out);
}

// The one character that `first` and `second` compose to, or 0.
char32_t composed(char32_t first, char32_t second) {
  if (first - kLeads < kLeadCount && second - kVowels < kVowelCount)
    return kSyllables + ((first - kLeads) * kVowelCount + (second - kVowels)) * kTailCount;
  if (first - kSyllables < kSyllableCount && (first - kSyllables) % kTailCount == 0 && second > kTails &&
      second < kTails + kTailCount)
    return first + (second - kTails);
  static const std::unordered_map<std::uint64_t, char32_t> pairs = [] {
    std::unordered_map<std::uint64_t, char32_t> built;
    for (const auto& entry : kDecompositions)
      if (entry.composes) built.emplace((std::uint64_t{entry.first} << 32) | entry.second, entry.code);
    return built;
  }();
  const auto found = pairs.find((std::uint64_t{first} << 32) | second);
  return found == pairs.end() ? 0 : found->second;
}

std::u32string decoded(std::string_view text) {
  std::u32string codes;
  for (std::size_t at = 0; at < text.size();) {
    const auto lead = static_cast<unsigned char>(text[at]);
    const std::size_t length = lead < 0x80 ? 1 : lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4;
    char32_t code = length == 1 ? lead : lead & (0x7Fu >> length);
    for (std::size_t i = 1; i < length && at + i < text.size(); ++i)
      code = (code << 6) | (static_cast<unsigned char>(text[at + i]) & 0x3F);
    codes += code;
    at += length;
  }
  return codes;
}

// Moves combining marks into ascending order of class, keeping equal ones in place.
void order_marks(std::u32string& codes) {
  for (std::size_t at = 0; at < codes.size();) {
    std::size_t end = at;
    while (end < codes.size() && combining_class(codes[end]) != 0) ++end;
    std::stable_sort(codes.begin() + static_cast<std::ptrdiff_t>(at), codes.begin() + static_cast<std::ptrdiff_t>(end),
                     [](char32_t a, char32_t b) { return combining_class(a) < combining_class(b); });
    at = end + 1;
  }
}

std::u32string compose(const std::u32string& codes) {
  std::u32string out;
  std::ptrdiff_t starter = -1;
  int last_class = 0;
  for (const char32_t code : codes) {
    const int combining = combining_class(code);
    // Blocked when what was kept since the starter is another starter, or a mark of no lower class.
    const bool adjacent = starter == static_cast<std::ptrdiff_t>(out.size()) - 1;
    if (starter >= 0 && (adjacent || (last_class != 0 && last_class < combining))) {
      if (const char32_t both = composed(out[static_cast<std::size_t>(starter)], code)) {
        out[static_cast<std::size_t>(starter)] = both;
        continue;
      }
    }
    if (combining == 0) starter = static_cast<std::ptrdiff_t>(out.size());
    last_class = combining;
    out += code;
  }
  return out;
}

}  // namespace

Normaliser::Normaliser(const JsonFile& file, const JsonFile::Json& description) {
  if (description.is_null()) return;
  const JsonFile source(file.path(), description);
  const auto type = source.require<std::string>("type");
  if (type == "NFC") {
    compose_ = true;
  } else if (type == "Sequence") {
    for (const auto& child : source.require<std::vector<JsonFile::Json>>("normalizers"))
      compose_ |= Normaliser(file, child).compose_;
  } else {
    file.fail("normalizer", "is of type \"" + type + "\"; known are NFC and Sequence");
  }
}

std::string Normaliser::apply(std::string_view text) const {
  return compose_ ? canonical_composition(text) : std::string(text);
}

std::string canonical_composition(std::string_view text) {
  // Below U+0300 (lead byte 0xCC) every text is in this form already.
  if (std::ranges::all_of(text, [](char byte) { return static_cast<unsigned char>(byte) < 0xCC; }))
    return std::string(text);
  std::u32string codes;
  for (const char32_t code : decoded(text)) decompose(code, codes);
  order_marks(codes);
  std::string composed_text;
  for (const char32_t code : compose(codes)) append_utf8(composed_text, code);
  return composed_text;
}

}  // namespace espalier::models
