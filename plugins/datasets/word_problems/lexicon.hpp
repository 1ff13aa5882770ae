#pragma once

#include <array>
#include <string_view>

/// The words stories are told with. In wordings {s} is the person, {o} the one compared with, {n} the amount, {t} the
/// thing and {u} another thing. Sentences name people, never "he" or "she", so that a clause can be understood, and
/// copied, alone.
namespace espalier::words {

inline constexpr std::array<std::string_view, 24> kNames = {
    "Ada", "Ben",  "Cleo", "Dan",  "Eve",  "Finn", "Gus",  "Hana", "Ivan", "Jill", "Kai",  "Lena",
    "Mia", "Noah", "Olga", "Paul", "Rosa", "Sam",  "Tess", "Uma",  "Vera", "Wim",  "Yara", "Zoe"};

inline constexpr std::array<std::string_view, 24> kThings = {
    "apples", "beads",   "books", "buttons", "cards",   "coins",    "cookies", "eggs",
    "figs",   "flowers", "keys",  "lemons",  "marbles", "nuts",     "pears",   "pencils",
    "pins",   "plums",   "rings", "shells",  "stamps",  "stickers", "stones",  "toys"};

inline constexpr std::array<std::string_view, 5> kLeads = {"", "Then ", "Later ", "After that ", "The next day "};

inline constexpr std::array<std::string_view, 4> kStarts = {"{s} has {n} {t}", "{s} owns {n} {t}",
                                                            "{s} starts with {n} {t}", "{s} collects {n} {t}"};
inline constexpr std::array<std::string_view, 5> kGains = {"{s} finds {n} more", "{s} buys {n} more {t}",
                                                           "{s} gets {n} more", "{s} wins {n} {t}",
                                                           "{s} picks up {n} more {t}"};
inline constexpr std::array<std::string_view, 5> kLosses = {
    "{s} loses {n}", "{s} gives away {n} {t}", "{s} drops {n} of them", "{s} sells {n} {t}", "{s} breaks {n}"};
inline constexpr std::array<std::string_view, 2> kShares = {
    "{s} sorts them into {n} equal bags and keeps one bag",
    "{s} shares them equally among {n} friends, one of them {s}"};
inline constexpr std::array<std::string_view, 2> kMore = {"{s} has {n} more {t} than {o}",
                                                          "{s} owns {n} more than {o}"};
inline constexpr std::array<std::string_view, 2> kFewer = {"{s} has {n} fewer {t} than {o}",
                                                           "{s} owns {n} fewer than {o}"};
inline constexpr std::array<std::string_view, 2> kTimes = {"{s} has {n} times as many {t} as {o}",
                                                           "{s} owns {n} times as many as {o}"};
inline constexpr std::array<std::string_view, 2> kHalves = {"{s} has half as many {t} as {o}",
                                                            "{s} owns half as many as {o}"};
inline constexpr std::array<std::string_view, 2> kThirds = {"{s} has a third as many {t} as {o}",
                                                            "{s} owns a third as many as {o}"};
inline constexpr std::array<std::string_view, 4> kAsides = {"{s} has {n} {u}", "{s} is {n} years old",
                                                            "{s} walks {n} miles a day", "{s} keeps {n} {u} in a box"};

inline constexpr std::array<std::string_view, 4> kQuestions = {
    "How many {t} does {s} have now?", "How many {t} does {s} have in the end?", "How many {t} does {s} own?",
    "What is the number of {t} that {s} has?"};
inline constexpr std::array<std::string_view, 2> kSums = {"How many {t} do {o} and {s} have together?",
                                                          "How many {t} do {o} and {s} own in all?"};

}  // namespace espalier::words
