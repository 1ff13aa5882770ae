#pragma once

#include <cstddef>
#include <optional>
#include <stdexcept>
#include <string>

namespace espalier::jinja {

/// A template that cannot be read, or that cannot be rendered with what it was given; what() says where:
/// "line LINE of the chat template: ...".
class TemplateError : public std::runtime_error {
 public:
  TemplateError(std::size_t line, const std::string& why)
      : std::runtime_error("line " + std::to_string(line) + " of the chat template: " + why), line_(line) {}
  /// The template itself refuses its input: it called raise_exception(message).
  static TemplateError refusal(std::size_t line, const std::string& message) {
    TemplateError error(line, "it refuses the conversation: " + message);
    error.refusal_ = message;
    return error;
  }

  /// The line of the template, from 1.
  std::size_t line() const { return line_; }
  /// What the template passed to raise_exception; nothing where the fault is another one.
  const std::optional<std::string>& refusal() const { return refusal_; }

 private:
  std::size_t line_;
  std::optional<std::string> refusal_;
};

}  // namespace espalier::jinja
