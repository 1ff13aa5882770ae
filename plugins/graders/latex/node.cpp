#include "node.hpp"

#include <string_view>

namespace espalier::latex {

std::string spelled(const Node& node) {
  if (node.op == Op::number) return answers::canonical(node.number);
  if (node.op == Op::symbol) return node.name;
  const std::string_view between = node.op == Op::sum       ? " + "
                                   : node.op == Op::product ? "*"
                                   : node.op == Op::power   ? "^"
                                                            : ", ";
  std::string text = (node.op == Op::root ? "root" : node.name) + '(';
  for (const Node& part : node.parts) text.append(&part == &node.parts[0] ? "" : between).append(spelled(part));
  return text + ')';
}

}  // namespace espalier::latex
