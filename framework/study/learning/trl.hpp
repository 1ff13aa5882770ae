#pragma once

#include <filesystem>
#include <memory>
#include <span>
#include <vector>

#include "study/learning/targets.hpp"
#include "study/learning/trees.hpp"

namespace espalier::study {

// JSON Lines that TRL's trainers take as they are (PRMTrainer: stepwise supervision; RewardTrainer, DPOTrainer and
// others: preferences), with what we know more exactly beside the labels:
//
//   {"prompt": question, "completions": [text, ...], "labels": [true, ...], "values": [Q, ...], "visits": [...],
//    "successes": [...]}
//   {"prompt": question, "chosen": "text</step>...text</step>", "rejected": "..."}
//
// A label is true where the mean value Q is above 0. A trajectory ends before the first step whose value is not known,
// as trainers have no word for that. "problem" says whose line it is; who reads it may do without.

/// Writes points.jsonl and pairs.jsonl into `folder`. `examples` are those of `trees`, in order.
void export_examples(const std::filesystem::path& folder, std::span<const SearchTree> trees,
                     std::span<const TrainingExamples> examples);

/// Reads such lines as trees: those of one prompt make one tree, equal beginnings being the same states. Where there are
/// `values`, they count; else labels may be true and false, or 1 and 0 for the same, null where nothing is known; other
/// labels have a point, as 0.0 has for an even chance, and a file with whole zeros beside such labels is refused. A line
/// without counts stands for one visit: what several lines say of one state is averaged, also where they contradict
/// each other. Of a pair, the last text is what was chosen (+1) or rejected (-1). Prompts and texts of pairs may be
/// chats, [{"role": ..., "content": ...}, ...]: each message is a step, and without a prompt the messages with which
/// both begin are the prompt. Throws JsonError naming the line.
std::vector<SearchTree> import_trees(const std::filesystem::path& file);

/// Who spoke in imported trajectories: nobody knows. The k-th message is by node k, called "step k"; no state has a
/// next turn.
std::unique_ptr<Topology> step_list();

}  // namespace espalier::study
