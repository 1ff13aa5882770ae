#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace espalier::base {

/// A compiled regular expression (Perl syntax, UTF-8) whose matching is bounded in steps and memory and needs little
/// stack, so that it is safe on fibers and on text nobody has seen before. Immutable; may be shared by threads.
class Regex {
 public:
  struct Options {
    bool unicode_classes = false;  ///< \w, \d, \b and POSIX classes go by Unicode's properties, not by ASCII
    bool every_line = false;       ///< ^ and $ match at every line's begin and end
  };
  /// Compiles `pattern`; throws std::invalid_argument saying what is wrong and at which character.
  explicit Regex(std::string_view pattern) : Regex(pattern, Options{}) {}
  Regex(std::string_view pattern, Options options);

  /// Whether the pattern matches anywhere in `text`. Invalid UTF-8 in the text matches nothing but is otherwise
  /// harmless. Throws std::runtime_error when the limit on matching steps is reached.
  bool found_in(std::string_view text) const;
  /// Returns the first match: the whole of it, then its groups ("" for groups that took no part); empty when there is
  /// none. Throws like found_in.
  std::vector<std::string> match(std::string_view text) const;

  using Range = std::pair<std::size_t, std::size_t>;  ///< of bytes: begin, end
  /// Replaces the content of `matches` by all matches, from left to right, that do not overlap. An empty one counts
  /// unless it touches the match before it. Throws like found_in, with a limit that grows with the text.
  void find_all(std::string_view text, std::vector<Range>& matches) const;

 private:
  struct Compiled;
  std::shared_ptr<const Compiled> compiled_;
};

}  // namespace espalier::base
