#include "models/jinja/collector.hpp"

namespace espalier::jinja {

Collector::Collector(Symbols& symbols, Meter& meter) : symbols_(&symbols), meter_(meter) {
  expressions_.on_name = [this](Name& name) { symbols_->load(name.name); };
}

void Collector::body(Body& statements) {
  for (Statement& statement : statements) {
    meter_.line = statement.line;
    std::visit([this](auto& node) { visit(node); }, statement.node);
  }
}

void Collector::parameters(const Target& target) {
  if (!target.tuple) symbols_->declare(target.name);
  for (const Target& part : target.parts) parameters(part);
}

void Collector::target(const Target& target) {
  for (const Target& part : target.parts) this->target(part);
  if (target.tuple) return;
  target.attribute.empty() ? symbols_->store(target.name) : symbols_->load(target.name);
}

void Collector::visit(Set& set) {
  expression(set.value);
  target(set.target);
}

void Collector::visit(With& with) {
  for (Expression& value : with.values) expression(value);
}

// Every branch begins with what was known before the condition. jinja2 has an `elif` lie in a branch of its own, which
// comes to the same as branches side by side.
void Collector::visit(If& condition) {
  Symbols* before = symbols_;
  std::vector<Symbols> after;
  for (Branch& branch : condition.branches) {
    meter_.charge(before->size());
    after.push_back(*before);
    symbols_ = &after.back();
    if (branch.test) expression(*branch.test);
    body(branch.body);
    symbols_ = before;
  }
  before->merge(after, meter_);
}

}  // namespace espalier::jinja
