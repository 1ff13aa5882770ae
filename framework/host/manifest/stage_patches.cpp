#include "host/manifest/stage_patches.hpp"

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "host/manifest/merge.hpp"
#include "host/nearest.hpp"
#include "host/wording.hpp"

namespace espalier::host {
namespace {

/// The stages of one manifest, each written out the first time it is asked for.
class Patches {
 public:
  Patches(Node& stages, Diagnostics& diagnostics) : stages_(stages), diagnostics_(diagnostics) {}

  void write_out(const std::string& name) {
    Node& stage = *stages_.find(name);
    const Node* like = stage.is_table() ? stage.find("like") : nullptr;
    if (like == nullptr) return;
    const Node reference = *like;
    open_.push_back(name);
    if (const std::string mistake = mistaken(reference); !mistake.empty()) {
      diagnostics_.error(reference.position, reference.path + " " + mistake);
      stage.incomplete = true;
    } else {
      write_out(reference.text());
      const Position position = stage.position;
      stage = merge_members(*stages_.find(reference.text()), stage);
      stage.position = position;
      assign_paths(stage, join_path("stages", name));
    }
    open_.pop_back();
    stage.erase("like");
  }

 private:
  std::string mistaken(const Node& like) const {
    if (!like.is_text()) return wrong_type("the name of a stage", like);
    const Node* base = stages_.find(like.text());
    if (base == nullptr || !base->is_table()) {
      std::vector<std::string> names;
      for (const auto& member : stages_.members()) names.push_back(member.key);
      return "names no stage: there is no " + like.text() + did_you_mean(like.text(), names) +
             "; known: " + enumerate(names);
    }
    const auto start = std::ranges::find(open_, like.text());
    if (start == open_.end()) return "";
    std::string circle;
    for (auto step = start; step != open_.end(); ++step) circle += *step + " -> ";
    return "goes round in a circle: " + circle + like.text();
  }

  Node& stages_;
  Diagnostics& diagnostics_;
  std::vector<std::string> open_;  ///< stages being written out, outermost first
};

}  // namespace

Node with_whole_stages(Node root, Diagnostics& diagnostics) {
  Node* stages = root.find("stages");
  if (stages == nullptr || !stages->is_table()) return root;
  std::vector<std::string> names;
  for (const auto& member : stages->members()) names.push_back(member.key);
  Patches patches(*stages, diagnostics);
  for (const auto& name : names) patches.write_out(name);
  return root;
}

}  // namespace espalier::host
