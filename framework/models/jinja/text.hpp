#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "models/jinja/meter.hpp"

namespace espalier::jinja {

/// A part of a rendering.
struct Piece {
  std::string text;
  bool from_input;  ///< made of texts that the caller marked, not of the template's own
  bool operator==(const Piece&) const = default;
};

/// An immutable text that knows of every character whether it comes from marked input, as Python's str for the rest:
/// indices and lengths count characters, comparisons ignore the marks.
///
/// Every operation of the interpreter copies marks with the characters, so that what a template makes of a message's
/// text stays told apart from what the template says itself. Marks are held as the offsets at which they change, and
/// nearly every text has none: it is all of one origin. Copies share.
class Text {
 public:
  struct Content {
    std::string bytes;  ///< never empty
    std::size_t length;
    bool first;                        ///< the mark of the first byte
    std::vector<std::size_t> changes;  ///< offsets at which the mark is no longer that of the byte before
  };

  Text() = default;
  explicit Text(Content content) : content_(std::make_shared<const Content>(std::move(content))) {}
  /// Ill-formed UTF-8 is mended.
  explicit Text(std::string bytes, bool from_input = false);
  explicit Text(const char* bytes) : Text(std::string(bytes)) {}

  std::string_view bytes() const { return content_ ? std::string_view(content_->bytes) : std::string_view(); }
  bool empty() const { return !content_; }
  /// In characters.
  std::size_t length() const { return content_ ? content_->length : 0; }
  bool is_ascii() const { return length() == bytes().size(); }
  /// The offset in bytes of the character at `index`, which may be the length.
  std::size_t offset_of(std::size_t index) const;
  /// The index of the character at the offset.
  std::size_t index_of(std::size_t offset) const;
  /// The bytes [begin, end), which are whole characters.
  Text part(std::size_t begin, std::size_t end) const;
  Text part(std::string_view within) const;  ///< a view into bytes()
  bool from_input(std::size_t offset) const;
  std::vector<Piece> pieces() const;

  /// What the filters `safe` and `escape` return: text which other text is escaped for when the two are joined.
  bool is_markup() const { return markup_; }
  Text as_markup(bool markup = true) const;

  /// Calls visit(bytes, from_input) for each run of one origin in [begin, end).
  template <class Visit>
  void for_each_run(std::size_t begin, std::size_t end, Visit visit) const {
    if (begin >= end) return;
    bool mark = content_->first;
    for (const std::size_t change : content_->changes) {
      if (change >= end) break;
      if (change > begin) {
        visit(bytes().substr(begin, change - begin), mark);
        begin = change;
      }
      mark = !mark;
    }
    visit(bytes().substr(begin, end - begin), mark);
  }

 private:
  std::shared_ptr<const Content> content_;  // null for the empty text
  bool markup_ = false;
};

/// Puts a text together, within the limits of a rendering.
class TextBuilder {
 public:
  explicit TextBuilder(Meter& meter) : meter_(meter) {}

  void append(std::string_view bytes, bool from_input = false);
  void append(const Text& text) { append(text, 0, text.bytes().size()); }
  /// The bytes [begin, end) of a text.
  void append(const Text& text, std::size_t begin, std::size_t end);
  std::size_t size() const { return bytes_.size(); }
  /// Leaves the builder empty.
  Text take();
  std::vector<Piece> take_pieces() { return take().pieces(); }

 private:
  Meter& meter_;
  std::string bytes_;
  bool first_ = false, last_ = false;
  std::vector<std::size_t> changes_;
};

}  // namespace espalier::jinja
