#include "models/jinja/undeclared.hpp"

#include "models/jinja/expression_walk.hpp"

namespace espalier::jinja {
namespace {

class Search {
 public:
  explicit Search(std::set<std::string> names) : names_(std::move(names)) {
    expressions_.on_name = [this](Name& name) {
      if (names_.contains(name.name)) found.insert(name.name);
    };
  }

  void body(Body& statements) {
    for (Statement& statement : statements) std::visit([this](auto& node) { visit(node); }, statement.node);
  }

  std::set<std::string> found;

 private:
  void target(const Target& target) {
    if (!target.tuple && target.attribute.empty()) names_.erase(target.name);
    for (const Target& part : target.parts) this->target(part);
  }
  void targets(const std::vector<Target>& all) {
    for (const Target& one : all) target(one);
  }
  void expression(Expression& one) { expressions_.walk(one); }
  void expressions(std::vector<Expression>& all) {
    for (Expression& one : all) expression(one);
  }
  void macro(MacroDefinition& definition) {
    targets(definition.parameters);
    expressions(definition.defaults);
    body(definition.body);
  }

  void visit(Data&) {}
  void visit(Break&) {}
  void visit(Continue&) {}
  void visit(Print& print) { expression(print.value); }
  void visit(If& condition) {
    for (Branch& branch : condition.branches) {
      if (branch.test) expression(*branch.test);
      body(branch.body);
    }
  }
  void visit(For& loop) {
    target(loop.target);
    expression(loop.items);
    body(loop.body);
    body(loop.otherwise);
    if (loop.test) expression(*loop.test);
  }
  void visit(Set& set) {
    target(set.target);
    expression(set.value);
  }
  void visit(SetBlock& set) {
    target(set.target);
    expressions_.walk(set.filters);
    body(set.body);
  }
  void visit(Macro& statement) { macro(statement.definition); }
  void visit(CallBlock& call) {
    expression(call.call);
    macro(call.caller);
  }
  void visit(FilterBlock& block) {
    body(block.body);
    expressions_.walk(block.filters);
  }
  void visit(With& with) {
    targets(with.targets);
    expressions(with.values);
    body(with.body);
  }
  void visit(Generation& generation) { body(generation.body); }

  std::set<std::string> names_;
  ExpressionWalk expressions_;
};

}  // namespace

std::set<std::string> find_undeclared(Body& body, std::set<std::string> names) {
  Search search(std::move(names));
  search.body(body);
  return search.found;
}

}  // namespace espalier::jinja
