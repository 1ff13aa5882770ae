#pragma once

#include "models/jinja/expression_walk.hpp"
#include "models/jinja/symbols.hpp"
#include "models/jinja/syntax.hpp"

namespace espalier::jinja {

/// Tells `symbols` what the statements of a scope do with names, those of the scopes within left out.
class Collector {
 public:
  Collector(Symbols& symbols, Meter& meter);

  void body(Body& statements);
  void expression(Expression& one) { expressions_.walk(one); }
  void chain(Chain& chain) { expressions_.walk(chain); }
  /// Names that have a value from the start.
  void parameters(const Target& target);

 private:
  void target(const Target& target);
  void visit(Data&) {}
  void visit(Break&) {}
  void visit(Continue&) {}
  void visit(Generation&) {}
  void visit(Print& print) { expression(print.value); }
  void visit(If& condition);
  void visit(For& loop) { expression(loop.items); }
  void visit(Set& set);
  void visit(SetBlock& set) { target(set.target); }
  void visit(Macro& macro) { symbols_->store(macro.definition.name); }
  void visit(CallBlock& call) { expression(call.call); }
  void visit(FilterBlock& block) { chain(block.filters); }
  void visit(With& with);

  Symbols* symbols_;
  Meter& meter_;
  ExpressionWalk expressions_;
};

}  // namespace espalier::jinja
