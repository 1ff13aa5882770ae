#include <espalier/bad_input.hpp>
#include <espalier/kit/reward/reward_file.hpp>
#include <fstream>
#include <stdexcept>
#include <string>
#include <utility>

#include "base/json.hpp"
#include "base/json_value.hpp"

namespace espalier::reward {
namespace {

using Json = base::OrderedJson;

constexpr int kFormat = 2;

template <class E>
std::string name_of(const std::initializer_list<Choice<E>>& names, E value) {
  for (const auto& [name, known] : names) {
    if (known == value) return std::string(name);
  }
  throw std::logic_error("an unnamed choice");
}

/// Reads the keys of one file, naming it in every complaint.
class Keys {
 public:
  Keys(std::string file, base::Json json) : file_(std::move(file)), json_(std::move(json)) {}

  template <class T>
  T get(const std::string& key) const {
    try {
      return base::member<T>(json_, key);
    } catch (const base::JsonError& error) {
      throw BadInput(file_ + ": " + error.what());
    }
  }

  /// A number within the bounds of the parameter of its name.
  template <class T>
  void read(const std::string& key, T& to, T least, T most) const {
    const T value = get<T>(key);
    if (!(value >= least && value <= most))
      fail(key, "must be in [" + base::Json(least).dump() + ", " + base::Json(most).dump() + "], got " +
                    base::Json(value).dump());
    to = value;
  }
  template <class E>
  void read(const std::string& key, E& to, const std::initializer_list<Choice<E>>& names) const {
    const auto text = get<std::string>(key);
    for (const auto& [name, value] : names) {
      if (name == text) {
        to = value;
        return;
      }
    }
    fail(key, "has the unknown value " + base::Json(text).dump(-1, ' ', true).substr(0, 80));
  }

 private:
  [[noreturn]] void fail(const std::string& key, const std::string& what) const {
    throw BadInput(file_ + ": `" + key + "` " + what);
  }

  std::string file_;
  base::Json json_;
};

base::Json read_object(const std::filesystem::path& file) {
  try {
    auto json = base::read_json<base::Json>(file, std::uintmax_t{1} << 20);
    if (!json.is_object()) throw BadInput(file.string() + " is not a JSON object");
    return json;
  } catch (const base::FileError& error) {
    throw BadInput(std::string(error.what()) + "; a folder that holds a learned reward has it");
  } catch (const base::JsonError& error) {
    throw BadInput(error.what());
  }
}

}  // namespace

void write_reward_file(const std::filesystem::path& folder, const RewardParams& params) {
  const Json json = {{"format", kFormat},
                     {"head", name_of(kHeads, params.head)},
                     {"positions", params.positions},
                     {"bins", params.bins},
                     {"serialisation", name_of(kLayouts, params.serialisation)},
                     {"view", name_of(kViews, params.view)},
                     {"question_tokens", params.question_tokens},
                     {"trains", name_of(kTrains, params.trains)},
                     {"rank", params.rank},
                     {"alpha", params.alpha},
                     {"projections", params.projections},
                     {"loss", params.loss}};
  std::filesystem::create_directories(folder);
  std::ofstream out(folder / "reward.json", std::ios::binary);
  out << json.dump(2) << '\n';
  if (!out.flush()) throw std::runtime_error((folder / "reward.json").string() + " cannot be written");
}

void read_reward_file(const std::filesystem::path& folder, RewardParams& params) {
  const auto file = folder / "reward.json";
  const Keys keys(file.string(), read_object(file));
  if (const int format = keys.get<int>("format"); format != kFormat)
    throw BadInput(file.string() + " has the format " + std::to_string(format) + ", known is " +
                   std::to_string(kFormat));
  keys.read("head", params.head, kHeads);
  keys.read("positions", params.positions, 1, kMostPositions);
  keys.read("bins", params.bins, 1, kMostBins);
  keys.read("serialisation", params.serialisation, kLayouts);
  keys.read("view", params.view, kViews);
  keys.read("question_tokens", params.question_tokens, 0, kMostQuestionTokens);
  keys.read("trains", params.trains, kTrains);
  keys.read("rank", params.rank, 1, kMostRank);
  keys.read("alpha", params.alpha, kLeastAlpha, kMostAlpha);
  params.projections = keys.get<std::vector<std::string>>("projections");
}

}  // namespace espalier::reward
