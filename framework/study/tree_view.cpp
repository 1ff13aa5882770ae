#include "tree_view.hpp"

#include <cstdio>
#include <map>
#include <vector>

#include "host/printable.hpp"
#include "study/table.hpp"

namespace espalier::study {
namespace {

std::string signed_number(const Json& number, const char* format) {
  if (number.is_string()) return number.get<std::string>();  // "nan", "inf"
  char text[48];
  std::snprintf(text, sizeof text, format, number.get<double>());
  return text;
}

std::string gold_and_answer(const Json& record) {
  const std::string answer = record.at("answer").is_null() ? "none" : record.at("answer").at("text").get<std::string>();
  return "gold " + record.at("gold").get<std::string>() + ", answer " + answer +
         (record.at("correct").get<bool>() ? ": right" : ": wrong");
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
      const std::string path = node.at("path");
      const auto dot = path.rfind('.');
      children_[dot == std::string::npos ? "" : path.substr(0, dot)].push_back(&node);
    }
  }

  std::string text() {
    line(record_.at("arm").get<std::string>() + ", seed " + std::to_string(record_.at("seed").get<std::int64_t>()) +
         ", problem " + record_.at("id").get<std::string>());
    paragraph(record_.at("question"), "  ", 0);
    line("  " + gold_and_answer(record_) + "; " +
         std::to_string(record_.at("cost").at("agent_calls").get<std::int64_t>()) +
         " agent calls; stopped: " + record_.at("stopped").get<std::string>());
    if (record_.contains("error")) paragraph("error: " + record_.at("error").get<std::string>(), "  ", 0);
    line("");
    draw_children("", "");
    return std::move(text_);
  }

 private:
  void draw_children(const std::string& path, const std::string& indent) {
    const auto found = children_.find(path);
    if (found == children_.end()) return;
    for (std::size_t i = 0; i < found->second.size(); ++i) {
      const bool last = i + 1 == found->second.size();
      draw(*found->second[i], indent + (last ? "`-" : "|-"), indent + (last ? "  " : "| "));
    }
  }

  void draw(const Json& node, const std::string& branch, const std::string& below) {
    const std::string path = node.at("path");
    const bool chosen = !chosen_.empty() && leads_to(path, chosen_);
    const bool has_children = children_.contains(path);
    line(branch + (chosen ? "* " : "  ") + path + "  " + node.at("node").get<std::string>() + figures(node));
    paragraph(node.at("text"), below + (has_children ? "|     " : "      "), style_.lines_per_message);
    draw_children(path, below);
  }

  static std::string figures(const Json& node) {
    std::string text;
    const std::string visits = node.contains("visits") ? "visits" : "noted_visits";
    if (node.contains(visits)) text += "  visits " + std::to_string(node.at(visits).get<int>());
    if (node.contains("value")) text += "  value " + signed_number(node.at("value"), "%+.3f");
    if (node.contains("score")) text += "  score " + signed_number(node.at("score"), "%+.3f");
    if (node.contains("other_scores")) {
      for (const auto& [name, value] : node.at("other_scores").items())
        text += "  by " + name + " " + signed_number(value, "%+.3f");
    }
    if (node.contains("logprob")) text += "  logprob " + signed_number(node.at("logprob"), "%.2f");
    if (node.contains("answer")) {
      text += "  -> " + (node.at("answer").is_null() ? "no answer" : node.at("answer").at("text").get<std::string>());
    }
    if (node.contains("rejected")) text += "  rejected: " + node.at("rejected").get<std::string>();
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
  std::map<std::string, std::vector<const Json*>> children_;  ///< by the parent's path, in record order
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
