#pragma once

#include <espalier/language_model.hpp>
#include <string>
#include <string_view>

namespace espalier::engine {

/// Packs a completion for the call store:
///
///     byte format (1) | byte finish | prompt tokens | text length | text | token count | tokens | log-probabilities
///
/// Counts and tokens are LEB128 varints (tokens zigzagged), log-probabilities are little-endian float32. Throws
/// std::invalid_argument when there are not as many log-probabilities as tokens.
std::string encode_completion(const Completion& completion);

/// Unpacks it; throws std::invalid_argument when the bytes are not of this form.
Completion decode_completion(std::string_view bytes);

}  // namespace espalier::engine
