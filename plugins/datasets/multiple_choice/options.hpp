#pragma once

#include <cstddef>
#include <espalier/random.hpp>
#include <string>
#include <string_view>
#include <vector>

namespace espalier::choices {

/// Options beyond the letters of the alphabet cannot be named.
inline constexpr std::size_t kMostOptions = 26;

/// The options of one problem and which of them is right.
struct Options {
  std::vector<std::string> texts;
  std::size_t right = 0;
};

/// 'A' for option 0.
char letter_of(std::size_t index);

/// Takes "A)", "(A)", "A." or "A:" off the options where every one of them begins with its own letter.
void drop_letters(std::vector<std::string>& texts);

/// The index meant by "C", "c", "(C)" or "C)". Throws std::invalid_argument when it is none of `count` options.
std::size_t index_of_letter(std::string_view text, std::size_t count);
/// The index meant by "2", counted from 0. Throws like index_of_letter.
std::size_t index_of_number(std::string_view text, std::size_t count);

/// Whether some option says where or under which letter others stand ("all of the above", "both A and C"): in another
/// order it would say something else.
bool refer_to_each_other(const std::vector<std::string>& texts);

/// Puts options in an order drawn from `key`; the right one stays the right one. Returns the letters that the options
/// had before, in their new order: "CABD".
std::string shuffle(Options& options, Key key);

/// The options as a reader sees them: "A) ...", one per line.
std::string listing(const std::vector<std::string>& texts);

}  // namespace espalier::choices
