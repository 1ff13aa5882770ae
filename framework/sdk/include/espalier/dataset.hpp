#pragma once

#include <cstddef>
#include <espalier/export.hpp>
#include <espalier/grader.hpp>
#include <espalier/random.hpp>
#include <espalier/transcript.hpp>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace espalier {

struct Item {
  Problem problem;
  std::string gold;
};

/// A gold message of one role in one dialogue about an item.
struct Demonstration {
  std::string text;                  ///< what the role should say, given what it heard
  std::optional<std::string> heard;  ///< what the others receive instead, when this dialogue plants a mistake here
};

/// Problems with gold answers, in splits. Stable: the same parameters give the same items in the same order.
/// Thread-safe.
class ESPALIER_API Dataset {
 public:
  using Interface = Dataset;
  static constexpr std::string_view kind = "datasets";
  static constexpr std::string_view section = "datasets";
  struct Facts {
    std::vector<std::string> splits;  ///< empty: known only once loaded
  };

  virtual ~Dataset();

  virtual std::vector<std::string> splits() const = 0;
  /// Number of items; throws std::invalid_argument on an unknown split.
  virtual std::size_t size(std::string_view split) const = 0;
  /// Item `index` of a split. Requires index < size(split).
  virtual Item at(std::string_view split, std::size_t index) const = 0;
  virtual std::shared_ptr<Grader> grader() const = 0;
  /// The gold message of `role` in dialogue `key` about the item; nothing where the dataset has none. Equal keys belong
  /// to one dialogue: what one role is said to have said is what later roles react to.
  virtual std::optional<Demonstration> demonstration(const Item& item, std::string_view role, Key key) const;
};

}  // namespace espalier
