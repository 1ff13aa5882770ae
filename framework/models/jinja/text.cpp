#include "models/jinja/text.hpp"

#include <algorithm>
#include <utility>

#include "base/utf8.hpp"
#include "models/jinja/unicode.hpp"

namespace espalier::jinja {

Text::Text(std::string bytes, bool from_input) {
  if (bytes.empty()) return;
  bytes = base::to_utf8(std::move(bytes));
  const std::size_t length = count_characters(bytes);
  content_ = std::make_shared<const Content>(Content{std::move(bytes), length, from_input, {}});
}

std::size_t Text::offset_of(std::size_t index) const {
  if (is_ascii()) return index;
  std::size_t at = 0;
  for (; index > 0; --index) next_character(bytes(), at);
  return at;
}

std::size_t Text::index_of(std::size_t offset) const {
  return is_ascii() ? offset : count_characters(bytes().substr(0, offset));
}

Text Text::part(std::size_t begin, std::size_t end) const {
  if (begin >= end) return Text().as_markup(markup_);
  if (begin == 0 && end == bytes().size()) return *this;
  Content content{std::string(bytes().substr(begin, end - begin)), 0, false, {}};
  content.length = is_ascii() ? content.bytes.size() : count_characters(content.bytes);
  bool mark = content_->first;
  auto change = content_->changes.begin();
  for (; change != content_->changes.end() && *change <= begin; ++change) mark = !mark;
  content.first = mark;
  for (; change != content_->changes.end() && *change < end; ++change) content.changes.push_back(*change - begin);
  return Text(std::move(content)).as_markup(markup_);
}

Text Text::part(std::string_view within) const {
  if (within.empty()) return Text().as_markup(markup_);
  const auto begin = static_cast<std::size_t>(within.data() - bytes().data());
  return part(begin, begin + within.size());
}

bool Text::from_input(std::size_t offset) const {
  const auto& changes = content_->changes;
  const auto before = std::upper_bound(changes.begin(), changes.end(), offset) - changes.begin();
  return content_->first != (before % 2 == 1);
}

std::vector<Piece> Text::pieces() const {
  std::vector<Piece> pieces;
  for_each_run(0, bytes().size(), [&](std::string_view run, bool mark) { pieces.push_back({std::string(run), mark}); });
  return pieces;
}

Text Text::as_markup(bool markup) const {
  Text result = *this;
  result.markup_ = markup;
  return result;
}

void TextBuilder::append(std::string_view bytes, bool from_input) {
  if (bytes.empty()) return;
  meter_.check_bytes(bytes_.size() + bytes.size());
  meter_.charge_bytes(bytes.size());
  if (bytes_.empty()) {
    first_ = from_input;
  } else if (last_ != from_input) {
    changes_.push_back(bytes_.size());
  }
  last_ = from_input;
  bytes_ += bytes;
}

void TextBuilder::append(const Text& text, std::size_t begin, std::size_t end) {
  text.for_each_run(begin, end, [&](std::string_view run, bool mark) { append(run, mark); });
}

Text TextBuilder::take() {
  if (bytes_.empty()) return {};
  const std::size_t length = count_characters(bytes_);
  return Text(Text::Content{std::exchange(bytes_, {}), length, first_, std::exchange(changes_, {})});
}

}  // namespace espalier::jinja
