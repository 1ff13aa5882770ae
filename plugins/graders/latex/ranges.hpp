#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "tokens.hpp"

namespace espalier::latex {

/// A part of an answer.
using Tokens = std::span<const Token>;

/// Most parts of a list, a tuple or a matrix.
constexpr std::size_t kMostParts = 200;

/// Finds the places of the tokens outside of all brackets of a range that satisfy a test; brackets themselves stand
/// outside. Throws Unreadable when brackets do not match or are nested too deeply.
std::vector<std::size_t> at_top_level(Tokens tokens, bool (*test)(const Token&));

/// The ranges between separators, empty ones left out. Throws Unreadable when they are more than kMostParts.
std::vector<Tokens> split(Tokens tokens, const std::vector<std::size_t>& separators);

/// Whether the first token of a range is a bracket that the last one closes. Throws as at_top_level does.
bool enclosed(Tokens tokens);

}  // namespace espalier::latex
