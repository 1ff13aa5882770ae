#include "host/manifest/node_json.hpp"

namespace espalier::host {

base::OrderedJson to_json(const Node& node) {
  base::OrderedJson json;
  switch (node.type()) {
    case Node::Type::table:
      json = base::OrderedJson::object();
      for (const auto& member : node.members()) json[member.key] = to_json(member.value);
      break;
    case Node::Type::array:
      json = base::OrderedJson::array();
      for (const auto& element : node.elements()) json.push_back(to_json(element));
      break;
    case Node::Type::text:
      json = node.text();
      break;
    case Node::Type::integer:
      json = node.integer();
      break;
    case Node::Type::real:
      json = node.real();
      break;
    case Node::Type::boolean:
      json = node.boolean();
      break;
  }
  return json;
}

}  // namespace espalier::host
