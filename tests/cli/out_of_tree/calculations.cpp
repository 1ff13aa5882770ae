#include <cctype>
#include <cmath>
#include <cstdlib>
#include <espalier/plugin.hpp>
#include <espalier/value_model.hpp>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace {

/// The number that ends right before `end`, blanks aside; `end` moves to its begin.
std::optional<double> number_before(const std::string& text, std::size_t& end) {
  while (end > 0 && text[end - 1] == ' ') --end;
  std::size_t begin = end;
  while (begin > 0 && (std::isdigit(static_cast<unsigned char>(text[begin - 1])) || text[begin - 1] == '.')) --begin;
  if (begin == end) return std::nullopt;
  const double number = std::strtod(text.substr(begin, end - begin).c_str(), nullptr);
  end = begin;
  return number;
}

/// Whether "a op b = c" around the `=` at `place` holds; nothing where there is no such calculation.
std::optional<bool> holds(const std::string& text, std::size_t place) {
  char* rest = nullptr;
  const double result = std::strtod(text.c_str() + place + 1, &rest);
  if (rest == text.c_str() + place + 1) return std::nullopt;
  std::size_t end = place;
  const auto second = number_before(text, end);
  if (!second) return std::nullopt;
  while (end > 0 && text[end - 1] == ' ') --end;
  if (end == 0) return std::nullopt;
  const char operation = text[--end];
  const auto first = number_before(text, end);
  if (!first) return std::nullopt;
  const double found = operation == '+'   ? *first + *second
                       : operation == '-' ? *first - *second
                       : operation == '*' ? *first * *second
                       : operation == '/' ? *first / *second
                                          : std::nan("");
  if (std::isnan(found)) return std::nullopt;
  return std::abs(found - result) < 1e-6;
}

/// Does the sums again: 1 where all calculations that were written down hold, -1 where none does, 0 without any.
class Calculations final : public espalier::ValueModel {
 public:
  struct Params : espalier::Params {
    using espalier::Params::Params;
  };

  explicit Calculations(const Params&) {}

  std::vector<espalier::Value> score(std::span<const espalier::State> states) override {
    std::vector<espalier::Value> values;
    for (const auto& state : states) {
      int right = 0;
      int wrong = 0;
      for (const auto* message : state.transcript.messages()) {
        for (auto at = message->text.find('='); at != std::string::npos; at = message->text.find('=', at + 1)) {
          if (const auto known = holds(message->text, at)) ++(*known ? right : wrong);
        }
      }
      const int all = right + wrong;
      values.push_back({.mean = all == 0 ? 0.0 : static_cast<double>(right - wrong) / all});
    }
    return values;
  }
};

}  // namespace

ESPALIER_PLUGIN(Calculations, "Counts the calculations that hold.")
