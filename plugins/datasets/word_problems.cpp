#include <algorithm>
#include <array>
#include <charconv>
#include <espalier/bad_input.hpp>
#include <espalier/dataset.hpp>
#include <espalier/plugin.hpp>
#include <stdexcept>
#include <unordered_set>
#include <utility>

#include "word_problems/dialogue.hpp"
#include "word_problems/story.hpp"

namespace {

using espalier::Demonstration;
using espalier::Item;
using espalier::Key;
using espalier::words::Dialogue;
using espalier::words::Story;

/// English arithmetic problems made on demand, with gold messages of every role.
///
/// Item `i` of a split is drawn from (seed, split, i). A question belongs to the split its own text hashes to: one
/// eighth of all questions is test, one eighth validation, the rest train. So no question of one split is ever in
/// another, whatever the sizes, seeds or difficulties of the data sets that are compared. Questions of validation and
/// test are all different; train is drawn item by item, however large, and repeats a question about as often as chance
/// has it (never, in practice).
class WordProblems final : public espalier::Dataset {
 public:
  struct MistakeParams : espalier::Params {
    using espalier::Params::Params;
    double probability = field("probability", 0.15, "Of each message of these roles that the others hear it bent.",
                               espalier::between(0, 1));
    std::vector<std::string> roles =
        field("roles", std::vector<std::string>{"reader", "planner", "solver"},
              "Whose messages may be bent in demonstrations; name only roles of the graph.");

    void validate() const {
      constexpr std::array<std::string_view, 6> known = {"reader",   "planner",  "solver",
                                                         "solver_a", "solver_b", "solver_c"};
      for (std::size_t at = 0; at < roles.size(); ++at) {
        if (std::find(known.begin(), known.end(), roles[at]) == known.end()) {
          reject("roles[" + std::to_string(at) + "]",
                 "must be reader, planner, solver, solver_a, solver_b or solver_c");
        }
      }
    }
  };

  struct Params : espalier::Params {
    using espalier::Params::Params;
    int seed = field("seed", 0, "Draws the problems; other seeds give others.", espalier::between(0, 1'000'000'000));
    int min_steps = field("min_steps", 2, "Fewest calculations of a problem.", espalier::between(1, 8));
    int max_steps = field("max_steps", 3, "Most calculations of a problem.", espalier::between(1, 8));
    int largest =
        field("largest", 99, "Largest number, in problems and on the way to answers.", espalier::between(10, 9'999));
    int largest_amount = field("largest_amount", 12, "By how much a quantity grows or shrinks in one step at most.",
                               espalier::between(2, 9'999));
    double distractors = field("distractors", 0.4, "Probability that a problem has a sentence that does not matter.",
                               espalier::between(0, 1));
    double together = field("together", 0.2, "Probability of asking for the sum of two people, where that is possible.",
                            espalier::between(0, 1));
    int train = field("train", 1'000'000, "Size of the train split.", espalier::between(1, 1'000'000'000));
    int validation = field("validation", 500, "Size of the validation split.", espalier::between(1, 10'000));
    int test = field("test", 1'000, "Size of the test split.", espalier::between(1, 10'000));
    double haste = field("haste", 0.5,
                         "Probability that somebody in a demonstration works in haste: shorter, as right, and harder "
                         "to get right.",
                         espalier::between(0, 1));
    MistakeParams mistakes =
        table<MistakeParams>("mistakes", "What goes wrong in demonstrations, for later roles to notice.");
    std::shared_ptr<espalier::Grader> grader = plugin<espalier::Grader>("grader", "Judges answers.", "number");

    void validate() const {
      if (min_steps > max_steps) reject("min_steps", "must not exceed max_steps");
      if (largest_amount >= largest) reject("largest_amount", "must be smaller than largest");
    }
  };

  static Facts facts(const Params&) { return {{"train", "validation", "test"}}; }

  explicit WordProblems(const Params& params)
      : grader_(params.grader),
        difficulty_{params.min_steps,      params.max_steps,   params.largest,
                    params.largest_amount, params.distractors, params.together},
        habits_{params.haste, {params.mistakes.probability, params.mistakes.roles}},
        key_(Key{static_cast<std::uint64_t>(params.seed), 0}.child("word_problems")),
        train_size_(static_cast<std::size_t>(params.train)),
        validation_(distinct("validation", static_cast<std::size_t>(params.validation))),
        test_(distinct("test", static_cast<std::size_t>(params.test))) {}

  std::vector<std::string> splits() const override { return {"train", "validation", "test"}; }

  std::size_t size(std::string_view split) const override {
    if (split == "train") return train_size_;
    return stored(split).size();
  }

  Item at(std::string_view split, std::size_t index) const override {
    const Story story = story_at(split, index);
    Item item;
    item.problem.id = std::string(split) + "-" + std::to_string(index);
    item.problem.question = espalier::words::question_text(story);
    item.problem.attributes["steps"] = std::to_string(story.plan.size());
    item.gold = std::to_string(story.calculation.answer());
    return item;
  }

  std::shared_ptr<espalier::Grader> grader() const override { return grader_; }

  std::optional<Demonstration> demonstration(const Item& item, std::string_view role, Key key) const override {
    const auto story = story_of(item.problem);
    if (!story) return std::nullopt;
    return Dialogue(*story, habits_, difficulty_.largest, key).message(role);
  }

 private:
  /// The split a question belongs to, by its text alone.
  static std::string_view split_of(const std::string& question) {
    const std::uint64_t share = Key{}.child(question).lo % 8;
    return share == 0 ? "test" : share == 1 ? "validation" : "train";
  }

  /// The first story drawn for an item that belongs to its split and is not in `taken`.
  Story draw(std::string_view split, std::size_t index, std::unordered_set<std::string>* taken) const {
    const Key key = key_.child(split).child(index);
    for (std::uint64_t attempt = 0;; ++attempt) {
      if (attempt == 100'000) throw espalier::BadInput("there are too few different word problems of this difficulty");
      Story story = espalier::words::draw_story(difficulty_, key.child(attempt));
      const std::string question = espalier::words::question_text(story);
      if (split_of(question) == split && (taken == nullptr || taken->insert(question).second)) return story;
    }
  }

  std::vector<Story> distinct(std::string_view split, std::size_t size) const {
    std::unordered_set<std::string> taken;
    std::vector<Story> stories;
    for (std::size_t index = 0; index < size; ++index) stories.push_back(draw(split, index, &taken));
    return stories;
  }

  const std::vector<Story>& stored(std::string_view split) const {
    if (split == "validation") return validation_;
    if (split == "test") return test_;
    throw std::invalid_argument("there is no split \"" + std::string(split) +
                                "\"; there are train, validation and test");
  }

  Story story_at(std::string_view split, std::size_t index) const {
    return split == "train" ? draw(split, index, nullptr) : stored(split)[index];
  }

  /// The story behind a problem of this data set; nothing when the problem is from elsewhere.
  std::optional<Story> story_of(const espalier::Problem& problem) const {
    const std::size_t dash = problem.id.rfind('-');
    if (dash == std::string::npos) return std::nullopt;
    const std::string_view split = std::string_view(problem.id).substr(0, dash);
    std::size_t index = 0;
    const char* const end = problem.id.data() + problem.id.size();
    if (std::from_chars(problem.id.data() + dash + 1, end, index).ptr != end) return std::nullopt;
    if (split != "train" && split != "validation" && split != "test") return std::nullopt;
    if (index >= size(split)) return std::nullopt;
    Story story = story_at(split, index);
    if (espalier::words::question_text(story) != problem.question) return std::nullopt;
    return story;
  }

  std::shared_ptr<espalier::Grader> grader_;
  espalier::words::Difficulty difficulty_;
  espalier::words::Habits habits_;
  Key key_;
  std::size_t train_size_;
  std::vector<Story> validation_;
  std::vector<Story> test_;
};

}  // namespace

ESPALIER_PLUGIN(WordProblems, "English arithmetic problems made on demand, with gold messages of every role.")
