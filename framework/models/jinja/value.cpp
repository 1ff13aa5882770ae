#include "models/jinja/value.hpp"

#include <stdexcept>

#include "models/jinja/objects.hpp"

namespace espalier::jinja {
namespace {

template <class... Cases>
struct Overloaded : Cases... {
  using Cases::operator()...;
};
template <class... Cases>
Overloaded(Cases...) -> Overloaded<Cases...>;

Value checked(Value value) {
  if (value.depth() > kMostValueDepth) throw std::invalid_argument("lists and mappings lie too deep in one another");
  return value;
}

}  // namespace

std::size_t depth_around(const std::vector<Value>& items) {
  std::size_t depth = 0;
  for (const Value& item : items) depth = std::max(depth, item.depth());
  return depth + 1;
}

Value Value::list(std::vector<Value> items) { return checked(std::make_shared<const List>(std::move(items))); }

Value Value::tuple(std::vector<Value> items) { return checked(std::make_shared<const List>(std::move(items), true)); }

Value Value::mapping(const std::vector<std::pair<std::string, Value>>& members) {
  auto mapping = std::make_shared<Mapping>();
  for (const auto& [key, value] : members) mapping->set(Text(key), value);
  return checked(std::shared_ptr<const Mapping>(std::move(mapping)));
}

template <class Json>
Value Value::from_json(const Json& json, bool from_input) {
  if (json.is_boolean()) return json.template get<bool>();
  if (json.is_number_unsigned() && json.template get<std::uint64_t>() > INT64_MAX) return json.template get<double>();
  if (json.is_number_integer()) return json.template get<std::int64_t>();
  if (json.is_number()) return json.template get<double>();
  if (json.is_string()) return Text(json.template get<std::string>(), from_input);
  if (json.is_array()) {
    std::vector<Value> items;
    for (const auto& element : json) items.push_back(from_json(element, from_input));
    return list(std::move(items));
  }
  if (json.is_object()) {
    auto mapping = std::make_shared<Mapping>();
    for (const auto& [key, member] : json.items()) mapping->set(Text(key, from_input), from_json(member, from_input));
    return checked(std::shared_ptr<const Mapping>(std::move(mapping)));
  }
  return None();
}

template Value Value::from_json<base::Json>(const base::Json&, bool);
template Value Value::from_json<base::OrderedJson>(const base::OrderedJson&, bool);

std::size_t Value::depth() const {
  return std::visit(
      Overloaded{[](const std::shared_ptr<const List>& list) { return list->depth; },
                 [](const std::shared_ptr<const Mapping>& mapping) { return mapping->depth(); },
                 [](const std::shared_ptr<const View>& view) { return view->mapping->depth() + 1; },
                 [](const std::shared_ptr<Iterator>& iterator) { return iterator->depth; },
                 [](const std::shared_ptr<const Function>& function) { return function->self.depth() + 1; },
                 [](const std::shared_ptr<Loop>& loop) { return loop->value_depth; },
                 [](const auto&) { return std::size_t{0}; }},
      content_);
}

std::string_view Value::type_name() const {
  return std::visit(
      Overloaded{[](std::monostate) { return "missing"; }, [](const Undefined&) { return "Undefined"; },
                 [](None) { return "None"; }, [](bool) { return "bool"; }, [](std::int64_t) { return "int"; },
                 [](double) { return "float"; }, [](const Text&) { return "str"; },
                 [](const std::shared_ptr<const List>& list) { return list->tuple ? "tuple" : "list"; },
                 [](const std::shared_ptr<const Mapping>&) { return "dict"; },
                 [](const std::shared_ptr<const Range>&) { return "range"; },
                 [](const std::shared_ptr<const View>&) { return "view of a dict"; },
                 [](const std::shared_ptr<Iterator>&) { return "generator"; },
                 [](const std::shared_ptr<Namespace>&) { return "Namespace"; },
                 [](const std::shared_ptr<const Function>&) { return "function"; },
                 [](const std::shared_ptr<Loop>&) { return "LoopContext"; }},
      content_);
}

}  // namespace espalier::jinja
