#pragma once

#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "models/jinja/python.hpp"

namespace espalier::jinja {

/// What a function is called with.
struct CallArguments {
  std::vector<Value> positional;
  std::vector<std::pair<Text, Value>> named;

  /// Null where there is none.
  const Value* find(std::string_view name) const {
    for (const auto& [key, value] : named) {
      if (key.bytes() == name) return &value;
    }
    return nullptr;
  }
};

/// The arguments of one of our functions, bound to its parameters.
class Parameters {
 public:
  /// Throws TemplateError for arguments that have no parameter, and where one of the first `required` is missing.
  Parameters(Meter& meter, std::string_view function, const CallArguments& arguments,
             std::initializer_list<std::string_view> names, std::size_t required = 0);

  bool has(std::size_t i) const { return values_[i] != nullptr; }
  const Value& operator[](std::size_t i) const { return *values_[i]; }
  Value value(std::size_t i, const Value& otherwise) const { return has(i) ? *values_[i] : otherwise; }
  bool truth(std::size_t i, bool otherwise) const { return has(i) ? is_true(*values_[i]) : otherwise; }
  /// Throws where the argument is no integer. None counts as missing.
  std::int64_t integer(std::size_t i, std::int64_t otherwise) const;
  /// Throws where the argument is no text.
  const Text& text(std::size_t i) const;

 private:
  Meter& meter_;
  std::string function_;
  std::vector<std::string_view> names_;
  std::vector<const Value*> values_;
};

}  // namespace espalier::jinja
