#pragma once

#include <string>
#include <variant>
#include <vector>

#include "base/json_value.hpp"

namespace espalier::models {

class JsonFile;
struct Family;

/// Positions divided by `factor` ("linear").
struct LinearScaling {
  double factor = 1;
};

/// The frequency scaling of Llama 3.1 and later ("llama3").
struct Llama3Scaling {
  double factor = 1;
  double low_frequency_factor = 1;
  double high_frequency_factor = 4;
  double original_context = 8192;  ///< positions
};

/// YaRN ("yarn"; Peng et al. 2023): fast rotations stay as they are, slow ones are divided by `factor`, and those that
/// turn between `slow_turns` and `fast_turns` times over the original context are a mix of both.
struct YarnScaling {
  double factor = 1;
  double original_context = 4096;          ///< positions
  double fast_turns = 32, slow_turns = 1;  ///< beta_fast and beta_slow
  bool truncate = true;                    ///< whether the mix begins and ends at whole dimensions
  double attention_factor = 1;             ///< of cosines and sines
};

/// LongRoPE ("longrope"; Ding et al. 2024): every frequency is divided by a factor of its own. There is one list of
/// them within the original context and another beyond, with which all that came before would have to be read again:
/// here the first is used, and the original context is all there is.
struct LongRopeScaling {
  std::vector<double> short_factors, long_factors;  ///< by frequency
  double original_context = 4096;                   ///< positions
  double attention_factor = 1;                      ///< of cosines and sines
};

/// Rotary position embedding: how fast dimensions of queries and keys turn with the position.
struct Rope {
  double theta = 10000;  ///< rope_theta
  double share = 1;      ///< partial_rotary_factor: how much of a head turns, from its beginning
  std::variant<std::monostate, LinearScaling, Llama3Scaling, YarnScaling, LongRopeScaling> scaling;

  /// How many dimensions of a head turn; i turns with i + width / 2.
  int width(int head_width) const { return static_cast<int>(head_width * share); }
  /// Radians per position, `width(head_width)` / 2 of them, in float32 as transformers has them.
  std::vector<float> frequencies(int head_width) const;
  /// What cosines and sines are multiplied by.
  double attention_factor() const;
  /// The context of a model whose `max_position_embeddings` is `stated`, which does not count in all scalings.
  int context(int stated) const;
};

/// Reads `rope_theta`, `partial_rotary_factor` and `rope_scaling` (transformers before 5) or `rope_parameters` of a
/// config.json whose `max_position_embeddings` is `stated`. Throws CheckpointError.
Rope read_rope(const JsonFile& file, const Family& family, int stated);

/// Adds to `json` what `read_rope` and transformers of any version read.
void write_rope(base::OrderedJson& json, const Rope& rope, int stated);

/// Throws CheckpointError, mentioning `where`, if a number is out of its range.
void check_rope(const Rope& rope, int head_width, const std::string& where);

}  // namespace espalier::models
