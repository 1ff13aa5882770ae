#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "base/json.hpp"
#include "models/jinja/text.hpp"

namespace espalier::jinja {

class Value;
class Mapping;
struct List;
struct Range;
struct View;
struct Iterator;
struct Namespace;
struct Function;
struct Loop;

/// What a name without a value stands for; it prints as nothing and fails in most operations.
struct Undefined {
  std::shared_ptr<const std::string> why;  ///< what to say where it is used
};
struct None {};

/// A value of a template: what Python would hold. Containers are shared and never change; templates run in a sandbox
/// that refuses to change what they are given. Callers make the first kinds, the rest arises in renderings.
class Value {
 public:
  using Content = std::variant<std::monostate, Undefined, None, bool, std::int64_t, double, Text,
                               std::shared_ptr<const List>, std::shared_ptr<const Mapping>,
                               std::shared_ptr<const Range>, std::shared_ptr<const View>, std::shared_ptr<Iterator>,
                               std::shared_ptr<Namespace>, std::shared_ptr<const Function>, std::shared_ptr<Loop>>;

  /// No value at all, as of a variable that was not set.
  Value() = default;
  Value(None) : content_(None()) {}                                         // NOLINT(google-explicit-constructor)
  Value(bool value) : content_(value) {}                                    // NOLINT(google-explicit-constructor)
  Value(int value) : content_(std::int64_t{value}) {}                       // NOLINT(google-explicit-constructor)
  Value(std::int64_t value) : content_(value) {}                            // NOLINT(google-explicit-constructor)
  Value(std::size_t value) : content_(static_cast<std::int64_t>(value)) {}  // NOLINT(google-explicit-constructor)
  Value(double value) : content_(value) {}                                  // NOLINT(google-explicit-constructor)
  Value(Text value) : content_(std::move(value)) {}                         // NOLINT(google-explicit-constructor)
  Value(std::string value) : content_(Text(std::move(value))) {}            // NOLINT(google-explicit-constructor)
  Value(const char* value) : content_(Text(value)) {}                       // NOLINT(google-explicit-constructor)
  Value(Undefined value) : content_(std::move(value)) {}                    // NOLINT(google-explicit-constructor)
  template <class T>
  Value(std::shared_ptr<T> value) : content_(std::move(value)) {}  // NOLINT(google-explicit-constructor)

  /// Containers that lie deeper in one another than kMostValueDepth are refused with std::invalid_argument.
  static Value list(std::vector<Value> items);
  static Value tuple(std::vector<Value> items);
  /// In the order given; the last of equal keys counts.
  static Value mapping(const std::vector<std::pair<std::string, Value>>& members);
  /// What a JSON value is in a template; OrderedJson keeps the order of its members. With `from_input`, its texts and
  /// keys are marked.
  template <class Json>
  static Value from_json(const Json& json, bool from_input = false);
  static Value undefined(std::string why) { return Undefined{std::make_shared<const std::string>(std::move(why))}; }

  template <class T>
  bool is() const {
    return std::holds_alternative<T>(content_);
  }
  template <class T>
  const T* get() const {
    return std::get_if<T>(&content_);
  }
  const List* as_list() const { return at<std::shared_ptr<const List>>(); }
  const Mapping* as_mapping() const { return at<std::shared_ptr<const Mapping>>(); }
  const Range* as_range() const { return at<std::shared_ptr<const Range>>(); }
  const View* as_view() const { return at<std::shared_ptr<const View>>(); }
  Iterator* as_iterator() const { return at<std::shared_ptr<Iterator>>(); }
  Namespace* as_namespace() const { return at<std::shared_ptr<Namespace>>(); }
  const Function* as_function() const { return at<std::shared_ptr<const Function>>(); }
  Loop* as_loop() const { return at<std::shared_ptr<Loop>>(); }
  bool is_missing() const { return is<std::monostate>(); }
  const Content& content() const { return content_; }

  /// How many containers lie in one another.
  std::size_t depth() const;
  /// Python's name of the type, for messages.
  std::string_view type_name() const;

 private:
  template <class Pointer>
  auto at() const -> decltype(std::declval<Pointer>().get()) {
    const Pointer* pointer = get<Pointer>();
    return pointer ? pointer->get() : nullptr;
  }

  Content content_;
};

extern template Value Value::from_json<base::Json>(const base::Json&, bool);
extern template Value Value::from_json<base::OrderedJson>(const base::OrderedJson&, bool);

}  // namespace espalier::jinja
