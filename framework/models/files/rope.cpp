#include "models/files/rope.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>
#include <optional>

#include "models/files/family.hpp"
#include "models/files/json_file.hpp"

namespace espalier::models {
namespace {

constexpr const char* kOriginal = "original_max_position_embeddings";

template <class... Functions>
struct Overloaded : Functions... {
  using Functions::operator()...;
};

// Positions as transformers wants them.
std::int64_t whole(double positions) { return static_cast<std::int64_t>(positions); }

// YaRN's temperature: attention over `factor` times the context would be flatter.
double yarn_attention(double factor, double weight) {
  return factor <= 1 ? 1.0 : 0.1 * weight * std::log(factor) + 1.0;
}

double longrope_attention(double factor, double original_context) {
  return factor <= 1 ? 1.0 : std::sqrt(1 + std::log(factor) / std::log(original_context));
}

// What slows one frequency down; `inverse` is one over it.
float slowed(float inverse, const LinearScaling& scaling) {
  return 1.0f / inverse / static_cast<float>(scaling.factor);
}

// Llama 3.1 slows long wavelengths down by `factor`, leaves short ones alone and interpolates between.
float slowed(float inverse, const Llama3Scaling& scaling) {
  const float frequency = 1.0f / inverse;
  const double wavelength = 2 * std::numbers::pi / frequency;
  const double low = scaling.original_context / scaling.low_frequency_factor;
  const double high = scaling.original_context / scaling.high_frequency_factor;
  if (wavelength < high) return frequency;
  if (wavelength > low) return static_cast<float>(frequency / scaling.factor);
  const double smooth = (scaling.original_context / wavelength - scaling.low_frequency_factor) /
                        (scaling.high_frequency_factor - scaling.low_frequency_factor);
  return static_cast<float>((1 - smooth) * frequency / scaling.factor + smooth * frequency);
}

// The dimensions between which YaRN goes over from frequencies as they are to slower ones.
std::pair<double, double> yarn_ramp(const YarnScaling& scaling, double theta, int width) {
  const auto turning = [&](double turns) {  // the dimension that turns so often over the original context
    return width * std::log(scaling.original_context / (turns * 2 * std::numbers::pi)) / (2 * std::log(theta));
  };
  double first = turning(scaling.fast_turns), last = turning(scaling.slow_turns);
  if (scaling.truncate) first = std::floor(first), last = std::ceil(last);
  first = std::max(first, 0.0), last = std::min(last, width - 1.0);
  return {first, first == last ? last + 0.001 : last};
}

}  // namespace

std::vector<float> Rope::frequencies(int head_width) const {
  const int turning = width(head_width);
  std::vector<float> inverses, list;
  for (int i = 0; i < turning; i += 2)
    inverses.push_back(
        static_cast<float>(std::pow(theta, static_cast<double>(static_cast<float>(i) / static_cast<float>(turning)))));
  const auto fill = [&](const auto& frequency_of) {
    for (std::size_t i = 0; i < inverses.size(); ++i) list.push_back(frequency_of(i, inverses[i]));
  };
  std::visit(
      Overloaded{[&](const std::monostate&) { fill([](std::size_t, float inverse) { return 1.0f / inverse; }); },
                 [&](const YarnScaling& yarn) {
                   const auto [first, last] = yarn_ramp(yarn, theta, turning);
                   const auto from = static_cast<float>(first), range = static_cast<float>(last - first);
                   fill([&](std::size_t i, float inverse) {
                     const float slow = std::clamp((static_cast<float>(i) - from) / range, 0.0f, 1.0f);
                     return 1.0f / (static_cast<float>(yarn.factor) * inverse) * slow + 1.0f / inverse * (1.0f - slow);
                   });
                 },
                 [&](const LongRopeScaling& longrope) {
                   fill([&](std::size_t i, float inverse) {
                     return 1.0f / (static_cast<float>(longrope.short_factors[i]) * inverse);
                   });
                 },
                 [&](const auto& each) { fill([&](std::size_t, float inverse) { return slowed(inverse, each); }); }},
      scaling);
  return list;
}

double Rope::attention_factor() const {
  if (const auto* yarn = std::get_if<YarnScaling>(&scaling)) return yarn->attention_factor;
  if (const auto* longrope = std::get_if<LongRopeScaling>(&scaling)) return longrope->attention_factor;
  return 1.0;
}

int Rope::context(int stated) const {
  constexpr double most = 1 << 28;
  if (const auto* linear = std::get_if<LinearScaling>(&scaling))
    return static_cast<int>(std::min(most, stated * linear->factor));
  if (const auto* yarn = std::get_if<YarnScaling>(&scaling))
    return static_cast<int>(std::min(most, std::max<double>(stated, yarn->original_context * yarn->factor)));
  if (const auto* longrope = std::get_if<LongRopeScaling>(&scaling))
    return static_cast<int>(std::min<double>(stated, longrope->original_context));
  return stated;
}

namespace {

/// Reads the scaling of one config.json.
class ScalingReader {
 public:
  /// `table`: the value of `key` of `file`.
  ScalingReader(const JsonFile& file, const char* key, const JsonFile& table, const Family& family, int stated)
      : file_(file), key_(key), table_(table), family_(family), stated_(stated) {}

  void read(Rope& rope) const {
    auto type = table_.get<std::string>("rope_type", table_.get<std::string>("type", "default"));
    // The first names that Phi-3 had for it.
    if (family_.name == "phi3" && (type == "su" || type == "yarn")) type = "longrope";
    if (type == "linear")
      rope.scaling = LinearScaling{.factor = table_.require<double>("factor")};
    else if (type == "llama3")
      rope.scaling = llama3();
    else if (type == "yarn")
      rope.scaling = yarn();
    else if (type == "longrope")
      rope.scaling = longrope();
    else if (type == "dynamic")
      file_.fail(key_,
                 "asks for RoPE of type \"dynamic\", whose frequencies change with the length of a text, which is "
                 "not supported; without `" +
                     std::string(key_) + "` the model reads its " + std::to_string(stated_) +
                     " positions, and behind a server (language model `server`) more");
    else if (type != "default")
      file_.fail(key_,
                 "asks for RoPE of type " + JsonFile::spelled(type) +
                     "; known are default, linear, llama3, longrope and yarn. A server may know it: run it there, "
                     "and use language model `server`");
  }

 private:
  double original_context() const {
    if (family_.original_context > 0 || file_.has(kOriginal))
      return file_.get<double>(kOriginal, family_.original_context);
    return table_.get<double>(kOriginal, stated_);
  }

  Llama3Scaling llama3() const {
    return {.factor = table_.require<double>("factor"),
            .low_frequency_factor = table_.require<double>("low_freq_factor"),
            .high_frequency_factor = table_.require<double>("high_freq_factor"),
            .original_context = original_context()};
  }

  YarnScaling yarn() const {
    YarnScaling scaling{.original_context = original_context(),
                        .fast_turns = table_.get("beta_fast", 32.0),
                        .slow_turns = table_.get("beta_slow", 1.0),
                        .truncate = table_.get("truncate", true)};
    scaling.factor = table_.get("factor", stated_ / scaling.original_context);
    const double above = table_.get("mscale", 0.0), below = table_.get("mscale_all_dim", 0.0);
    scaling.attention_factor = table_.get(
        "attention_factor", above != 0 && below != 0
                                ? yarn_attention(scaling.factor, above) / yarn_attention(scaling.factor, below)
                                : yarn_attention(scaling.factor, 1));
    return scaling;
  }

  LongRopeScaling longrope() const {
    LongRopeScaling scaling{.short_factors = table_.require<std::vector<double>>("short_factor"),
                            .long_factors = table_.require<std::vector<double>>("long_factor"),
                            .original_context = original_context()};
    const double factor = table_.get("factor", stated_ / scaling.original_context);
    scaling.attention_factor = table_.get("attention_factor", longrope_attention(factor, scaling.original_context));
    return scaling;
  }

  const JsonFile& file_;
  const char* key_;
  const JsonFile& table_;
  const Family& family_;
  int stated_;
};

}  // namespace

Rope read_rope(const JsonFile& file, const Family& family, int stated) {
  Rope rope{.theta = file.get("rope_theta", 10000.0), .share = file.get("partial_rotary_factor", 1.0)};
  for (const char* key : {"rope_parameters", "rope_scaling"}) {
    if (!file.has(key)) continue;
    const auto& value = file.root().at(key);
    if (!value.is_object()) file.fail(key, "must be an object, not " + JsonFile::spelled(value));
    for (const auto& [name, entry] : value.items())
      if (entry.is_object()) file.fail(key, "has the table `" + name + "`: one per kind of layer is not supported");
    const JsonFile table(file.path(), value);
    rope.theta = table.get("rope_theta", rope.theta);
    rope.share = table.get("partial_rotary_factor", rope.share);
    ScalingReader(file, key, table, family, stated).read(rope);
    break;
  }
  if (rope.share != 1 && !family.partial_rotary)
    file.fail("partial_rotary_factor", "is " + base::Json(rope.share).dump() + ", but all of a head of " +
                                           std::string(family.name) + " is rotated");
  return rope;
}

void write_rope(base::OrderedJson& json, const Rope& rope, int stated) {
  json["rope_theta"] = rope.theta;
  if (rope.share != 1) json["partial_rotary_factor"] = rope.share;
  base::OrderedJson& scaling = json["rope_scaling"];
  std::visit(Overloaded{[](const std::monostate&) {},
                        [&](const LinearScaling& linear) {
                          scaling = {{"rope_type", "linear"}, {"factor", linear.factor}};
                        },
                        [&](const Llama3Scaling& llama3) {
                          scaling = {{"rope_type", "llama3"},
                                     {"factor", llama3.factor},
                                     {"low_freq_factor", llama3.low_frequency_factor},
                                     {"high_freq_factor", llama3.high_frequency_factor},
                                     {kOriginal, whole(llama3.original_context)}};
                        },
                        [&](const YarnScaling& yarn) {
                          scaling = {{"rope_type", "yarn"},
                                     {"factor", yarn.factor},
                                     {"attention_factor", yarn.attention_factor},
                                     {"beta_fast", yarn.fast_turns},
                                     {"beta_slow", yarn.slow_turns},
                                     {kOriginal, whole(yarn.original_context)}};
                          if (!yarn.truncate) scaling["truncate"] = false;
                        },
                        [&](const LongRopeScaling& longrope) {
                          // transformers before 5 wants these three keys and no other in Phi-3's.
                          scaling = {{"type", "longrope"},
                                     {"short_factor", longrope.short_factors},
                                     {"long_factor", longrope.long_factors}};
                          const double factor = stated / longrope.original_context;
                          if (longrope.attention_factor != longrope_attention(factor, longrope.original_context))
                            scaling["attention_factor"] = longrope.attention_factor;
                          json[kOriginal] = whole(longrope.original_context);
                        }},
             rope.scaling);
}

void check_rope(const Rope& rope, int head_width, const std::string& where) {
  const auto fail = [&](const std::string& what) { throw CheckpointError(where + ": " + what); };
  const auto in = [&](const char* key, double value, double least, double most) {
    if (!(value >= least && value <= most))
      fail("`" + std::string(key) + "` must be in [" + base::Json(least).dump() + ", " + base::Json(most).dump() +
           "], got " + base::Json(value).dump());
  };
  constexpr double most = 1e12, positions = 1 << 28, tiny = 1e-6;
  if (!(rope.theta > 0)) fail("`rope_theta` must be above 0, got " + base::Json(rope.theta).dump());
  in("rope_theta", rope.theta, tiny, most);
  in("partial_rotary_factor", rope.share, 0, 1);
  const int width = rope.width(head_width);
  if (width < 2 || width % 2 != 0)
    fail("`partial_rotary_factor` must rotate an even number of a head's " + std::to_string(head_width) +
         " dimensions, got " + std::to_string(width));
  const auto attention = [&](double factor) { in("attention_factor", factor, tiny, 1e6); };
  std::visit(Overloaded{[](const std::monostate&) {},
                        [&](const LinearScaling& linear) { in("factor", linear.factor, 1, most); },
                        [&](const Llama3Scaling& llama3) {
                          in("factor", llama3.factor, tiny, most);
                          in("low_freq_factor", llama3.low_frequency_factor, tiny, most);
                          in("high_freq_factor", llama3.high_frequency_factor, tiny, most);
                          in(kOriginal, llama3.original_context, 1, positions);
                          if (!(llama3.high_frequency_factor > llama3.low_frequency_factor))
                            fail("`high_freq_factor` must be above `low_freq_factor`");
                        },
                        [&](const YarnScaling& yarn) {
                          in("factor", yarn.factor, 1, most);
                          in(kOriginal, yarn.original_context, 1, positions);
                          in("beta_slow", yarn.slow_turns, tiny, most);
                          in("beta_fast", yarn.fast_turns, yarn.slow_turns, most);
                          attention(yarn.attention_factor);
                          if (!(rope.theta > 1)) fail("`rope_theta` must be above 1 for YaRN");
                        },
                        [&](const LongRopeScaling& longrope) {
                          in(kOriginal, longrope.original_context, 2, positions);
                          attention(longrope.attention_factor);
                          for (const auto& [key, factors] : {std::pair("short_factor", &longrope.short_factors),
                                                             std::pair("long_factor", &longrope.long_factors)}) {
                            if (factors->size() != static_cast<std::size_t>(width / 2))
                              fail("`" + std::string(key) + "` has " + std::to_string(factors->size()) +
                                   " factors, but there are " + std::to_string(width / 2) + " frequencies");
                            for (const double factor : *factors) in(key, factor, tiny, most);
                          }
                        }},
             rope.scaling);
}

}  // namespace espalier::models
