#pragma once

#include <algorithm>
#include <cstddef>
#include <iterator>
#include <string>
#include <string_view>

#include "base/json.hpp"

// How this folder runs the JSON library's parser; for nobody else.
namespace espalier::base {

/// Walks over a text and leaves word of how far it is: the parser tells no place with its events.
class TrackedText {
 public:
  using iterator_category = std::input_iterator_tag;
  using value_type = char;
  using difference_type = std::ptrdiff_t;
  using pointer = const char*;
  using reference = const char&;

  TrackedText(const char* at, const char** reached) : at_(at), reached_(reached) {}

  reference operator*() const { return *at_; }
  TrackedText& operator++() {
    *reached_ = ++at_;
    return *this;
  }
  TrackedText operator++(int) {
    TrackedText before = *this;
    ++*this;
    return before;
  }
  bool operator==(const TrackedText& other) const { return at_ == other.at_; }
  bool operator!=(const TrackedText& other) const { return at_ != other.at_; }

 private:
  const char* at_;
  const char** reached_;
};

/// A text that is being parsed, and the end of its reading.
class Reading {
 public:
  Reading(std::string_view text, std::string_view file, std::size_t line)
      : text_(text), file_(file), line_(line), reached_(text.data()), counted_(text.data()), lines_(line) {}

  /// Parses the text into events for `handler`, until that answers false.
  template <class Handler>
  void parse(Handler& handler) {
    if (Json::sax_parse(TrackedText(text_.data(), &reached_), TrackedText(text_.data() + text_.size(), &reached_),
                        &handler)) {
      return;
    }
    fail(static_cast<std::size_t>(reached_ - text_.data()), 1, handler.fault());
  }

  /// The line that the parser has reached. Takes as long as what was read since the last call.
  std::size_t line() {
    lines_ += static_cast<std::size_t>(std::count(counted_, reached_, '\n'));
    counted_ = reached_;
    return lines_;
  }

  /// `length` bytes that end behind byte `end` are wrong.
  [[noreturn]] void fail(std::size_t end, std::size_t length, const std::string& why) const;

  /// What nlohmann says of a text that is no JSON, `end` being how far it came.
  [[noreturn]] void fail(std::size_t end, const std::string& token, const Json::exception& error) const;

 private:
  std::string_view text_;
  std::string_view file_;
  std::size_t line_;
  const char* reached_;
  const char* counted_;
  std::size_t lines_;
};

}  // namespace espalier::base
