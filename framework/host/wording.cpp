#include "host/wording.hpp"

#include "host/plugins/catalog.hpp"

namespace espalier::host {

std::string singular(std::string_view kind) {
  const Kind* known = find_kind(kind);
  return std::string(known ? known->singular : "stage");
}

std::string one(std::string_view kind) {
  const std::string name = singular(kind);
  return (std::string_view("aeiou").find(name.front()) != std::string_view::npos ? "an " : "a ") + name;
}

std::string wrong_type(std::string_view wanted, const Node& got) {
  return "must be " + std::string(wanted) + ", got " + std::string(got.type_name());
}

}  // namespace espalier::host
