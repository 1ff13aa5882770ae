#include "reward_file.hpp"

#include <array>
#include <fstream>
#include <nlohmann/json.hpp>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>

namespace espalier::reward {
namespace {

using Json = nlohmann::ordered_json;

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
  Keys(std::string file, const Json& json) : file_(std::move(file)), json_(json) {}

  template <class T>
  void read(const char* key, T& to) const {
    try {
      to = json_.at(key).get<T>();
    } catch (const Json::exception&) {
      throw std::runtime_error(file_ + ": `" + key + "` is missing or not what it should be");
    }
  }
  template <class E>
  void read(const char* key, E& to, const std::initializer_list<Choice<E>>& names) const {
    std::string text;
    read(key, text);
    for (const auto& [name, value] : names) {
      if (name == text) {
        to = value;
        return;
      }
    }
    throw std::runtime_error(file_ + ": `" + key + "` has the unknown value \"" + text + "\"");
  }

 private:
  std::string file_;
  const Json& json_;
};

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
  std::ifstream in(file, std::ios::binary);
  if (!in) throw std::runtime_error(file.string() + " is missing: the folder holds no learned reward");
  const Json json = Json::parse(in, nullptr, false);
  if (!json.is_object()) throw std::runtime_error(file.string() + " is not a JSON object");
  const Keys keys(file.string(), json);
  int format = 0;
  keys.read("format", format);
  if (format != kFormat)
    throw std::runtime_error(file.string() + " has the format " + std::to_string(format) + ", known is " +
                             std::to_string(kFormat));
  keys.read("head", params.head, kHeads);
  keys.read("positions", params.positions);
  keys.read("bins", params.bins);
  keys.read("serialisation", params.serialisation, kLayouts);
  keys.read("view", params.view, kViews);
  keys.read("question_tokens", params.question_tokens);
  keys.read("trains", params.trains, kTrains);
  keys.read("rank", params.rank);
  keys.read("alpha", params.alpha);
  keys.read("projections", params.projections);
}

}  // namespace espalier::reward
