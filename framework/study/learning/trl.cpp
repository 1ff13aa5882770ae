#include "study/learning/trl.hpp"

#include <algorithm>
#include <cmath>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <tuple>
#include <utility>

#include "study/files.hpp"
#include "study/json.hpp"

namespace espalier::study {
namespace {

constexpr std::string_view kEnd = "</step>";
constexpr int kMostSteps = 256;
constexpr int kMostVisits = 1'000'000'000;

class StepList final : public Topology {
 public:
  StepList() {
    for (int step = 1; step <= kMostSteps; ++step) {
      const std::string name = "step " + std::to_string(step);
      graph_.nodes.push_back({.name = name, .role = name});
    }
  }
  const Graph& graph() const override { return graph_; }
  std::optional<Turn> next(const Problem&, const Transcript&) const override { return std::nullopt; }
  std::string answer(const Problem&, const Transcript& transcript) const override {
    return transcript.empty() ? std::string() : transcript.last().text;
  }

 private:
  Graph graph_;
};

/// The trajectory as far as all its values are known; nothing where not even the first is.
std::optional<Json> point_line(const SearchTree& tree, const LabelledTrajectory& path) {
  Json line = {{"problem", tree.problem->id}, {"prompt", tree.problem->question}};
  const auto messages = path.end.transcript.messages();
  std::size_t known = 0;
  for (; known < path.labels.size() && path.labels[known]; ++known) {
    const Label& label = *path.labels[known];
    line["completions"].push_back(messages[known]->text);
    line["labels"].push_back(label.value > 0);
    line["values"].push_back(label.value);
    line["visits"].push_back(label.visits);
    line["successes"].push_back(label.successes);
  }
  return known > 0 ? std::optional(std::move(line)) : std::nullopt;
}

std::string joined(const LabelledTrajectory& path, int depth) {
  std::string text;
  const auto messages = path.end.transcript.messages();
  for (std::size_t i = 0; i < static_cast<std::size_t>(depth); ++i) text += messages[i]->text + std::string(kEnd);
  return text;
}

/// The trees of imported lines while they grow.
class TreeImport {
 public:
  void add(const Json& line, std::size_t number) {
    line_ = number;
    if (line.contains("completions")) {
      add_points(tree_of(joined(texts_of(line, "prompt"))), line);
      return;
    }
    auto chosen = texts_of(line, "chosen");
    auto rejected = texts_of(line, "rejected");
    std::vector<std::string> prompt;
    if (line.contains("prompt") || line.at("chosen").is_string()) {
      prompt = texts_of(line, "prompt");
    } else {
      const auto [end, other] = std::ranges::mismatch(chosen, rejected);
      prompt.assign(chosen.begin(), end);
      chosen.erase(chosen.begin(), end);
      rejected.erase(rejected.begin(), other);
    }
    SearchTree& tree = tree_of(joined(prompt));
    add_trajectory(tree, steps_of(chosen), 1.0);
    add_trajectory(tree, steps_of(rejected), -1.0);
  }

  std::vector<SearchTree> take() { return std::move(trees_); }

 private:
  SearchTree& tree_of(const std::string& prompt) {
    const auto [place, fresh] = places_.try_emplace(prompt, trees_.size());
    if (fresh) {
      Problem problem{.id = "import-" + std::to_string(trees_.size()), .question = prompt};
      trees_.push_back({.problem = std::make_shared<const Problem>(std::move(problem))});
      nodes_.emplace_back();
    }
    return trees_[place->second];
  }

  /// The text under a key, or what the messages of the chat there say.
  static std::vector<std::string> texts_of(const Json& line, const char* key) {
    if (!line.contains(key) || !line.at(key).is_array()) return {member<std::string>(line, key)};
    std::vector<std::string> texts;
    for (const auto& message : line.at(key)) texts.push_back(member<std::string>(message, "content"));
    return texts;
  }

  static std::string joined(const std::vector<std::string>& texts) {
    std::string all;
    for (const auto& text : texts) all += (all.empty() ? "" : "\n\n") + text;
    return all;
  }

  static std::vector<std::string> steps_of(const std::vector<std::string>& texts) {
    std::vector<std::string> steps;
    for (const auto& text : texts) {
      std::size_t begin = 0;
      for (std::size_t end = text.find(kEnd); end != std::string::npos; end = text.find(kEnd, begin)) {
        steps.push_back(text.substr(begin, end - begin));
        begin = end + kEnd.size();
      }
      if (begin < text.size()) steps.push_back(text.substr(begin));
    }
    return steps;
  }

  /// The node after `text` said at `parent`: a new one, or the one that is there.
  int step(SearchTree& tree, int parent, const std::string& text) {
    auto& known = nodes_[static_cast<std::size_t>(&tree - trees_.data())];
    const auto [place, fresh] = known.try_emplace({parent, text}, static_cast<int>(tree.nodes.size()));
    if (fresh) {
      const Transcript before = parent < 0 ? Transcript(Key{}.child("import").child(tree.problem->question))
                                           : tree.nodes[static_cast<std::size_t>(parent)].transcript;
      const int depth = before.depth();
      if (depth >= kMostSteps) throw JsonError("has more than " + std::to_string(kMostSteps) + " steps");
      const int candidate = static_cast<int>(known.size());
      tree.nodes.push_back({.transcript = before.extended({.node = depth, .text = text}, candidate),
                            .parent = parent,
                            .role = "step " + std::to_string(depth + 1),
                            .line = line_});
    }
    return place->second;
  }

  static void visit(TreeNode& node, double mean, int visits, int successes) {
    node.visits += visits;
    node.successes += successes;
    node.returns += mean * visits;
  }

  /// Whole numbers are classes, 1 right and 0 wrong, as trainers of classifiers write them; numbers with a point are
  /// values. Where both may be meant, nothing is guessed.
  double value_of(const Json& line, std::size_t step) {
    const Json& label = line.at("labels").at(step);
    if (line.contains("values")) {
      const auto given = base::as<double>(line.at("values").at(step));
      if (!given || !(std::abs(*given) <= 1.0)) throw JsonError("has `values` that are not numbers in [-1, 1]");
      return *given;
    }

    if (label.is_boolean()) return label.get<bool>() ? 1.0 : -1.0;
    const double value = label.get<double>();
    if (!(std::abs(value) <= 1.0)) throw JsonError("has a label outside [-1, 1]");
    const bool whole = label.is_number_integer();
    const bool between = value != std::round(value);
    if (whole && value == 0.0 && zero_line_ == 0) zero_line_ = line_;
    if ((between || (whole && value < 0)) && value_line_ == 0) value_line_ = line_;
    if (zero_line_ > 0 && value_line_ > 0)
      throw JsonError("has labels of two kinds in its file: 0 on line " + std::to_string(zero_line_) +
                      ", which says wrong beside 1 for right, and a value in [-1, 1] on line " +
                      std::to_string(value_line_) + "; write true and false, or the value 0 as 0.0");
    return whole && value == 0.0 ? -1.0 : value;
  }

  void add_points(SearchTree& tree, const Json& line) {
    const auto texts = member<std::vector<std::string>>(line, "completions");
    const auto& labels = line.at("labels");
    if (!labels.is_array() || texts.size() != labels.size()) throw JsonError("has not as many labels as completions");
    const auto count = [&](const char* key, std::size_t i, int otherwise, int least, int most) {
      if (!line.contains(key)) return otherwise;
      const auto given = base::as<int>(line.at(key).at(i));
      if (!given || *given < least || *given > most)
        throw JsonError(std::string("has `") + key + "` that are not whole numbers in [" + std::to_string(least) +
                        ", " + std::to_string(most) + "]");
      return *given;
    };
    int at = -1;
    for (std::size_t i = 0; i < texts.size(); ++i) {
      at = step(tree, at, texts[i]);
      if (labels[i].is_null()) continue;
      TreeNode& node = tree.nodes[static_cast<std::size_t>(at)];
      const double value = value_of(line, i);
      const int visits = count("visits", i, 1, 1, kMostVisits);
      const int successes = count("successes", i, value > 0 ? 1 : 0, 0, visits);
      // Exports repeat a state on every trajectory through it; its counts are those of the state, once.
      const bool repeated =
          line.contains("visits") && !counted_.emplace(tree.problem.get(), at, value, visits, successes).second;
      if (repeated) continue;
      if (visits > kMostVisits - node.visits)
        throw JsonError("brings a state to more than " + std::to_string(kMostVisits) + " visits");
      visit(node, value, visits, successes);
    }
  }

  void add_trajectory(SearchTree& tree, const std::vector<std::string>& steps, double value) {
    int at = -1;
    for (const auto& text : steps) at = step(tree, at, text);
    if (at < 0) throw JsonError("has a trajectory without any step");
    visit(tree.nodes[static_cast<std::size_t>(at)], value, 1, value > 0 ? 1 : 0);
  }

  /// What lines with counts said of a state: its tree's problem, node, mean, visits and successes.
  std::set<std::tuple<const Problem*, int, double, int, int>> counted_;
  std::size_t line_ = 0;        ///< that is being read
  std::size_t zero_line_ = 0;   ///< where a label was first the whole number 0
  std::size_t value_line_ = 0;  ///< where a label was first something that only a value can be
  std::vector<SearchTree> trees_;
  std::map<std::string, std::size_t> places_;                      ///< of prompts
  std::vector<std::map<std::pair<int, std::string>, int>> nodes_;  ///< of each tree, by parent and text
};

}  // namespace

std::unique_ptr<Topology> step_list() { return std::make_unique<StepList>(); }

void export_examples(const std::filesystem::path& folder, std::span<const SearchTree> trees,
                     std::span<const TrainingExamples> examples) {
  std::string points;
  std::string pairs;
  for (std::size_t i = 0; i < examples.size(); ++i) {
    for (const auto& path : examples[i].trajectories) {
      if (const auto line = point_line(trees[i], path)) points += to_text(*line) + "\n";
    }
    for (const auto& pair : examples[i].preferences) {
      pairs += to_text({{"problem", trees[i].problem->id},
                        {"prompt", trees[i].problem->question},
                        {"chosen", joined(examples[i].trajectories[pair.preferred], pair.depth)},
                        {"rejected", joined(examples[i].trajectories[pair.other], pair.depth)}}) +
               "\n";
    }
  }
  write_file(folder / "points.jsonl", points);
  write_file(folder / "pairs.jsonl", pairs);
}

std::vector<SearchTree> import_trees(const std::filesystem::path& file) {
  TreeImport imported;
  read_json_lines(file, "", [&](const Json& line, std::size_t number) { imported.add(line, number); });
  return imported.take();
}

}  // namespace espalier::study
