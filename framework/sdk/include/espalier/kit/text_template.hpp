#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace espalier {

/// A text with places to fill, the one template language of manifests: "{name}" is a place, "{{" and "}}" are braces,
/// and so are those of LaTeX's arguments, which follow a command, a backslash, "^", another argument or, where names
/// are given, "_": "\\frac{1}{2}" needs no doubling. What names there are is up to who fills it.
class TextTemplate {
 public:
  /// The names a template may use; none: any. "prefix:NAME" stands for all names "prefix:" and something.
  using Names = std::vector<std::string>;

  /// Throws std::invalid_argument with what `fault` says.
  explicit TextTemplate(std::string_view spelling, const Names& known = {});

  /// What is wrong with a spelling, as the end of a sentence, with line and column in it: a brace without its other, a
  /// place without a name or with one that is not known. Nothing where all is right.
  static std::optional<std::string> fault(std::string_view spelling, const Names& known = {});

  /// The text with `value(name)` at every place. What `value` throws passes through.
  std::string fill(const std::function<std::string(const std::string& name)>& value) const;

  /// The names of all places, in order, as often as they occur.
  std::vector<std::string> names() const;

 private:
  struct Part {
    std::string text;  ///< what stands there, or the name of a place
    bool place;
  };

  std::vector<Part> parts_;
};

}  // namespace espalier
