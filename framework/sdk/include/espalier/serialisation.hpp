#pragma once

#include <cstdint>
#include <espalier/base_model.hpp>
#include <espalier/export.hpp>
#include <espalier/value_model.hpp>
#include <string>
#include <string_view>
#include <vector>

namespace espalier {

/// The role in which a message of the state was said.
ESPALIER_API std::string role_of(const State& state, const Message& message);

/// The token that closes every message for models that judge them.
inline constexpr std::string_view kSeparator = "</step>";

/// How the messages of a state are laid out for a model that judges them.
struct Serialisation {
  enum class Layout {
    masprm,  ///< question, then the text of every message followed by the separator; nothing else (MASPRM, arXiv
             ///< 2510.24803)
    roles    ///< the same, each text preceded by a line that says who speaks: "\nsolver: "
  };
  enum class View {
    full,  ///< every message so far, whoever heard it: append-only
    local  ///< what the newest speaker heard, and what it said
  };
  Layout layout = Layout::masprm;
  View view = View::full;
  std::int32_t separator = 0;  ///< the id of kSeparator
  int question_tokens = 0;     ///< of the question, only so many at its end are kept; 0: all
};

/// A state as tokens. Part k is the k-th message that is shown: tokens begins[k] .. separators[k] - 1, its separator at
/// separators[k].
struct Serialised {
  std::vector<std::int32_t> tokens;
  std::vector<std::int32_t> begins;  ///< in the full view one per message, in the local view one
  std::vector<std::int32_t> separators;
};

/// Lays out a state with at least one message. In the full view the tokens of a state begin with those of its parent.
/// Pure, thread-safe.
ESPALIER_API Serialised serialise(const BaseModel& base_model, const State& state, const Serialisation& how);

}  // namespace espalier
