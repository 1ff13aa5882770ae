#include "words.hpp"

#include <algorithm>
#include <array>
#include <string>
#include <utility>

namespace espalier::latex {
namespace {

constexpr auto kShortWords = std::to_array<std::string_view>(
    {"a.m", "all", "and", "any", "are", "big", "day", "do",  "for", "her", "him", "his", "if",  "is",
     "its", "no",  "not", "now", "odd", "of",  "off", "old", "on",  "one", "or",  "our", "out", "per",
     "red", "six", "ten", "the", "to",  "too", "two", "up",  "was", "we",  "yes", "you"});

using Pair = std::pair<std::string_view, std::string_view>;

constexpr auto kUnits = std::to_array<Pair>({{"celsius", "celsius"},
                                             {"cent", "cent"},
                                             {"centimeter", "cm"},
                                             {"centimeters", "cm"},
                                             {"centimetre", "cm"},
                                             {"centimetres", "cm"},
                                             {"cents", "cent"},
                                             {"cm", "cm"},
                                             {"cubic", "cubic"},
                                             {"day", "day"},
                                             {"days", "day"},
                                             {"deg", "degree"},
                                             {"degree", "degree"},
                                             {"degrees", "degree"},
                                             {"dm", "dm"},
                                             {"dollar", "dollar"},
                                             {"dollars", "dollar"},
                                             {"feet", "ft"},
                                             {"foot", "ft"},
                                             {"ft", "ft"},
                                             {"g", "g"},
                                             {"gallon", "gallon"},
                                             {"gallons", "gallon"},
                                             {"gram", "g"},
                                             {"grams", "g"},
                                             {"hour", "h"},
                                             {"hours", "h"},
                                             {"hr", "h"},
                                             {"hrs", "h"},
                                             {"inch", "in"},
                                             {"inches", "in"},
                                             {"kg", "kg"},
                                             {"kilogram", "kg"},
                                             {"kilograms", "kg"},
                                             {"kilometer", "km"},
                                             {"kilometers", "km"},
                                             {"kilometre", "km"},
                                             {"kilometres", "km"},
                                             {"km", "km"},
                                             {"kmh", "km/h"},
                                             {"kph", "km/h"},
                                             {"lb", "lb"},
                                             {"lbs", "lb"},
                                             {"liter", "l"},
                                             {"liters", "l"},
                                             {"litre", "l"},
                                             {"litres", "l"},
                                             {"m", "m"},
                                             {"meter", "m"},
                                             {"meters", "m"},
                                             {"metre", "m"},
                                             {"metres", "m"},
                                             {"mg", "mg"},
                                             {"mi", "mile"},
                                             {"mile", "mile"},
                                             {"miles", "mile"},
                                             {"milliliter", "ml"},
                                             {"milliliters", "ml"},
                                             {"millimeter", "mm"},
                                             {"millimeters", "mm"},
                                             {"min", "min"},
                                             {"mins", "min"},
                                             {"minute", "min"},
                                             {"minutes", "min"},
                                             {"ml", "ml"},
                                             {"mm", "mm"},
                                             {"month", "month"},
                                             {"months", "month"},
                                             {"mph", "mile/h"},
                                             {"ounce", "oz"},
                                             {"ounces", "oz"},
                                             {"oz", "oz"},
                                             {"pound", "lb"},
                                             {"pounds", "lb"},
                                             {"rad", "rad"},
                                             {"radian", "rad"},
                                             {"radians", "rad"},
                                             {"s", "s"},
                                             {"sec", "s"},
                                             {"second", "s"},
                                             {"seconds", "s"},
                                             {"sq", "square"},
                                             {"square", "square"},
                                             {"squared", "squared"},
                                             {"ton", "ton"},
                                             {"tons", "ton"},
                                             {"unit", "unit"},
                                             {"units", "unit"},
                                             {"week", "week"},
                                             {"weeks", "week"},
                                             {"yard", "yd"},
                                             {"yards", "yd"},
                                             {"yd", "yd"},
                                             {"yds", "yd"},
                                             {"year", "year"},
                                             {"years", "year"},
                                             {"yen", "yen"},
                                             {"yr", "year"},
                                             {"yrs", "year"}});

/// Months, and halves of a day; without full stops.
constexpr auto kTimes = std::to_array<std::string_view>(
    {"ad",       "am",       "apr", "april",    "aug", "august",  "bc",  "bce",  "ce",        "dec",   "december",
     "feb",      "february", "jan", "january",  "jul", "july",    "jun", "june", "mar",       "march", "may",
     "midnight", "noon",     "nov", "november", "oct", "october", "pm",  "sep",  "september", "sept"});

static_assert(std::ranges::is_sorted(kShortWords) && std::ranges::is_sorted(kUnits));

}  // namespace

bool is_word(std::string_view run) {
  if (run.size() >= 4) return true;
  const auto small = [](char c) { return c >= 'a' && c <= 'z'; };
  if (!small(run[0]) && std::all_of(run.begin() + 1, run.end(), small)) return true;
  return std::ranges::binary_search(kShortWords, run) || unit_name(run).has_value();
}

std::optional<std::string_view> unit_name(std::string_view word) {
  const auto found = std::lower_bound(kUnits.begin(), kUnits.end(), Pair{word, {}});
  if (found == kUnits.end() || found->first != word) return std::nullopt;
  return found->second;
}

bool tells_time(std::string_view word) {
  std::string letters(word);
  std::erase(letters, '.');
  return std::find(kTimes.begin(), kTimes.end(), letters) != kTimes.end();
}

}  // namespace espalier::latex
