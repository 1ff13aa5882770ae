#include "vocabulary.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <utility>

namespace espalier::latex {
namespace {

template <std::size_t N>
bool contains(const std::array<std::string_view, N>& sorted, std::string_view name) {
  return std::binary_search(sorted.begin(), sorted.end(), name);
}

using Pair = std::pair<std::string_view, std::string_view>;

/// What a sorted table says about a name.
template <std::size_t N>
std::optional<std::string_view> looked_up(const std::array<Pair, N>& sorted, std::string_view name) {
  const auto found = std::lower_bound(sorted.begin(), sorted.end(), Pair{name, {}});
  if (found == sorted.end() || found->first != name) return std::nullopt;
  return found->second;
}

constexpr auto kFunctions = std::to_array<std::string_view>(
    {"abs",  "arccos", "arccot", "arccsc", "arcsec", "arcsin", "arctan", "ceil", "cos", "cosh", "cot",
     "coth", "csc",    "exp",    "floor",  "ln",     "sec",    "sin",    "sinh", "tan", "tanh", "|"});

constexpr auto kPlainNames = std::to_array<Pair>(
    {{"abs", "abs"},       {"acos", "arccos"},   {"alpha", "alpha"}, {"arccos", "arccos"},  {"arccot", "arccot"},
     {"arcsin", "arcsin"}, {"arctan", "arctan"}, {"asin", "arcsin"}, {"atan", "arctan"},    {"beta", "beta"},
     {"cos", "cos"},       {"cosh", "cosh"},     {"cot", "cot"},     {"csc", "csc"},        {"cup", "cup"},
     {"exp", "exp"},       {"gamma", "gamma"},   {"inf", "infty"},   {"infinity", "infty"}, {"lambda", "lambda"},
     {"ln", "ln"},         {"log", "log"},       {"oo", "infty"},    {"phi", "phi"},        {"pi", "pi"},
     {"sec", "sec"},       {"sin", "sin"},       {"sinh", "sinh"},   {"sqrt", "sqrt"},      {"tan", "tan"},
     {"tanh", "tanh"},     {"theta", "theta"},   {"union", "cup"}});

constexpr auto kSynonyms = std::to_array<Pair>({{"ast", "cdot"},
                                                {"bar", "overline"},
                                                {"bmod", "mod"},
                                                {"bullet", "cdot"},
                                                {"cfrac", "frac"},
                                                {"dbinom", "binom"},
                                                {"degree", "circ"},
                                                {"dfrac", "frac"},
                                                {"dots", "ldots"},
                                                {"geq", "ge"},
                                                {"geqslant", "ge"},
                                                {"gt", ">"},
                                                {"lbrace", "{"},
                                                {"lbrack", "["},
                                                {"leq", "le"},
                                                {"leqslant", "le"},
                                                {"lt", "<"},
                                                {"lvert", "|"},
                                                {"mid", "|"},
                                                {"neq", "ne"},
                                                {"nicefrac", "frac"},
                                                {"rbrace", "}"},
                                                {"rbrack", "]"},
                                                {"rvert", "|"},
                                                {"surd", "sqrt"},
                                                {"tbinom", "binom"},
                                                {"textdegree", "circ"},
                                                {"tfrac", "frac"},
                                                {"varnothing", "emptyset"},
                                                {"vert", "|"},
                                                {"xfrac", "frac"}});

constexpr auto kSizing = std::to_array<std::string_view>(
    {"Big",    "Bigg",   "Biggl",    "Biggr",   "Bigl",  "Bigr",         "big",         "bigg",     "biggl",
     "biggr",  "bigl",   "bigr",     "boxed",   "color", "displaystyle", "fbox",        "large",    "left",
     "limits", "middle", "nolimits", "phantom", "right", "rm",           "scriptstyle", "textstyle"});

constexpr auto kSpacing =
    std::to_array<std::string_view>({"enspace", "hfill", "hspace", "newline", "qquad", "quad", "space", "thinspace"});

constexpr auto kTextCommands =
    std::to_array<std::string_view>({"emph", "hbox", "mathit", "mathrm", "mathsf", "mathtt", "mbox", "operatorname",
                                     "text", "textbf", "textit", "textnormal", "textrm", "textsf", "texttt"});

constexpr auto kDecorations = std::to_array<std::string_view>({"angle", "boldsymbol", "hat", "mathbb", "mathbf",
                                                               "mathcal", "overline", "overrightarrow", "pmb", "tilde",
                                                               "triangle", "underline", "vec", "widehat", "widetilde"});

constexpr auto kUnicode = std::to_array<Pair>({{"\u2212", "-"},
                                               {"\u2013", "-"},
                                               {"\u2014", "-"},
                                               {"\u00d7", "\\times "},
                                               {"\u00b7", "\\cdot "},
                                               {"\u22c5", "\\cdot "},
                                               {"\u00f7", "/"},
                                               {"\u2044", "/"},
                                               {"\u2215", "/"},
                                               {"\u221a", "\\sqrt "},
                                               {"\u221b", "\\sqrt[3] "},
                                               {"\u03c0", "\\pi "},
                                               {"\u221e", "\\infty "},
                                               {"\u2264", "\\le "},
                                               {"\u2265", "\\ge "},
                                               {"\u2260", "\\ne "},
                                               {"\u2248", "\\approx "},
                                               {"\u222a", "\\cup "},
                                               {"\u2229", "\\cap "},
                                               {"\u2208", "\\in "},
                                               {"\u00b0", "^\\circ "},
                                               {"\u2218", "\\circ "},
                                               {"\u00b1", "\\pm "},
                                               {"\u2213", "\\mp "},
                                               {"\u03b1", "\\alpha "},
                                               {"\u03b2", "\\beta "},
                                               {"\u03b3", "\\gamma "},
                                               {"\u03b8", "\\theta "},
                                               {"\u03bb", "\\lambda "},
                                               {"\u03c6", "\\phi "},
                                               {"\u00b2", "^{2}"},
                                               {"\u00b3", "^{3}"},
                                               {"\u00b9", "^{1}"},
                                               {"\u2070", "^{0}"},
                                               {"\u2074", "^{4}"},
                                               {"\u2075", "^{5}"},
                                               {"\u2076", "^{6}"},
                                               {"\u2077", "^{7}"},
                                               {"\u2078", "^{8}"},
                                               {"\u2079", "^{9}"},
                                               {"\u2080", "_{0}"},
                                               {"\u2081", "_{1}"},
                                               {"\u2082", "_{2}"},
                                               {"\u2083", "_{3}"},
                                               {"\u2084", "_{4}"},
                                               {"\u2085", "_{5}"},
                                               {"\u2086", "_{6}"},
                                               {"\u2087", "_{7}"},
                                               {"\u2088", "_{8}"},
                                               {"\u2089", "_{9}"},
                                               {"\u00bd", "\\frac{1}{2}"},
                                               {"\u00bc", "\\frac{1}{4}"},
                                               {"\u00be", "\\frac{3}{4}"},
                                               {"\u2153", "\\frac{1}{3}"},
                                               {"\u2154", "\\frac{2}{3}"},
                                               {"\u2211", "\\sum "},
                                               {"\u211d", "\\mathbb{R}"},
                                               {"\u2205", "\\emptyset "},
                                               {"\u2220", ""},
                                               {"\u20ac", "\\euro "},
                                               {"\u00a3", "\\pounds "},
                                               {"\u00a5", "\\yen "}});

static_assert(std::ranges::is_sorted(kFunctions) && std::ranges::is_sorted(kPlainNames) &&
              std::ranges::is_sorted(kSynonyms) && std::ranges::is_sorted(kSizing) &&
              std::ranges::is_sorted(kSpacing) && std::ranges::is_sorted(kTextCommands) &&
              std::ranges::is_sorted(kDecorations));

}  // namespace

std::optional<std::string_view> plain_name(std::string_view run) { return looked_up(kPlainNames, run); }

std::string_view standard_name(std::string_view command) { return looked_up(kSynonyms, command).value_or(command); }

bool is_sizing(std::string_view command) { return contains(kSizing, command); }
bool is_spacing(std::string_view command) { return contains(kSpacing, command); }
bool is_text_command(std::string_view command) { return contains(kTextCommands, command); }
bool is_function(std::string_view command) { return contains(kFunctions, command); }

bool is_decoration(std::string_view command) { return contains(kDecorations, command); }

std::optional<UnicodeSign> unicode_sign(std::string_view text) {
  for (const auto& [sign, latex] : kUnicode) {
    if (text.starts_with(sign)) return UnicodeSign{sign.size(), latex};
  }
  return std::nullopt;
}

}  // namespace espalier::latex
