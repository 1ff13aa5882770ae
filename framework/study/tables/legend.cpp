#include "study/tables/legend.hpp"

#include <algorithm>
#include <array>

#include "study/tables/summary_legends.hpp"
#include "study/tables/table_legends.hpp"
#include "study/tables/tree_view.hpp"

namespace espalier::study {
namespace {

class LegendPage {
 public:
  LegendPage(bool markdown, int width) : markdown_(markdown), width_(static_cast<std::size_t>(width)) {}

  void add(const Legend& legend) {
    if (!text_.empty()) text_ += "\n";
    shown_.clear();
    text_ += markdown_ ? "### " + std::string(legend.title) + "\n\n| name | holds | meaning |\n|---|---|---|\n"
                       : std::string(legend.title) + "\n\n";
    add_terms(legend, "", 2);
  }

  std::string take() { return std::move(text_); }

 private:
  void add_terms(const Legend& legend, const std::string& prefix, std::size_t indent) {
    shown_.push_back(&legend);
    if (legend.extends) add_terms(*legend.base, prefix, indent);
    for (const Term& term : legend.terms) {
      const std::string name = prefix + std::string(term.name);
      if (markdown_) {
        text_ += "| `" + name + "` | " + std::string(term.takes) + " | " + std::string(term.meaning) + " |\n";
      } else {
        text_ += std::string(indent, ' ') + name + "  (" + std::string(term.takes) + ")\n";
        for (const auto& line : wrapped(term.meaning, width_ - indent - 4))
          text_ += std::string(indent + 4, ' ') + line + "\n";
      }
      if (term.parts == nullptr || std::ranges::find(shown_, term.parts) != shown_.end()) continue;
      const std::string within = term.by_name ? ".NAME." : term.takes.starts_with("array") ? "[]." : ".";
      add_terms(*term.parts, markdown_ ? name + within : "", indent + 4);
    }
  }

  bool markdown_;
  std::size_t width_;
  std::vector<const Legend*> shown_;  ///< in this legend
  std::string text_;
};

}  // namespace

std::span<const Legend* const> legends() {
  static constexpr std::array all = {&kArmTable,
                                     &kChoiceTable,
                                     &kSweepArmTable,
                                     &kSweepValueFitTable,
                                     &kSweepLanguageFitTable,
                                     &kValueFitTable,
                                     &kLanguageFitTable,
                                     &kJudgeTable,
                                     &kJudgeDifferences,
                                     &kRecord,
                                     &kTiming,
                                     &kScore,
                                     &kCompared,
                                     &kValueFit,
                                     &kLanguageFit,
                                     &kJudgement};
  return all;
}

std::string describe_legends(std::span<const Legend* const> shown, bool markdown, int width) {
  LegendPage page(markdown, width);
  for (const Legend* legend : shown) page.add(*legend);
  return page.take();
}

}  // namespace espalier::study
