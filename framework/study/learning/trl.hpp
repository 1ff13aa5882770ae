#pragma once

#include <filesystem>
#include <memory>
#include <span>
#include <vector>

#include "study/learning/targets.hpp"
#include "study/learning/trees.hpp"

namespace espalier::study {

// JSON Lines as TRL's trainers read them (stepwise supervision and preferences), with counts beside the labels:
//
//   {"prompt": question, "completions": [text, ...], "labels": [Q, ...], "visits": [...], "successes": [...]}
//   {"prompt": question, "chosen": "text</step>...text</step>", "rejected": "..."}
//
// A label that is not known is null. "problem" says whose line it is; who reads it may do without.

/// Writes points.jsonl and pairs.jsonl into `folder`. `examples` are those of `trees`, in order.
void export_examples(const std::filesystem::path& folder, std::span<const SearchTree> trees,
                     std::span<const TrainingExamples> examples);

/// Reads such lines as trees: those of one prompt make one tree, equal beginnings being the same states. Labels may be
/// true and false, or 1 and 0 for the same; other values have a point, as 0.0 has for an even chance, and a file with
/// whole zeros beside such values is refused. A line without counts stands for one visit: what several lines say of
/// one state is averaged, also where they contradict each other. Of a pair, the last text is what was chosen (+1) or
/// rejected (-1). Throws JsonError naming the line.
std::vector<SearchTree> import_trees(const std::filesystem::path& file);

/// Who spoke in imported trajectories: nobody knows. The k-th message is by node k, called "step k"; no state has a
/// next turn.
std::unique_ptr<Topology> step_list();

}  // namespace espalier::study
