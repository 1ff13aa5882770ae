#include <espalier/grader.hpp>
#include <espalier/plugin.hpp>

namespace {

/// Reads dates such as 2021-05-03 and nothing else, as no sample text of the conformance suite is.
class Dates final : public espalier::Grader {
 public:
  struct Params : espalier::Params {
    using espalier::Params::Params;
  };

  explicit Dates(const Params&) {}

  std::optional<espalier::Answer> extract(std::string_view text) const override {
    constexpr std::string_view shape = "0000-00-00";
    if (text.size() != shape.size()) return std::nullopt;
    for (std::size_t at = 0; at < shape.size(); ++at) {
      const bool digit = text[at] >= '0' && text[at] <= '9';
      if (shape[at] == '0' ? !digit : text[at] != '-') return std::nullopt;
    }
    return espalier::Answer{std::string(text), std::string(text), "date"};
  }

  std::optional<espalier::Answer> reference(std::string_view gold) const override { return extract(gold); }

  espalier::Verdict equal(const espalier::Answer& answer, const espalier::Answer& gold) const override {
    return {answer.canonical == gold.canonical, "Dates were compared."};
  }
};

}  // namespace

ESPALIER_PLUGIN(Dates, "Compares dates such as 2021-05-03.")
