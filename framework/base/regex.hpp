#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace espalier::base {

/// A compiled regular expression (Perl syntax, UTF-8) whose matching is bounded in steps and memory and needs no stack,
/// so that it is safe on fibers and on text nobody has seen before. Immutable; may be shared by threads.
class Regex {
 public:
  /// Compiles `pattern`; throws std::invalid_argument saying what is wrong and at which character.
  explicit Regex(std::string_view pattern);

  /// Whether the pattern matches anywhere in `text`. Invalid UTF-8 in the text matches nothing but is otherwise
  /// harmless. Throws std::runtime_error when the limit on matching steps is reached.
  bool found_in(std::string_view text) const;
  /// Returns the first match: the whole of it, then its groups ("" for groups that took no part); empty when there is
  /// none. Throws like found_in.
  std::vector<std::string> match(std::string_view text) const;

 private:
  struct Compiled;
  std::shared_ptr<const Compiled> compiled_;
};

}  // namespace espalier::base
