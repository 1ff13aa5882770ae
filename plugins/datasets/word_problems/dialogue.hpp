#pragma once

#include <espalier/dataset.hpp>
#include <espalier/random.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "story.hpp"

namespace espalier::words {

/// Which messages are bent on their way, and how often.
struct Mistakes {
  double probability = 0.15;       ///< of each message of the roles below
  std::vector<std::string> roles;  ///< among reader, planner, solver, solver_a, solver_b, solver_c
};

/// How the people of a dialogue work. In haste, a reader leaves the facts where they are, and everybody else puts two
/// steps on a line. What they say is right all the same, and shorter, but harder to say right and harder to go on from:
/// what care is worth shows in outcomes alone.
struct Habits {
  double haste = 0.5;  ///< probability that one of them works in haste
  Mistakes mistakes;
};

/// One dialogue about a story: what every role should say, given what it heard.
///
/// Each gold message can be told from its role's inbox alone. The planner sees the question and so passes over a bent
/// reading; the solver sees nothing but the plan and so follows a bent one faithfully; the verifier sees the question
/// again and redoes what does not fit. Who sees only a calculation (evaluator, critic, reflector) judges nothing but
/// its arithmetic.
class Dialogue {
 public:
  /// A plan carried out, as its author should write it, and as the others read it.
  struct Work {
    Plan plan;
    Folds folds;
    Calculation meant;
    std::optional<Calculation> bent;

    const Calculation& heard() const { return bent ? *bent : meant; }
  };

  /// `story` must outlive the dialogue.
  Dialogue(const Story& story, const Habits& habits, int largest, Key key);

  /// The message of a role; nothing for a role that has no part in word problems.
  std::optional<Demonstration> message(std::string_view role) const;

  /// All roles that have a message.
  static std::vector<std::string_view> roles();

 private:
  bool errs(std::string_view role, const Mistakes& mistakes) const;
  bool hurries(std::string_view role) const;

  Demonstration reading(Key style) const;
  Demonstration planning(Key style) const;
  Demonstration solution(Key style) const;
  Demonstration verification(Key style) const;
  Demonstration verdict(Key style) const;
  Demonstration evaluation(Key style) const;
  Demonstration reflection(Key style) const;
  Demonstration revision(std::string_view role, Key style) const;
  Demonstration own_solution(const Work& work, Key style) const;
  Demonstration last_word(Key style) const;
  std::string redone(std::string_view role, Key style) const;
  static std::string spelled(const Work& work, const Calculation& calculation, Key style);

  const Story& story_;
  Key key_;
  double haste_;
  bool hasty_reading_;
  bool hasty_planning_;
  std::optional<Story> misread_;
  std::optional<Plan> misplanned_;
  Work solver_;  ///< line by line as the plan it heard
  Work assistant_;
  Work solver_a_;
  Work solver_b_;
  Work solver_c_;

  struct Part;
  static const std::vector<Part>& parts();
};

}  // namespace espalier::words
