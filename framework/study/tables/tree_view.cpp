#include "study/tables/tree_view.hpp"

#include <cstdio>
#include <map>
#include <vector>

#include "host/printable.hpp"
#include "study/tables/table.hpp"

namespace espalier::study {
namespace {

std::string signed_number(const Json& number, const char* format) {
  if (number.is_string()) return number.get<std::string>();  // "nan", "inf"
  char text[48];
  std::snprintf(text, sizeof text, format, number.get<double>());
  return text;
}

std::string gold_and_answer(const Json& record) {
  const Json& answer = record.at("answer");
  return "gold " + member<std::string>(record, "gold") + ", answer " +
         (answer.is_null() ? "none" : member<std::string>(answer, "text")) +
         (member<bool>(record, "correct") ? ": right" : ": wrong");
}

/// A path is chosen when it is a prefix of the chosen one, component by component.
bool leads_to(const std::string& path, const std::string& chosen) {
  return chosen.starts_with(path) && (chosen.size() == path.size() || chosen[path.size()] == '.');
}

class TreeDrawing {
 public:
  TreeDrawing(const Json& record, const TreeStyle& style)
      : record_(record), style_(style), chosen_(record.value("chosen", std::string())) {
    for (const auto& node : record.at("nodes")) {
      const auto path = member<std::string>(node, "path");
      const auto dot = path.rfind('.');
      children_[dot == std::string::npos ? "" : path.substr(0, dot)].push_back(&node);
    }
  }

  std::string text() {
    line(member<std::string>(record_, "arm") + ", seed " + std::to_string(member<std::int64_t>(record_, "seed")) +
         ", problem " + member<std::string>(record_, "id"));
    paragraph(member<std::string>(record_, "question"), "  ", 0);
    line("  " + gold_and_answer(record_) + "; " +
         std::to_string(member<std::int64_t>(record_.at("cost"), "agent_calls")) +
         " agent calls; stopped: " + member<std::string>(record_, "stopped"));
    if (record_.contains("error")) paragraph("error: " + member<std::string>(record_, "error"), "  ", 0);
    line("");
    open_children("", "");
    while (!open_.empty()) {
      const Branch next = std::move(open_.back());
      open_.pop_back();
      draw(next);
    }
    return std::move(text_);
  }

 private:
  /// A message to be drawn, with what stands before it and before the lines below it.
  struct Branch {
    const Json* node;
    std::string before;
    std::string below;
  };

  /// What hangs below a path is drawn once: records are files, and one that has a path twice or "" for one must not be
  /// drawn without an end.
  void open_children(const std::string& path, const std::string& indent) {
    const auto children = children_.extract(path);
    if (children.empty()) return;
    for (auto child = children.mapped().rbegin(); child != children.mapped().rend(); ++child) {
      const bool last = child == children.mapped().rbegin();
      open_.push_back({*child, indent + (last ? "`-" : "|-"), indent + (last ? "  " : "| ")});
    }
  }

  void draw(const Branch& branch) {
    const Json& node = *branch.node;
    const auto path = member<std::string>(node, "path");
    const bool chosen = !chosen_.empty() && leads_to(path, chosen_);
    const bool has_children = children_.contains(path);
    line(branch.before + (chosen ? "* " : "  ") + path + "  " + member<std::string>(node, "node") + figures(node));
    paragraph(member<std::string>(node, "text"), branch.below + (has_children ? "|     " : "      "),
              style_.lines_per_message);
    open_children(path, branch.below);
  }

  static std::string figures(const Json& node) {
    std::string text;
    const std::string visits = node.contains("visits") ? "visits" : "noted_visits";
    if (node.contains(visits)) text += "  visits " + std::to_string(member<int>(node, visits));
    if (node.contains("value")) text += "  value " + signed_number(node.at("value"), "%+.3f");
    if (node.contains("score")) text += "  score " + signed_number(node.at("score"), "%+.3f");
    if (node.contains("other_scores")) {
      for (const auto& [name, value] : node.at("other_scores").items())
        text += "  by " + name + " " + signed_number(value, "%+.3f");
    }
    if (node.contains("logprob")) text += "  logprob " + signed_number(node.at("logprob"), "%.2f");
    if (node.contains("answer")) {
      const Json& answer = node.at("answer");
      text += "  -> " + (answer.is_null() ? "no answer" : member<std::string>(answer, "text"));
    }
    if (node.contains("rejected")) text += "  rejected: " + member<std::string>(node, "rejected");
    if (node.contains("speculative")) text += "  drawn ahead, not used";
    return text;
  }

  /// Appends a text, wrapped and cut after `most` lines (0: never).
  void paragraph(const std::string& message, const std::string& indent, int most) {
    const auto room = static_cast<std::size_t>(style_.width) > indent.size() + 20
                          ? static_cast<std::size_t>(style_.width) - indent.size()
                          : std::size_t{20};
    auto lines = wrapped(host::printable_lines(message), room);
    const auto limit = static_cast<std::size_t>(most);
    if (most > 0 && lines.size() > limit) {
      lines.resize(limit);
      lines.back() = shortened(lines.back(), room - 3) + "...";
    }
    for (const auto& one : lines) line(indent + one);
  }

  void line(std::string_view text) { text_ += host::printable_line(text) + "\n"; }

  const Json& record_;
  const TreeStyle& style_;
  std::string chosen_;
  /// What is not drawn so far, by the parent's path, in record order.
  std::map<std::string, std::vector<const Json*>> children_;
  std::vector<Branch> open_;  ///< to be drawn, the next one last
  std::string text_;
};

}  // namespace

std::vector<std::string> wrapped(std::string_view text, std::size_t width) {
  std::vector<std::string> lines(1);
  const auto put = [&](std::string_view word) {
    std::string& line = lines.back();
    if (!line.empty() && display_width(line) + 1 + display_width(word) > width) lines.emplace_back();
    if (!lines.back().empty()) lines.back() += ' ';
    for (const char byte : word) {
      const bool begins = (static_cast<unsigned char>(byte) & 0xc0) != 0x80;
      if (begins && display_width(lines.back()) >= width) lines.emplace_back();
      lines.back() += byte;
    }
  };
  while (!text.empty()) {
    const auto end = text.find_first_of(" \t\n");
    if (const auto word = text.substr(0, end); !word.empty()) put(word);
    if (end == std::string_view::npos) break;
    if (text[end] == '\n') lines.emplace_back();
    text.remove_prefix(end + 1);
  }
  if (lines.size() > 1 && lines.back().empty()) lines.pop_back();
  return lines;
}

std::string draw_tree(const Json& record, const TreeStyle& style) { return TreeDrawing(record, style).text(); }

}  // namespace espalier::study
