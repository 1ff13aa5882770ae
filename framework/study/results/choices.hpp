#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>

#include "engine/record.hpp"
#include "study/json.hpp"

namespace espalier::study {

/// How the search of one problem chose between the final messages it had drawn.
struct Choice {
  bool failed = false;          ///< the problem: it says nothing about choices
  bool guided = false;          ///< some message was scored
  bool right = false;           ///< the chosen one
  bool drew_right = false;      ///< one of them
  std::optional<double> value;  ///< of the chosen one, as the value model said it last
  /// The same by the name of every further value model that was asked; nothing where it was not of the chosen one.
  std::map<std::string, std::optional<double>> other_values;
};

Choice choice_of(const engine::EpisodeRecord& record);

/// Whether an arm's search, guided by values, ended with the right one of the final messages it had drawn. Over all
/// problems and seeds that did not fail.
class Choices {
 public:
  void count(const Choice& choice);

  /// An arm's `choice` in summary.json (kArmChoice); null where nothing was scored.
  Json json() const;

 private:
  class Mean {
   public:
    void add(double number) {
      sum_ += number;
      ++count_;
    }
    Json json() const { return count_ > 0 ? Json(sum_ / count_) : Json(nullptr); }

   private:
    double sum_ = 0.0;
    int count_ = 0;
  };

  /// What one value model said of the chosen messages.
  struct Channel {
    Mean right;
    Mean wrong;
  };

  bool guided_ = false;
  std::int64_t chosen_right_ = 0;
  std::int64_t passed_over_ = 0;
  std::int64_t not_drawn_ = 0;
  Channel value_;
  std::map<std::string, Channel> other_values_;
};

/// A row per arm with a choice, followed by what the columns are; empty unless an arm other than an oracle has one.
std::string choice_table(const Json& summary);

}  // namespace espalier::study
