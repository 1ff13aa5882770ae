#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "models/jinja/objects.hpp"
#include "models/jinja/python.hpp"
#include "models/jinja/value.hpp"

namespace espalier::jinja {

// The tree of a template. The parser makes it, `resolve_names` gives every name its slot, and then it never changes.
// Chains (a + b + c, a.b.c, x|f|g) are lists, so that only brackets and blocks make the tree deep.

struct Expression;
using ExpressionPointer = std::unique_ptr<Expression>;
struct Statement;
using Body = std::vector<Statement>;

/// Where the value of a name lies: so many functions outwards, in that slot.
struct Slot {
  std::size_t hops = 0, index = 0;
};

struct Constant {
  Value value;
};
struct Name {
  std::string name;
  Slot slot;
};
struct ListLiteral {
  std::vector<Expression> items;
  bool tuple;
};
struct MappingLiteral {
  std::vector<Expression> keys, values;
};
struct Not {
  ExpressionPointer operand;
};
struct Negation {
  ExpressionPointer operand;
  bool plus;  ///< +x, which only checks
};
/// first op operand op operand ..., from the left.
struct Calculation {
  ExpressionPointer first;
  std::vector<std::pair<Arithmetic, ExpressionPointer>> rest;
};
/// a or b or c, or the same with `and`.
struct Choice {
  bool any;
  std::vector<Expression> operands;
};
struct Concatenation {
  std::vector<Expression> operands;
};
enum class Relation { equal, unequal, less, less_equal, greater, greater_equal, in, not_in };
struct Comparison {
  ExpressionPointer first;
  std::vector<std::pair<Relation, ExpressionPointer>> rest;
};
/// value if test else otherwise; without an `else` null.
struct Conditional {
  ExpressionPointer value, test, otherwise;
};

struct NamedArgument {
  std::string name;
  ExpressionPointer value;
};
struct Arguments {
  std::vector<Expression> positional;
  std::vector<NamedArgument> named;
  ExpressionPointer list, mapping;  ///< *list and **mapping, or null
};

struct AttributeStep {
  std::string name;
};
struct ItemStep {
  ExpressionPointer key;
};
struct SliceStep {
  ExpressionPointer start, stop, step;  ///< null where left out
};
struct CallStep {
  Arguments arguments;
};
struct FilterStep {
  std::string name;
  Function::Native filter;  ///< null for an unknown name
  Arguments arguments;
};
struct TestStep {
  std::string name;
  Function::Native test;  ///< null for an unknown name
  Arguments arguments;
  bool negated;
};
struct Step {
  std::size_t line;
  std::variant<AttributeStep, ItemStep, SliceStep, CallStep, FilterStep, TestStep> action;
};
/// What is done with a value, one after the other.
struct Chain {
  ExpressionPointer base;  ///< null for the filters of a block
  std::vector<Step> steps;
};

struct Expression {
  std::size_t line;
  std::variant<Constant, Name, ListLiteral, MappingLiteral, Not, Negation, Calculation, Choice, Concatenation,
               Comparison, Conditional, Chain>
      node;
};

/// What is assigned to: a name, an attribute of a namespace, or several in brackets.
struct Target {
  std::size_t line;
  std::string name;
  std::string attribute;  ///< of the namespace `name`, unless empty
  std::vector<Target> parts;
  bool tuple = false;
  Slot slot;
};

/// What happens to the slots of a scope when it is entered; jinja2 decides on that when it compiles.
struct Load {
  enum class From { parameter, variable, slot, nothing } from;
  std::size_t index;         ///< of the slot
  std::size_t variable = 0;  ///< in Program::variables
  Slot outer = {};
};
struct Scope {
  std::vector<Load> loads;
};

/// A body with slots of its own that can be run from elsewhere.
struct FunctionBody {
  std::size_t slots = 0;
  bool captured = false;  ///< a macro is defined in it
  Scope scope;
};

struct Data {
  Text text;
};
struct Print {
  Expression value;
};
struct Branch {
  ExpressionPointer test;  ///< null for else
  Body body;
};
struct If {
  std::vector<Branch> branches;
};
struct For {
  Target target;
  Expression items;
  ExpressionPointer test;  ///< null where there is none
  Body body, otherwise;
  bool recursive;
  Scope scope, otherwise_scope;
  std::size_t loop_slot = 0;
  bool uses_loop = false;  ///< the variable `loop` is read
  FunctionBody filter;     ///< where the test is evaluated
  Target filter_target;    ///< the target, in that function
  FunctionBody recursion;  ///< where a recursive loop runs
};
struct Set {
  Target target;
  Expression value;
};
struct SetBlock {
  Target target;
  Chain filters;
  Body body;
  Scope scope;
};
struct MacroDefinition {
  std::string name;  ///< empty for the body of a call block
  std::vector<Target> parameters;
  std::vector<Expression> defaults;  ///< of the last parameters
  Body body;
  FunctionBody function;
  Slot slot;  ///< of its name
  bool takes_caller = false, takes_named = false, takes_more = false;
  std::size_t caller_slot = 0, named_slot = 0, more_slot = 0;
  std::size_t line = 1;
};
struct Macro {
  MacroDefinition definition;
};
struct CallBlock {
  MacroDefinition caller;
  Expression call;
};
struct FilterBlock {
  Chain filters;
  Body body;
  Scope scope;
};
struct With {
  std::vector<Target> targets;
  std::vector<Expression> values;
  Body body;
  Scope scope;
};
/// {% generation %}: marks what a model says; it renders as its body.
struct Generation {
  Body body;
  Scope scope;
};
struct Break {};
struct Continue {};

struct Statement {
  std::size_t line;
  std::variant<Data, Print, If, For, Set, SetBlock, Macro, CallBlock, FilterBlock, With, Generation, Break, Continue>
      node;
};

/// A whole template.
struct Program {
  Body body;
  FunctionBody function;
  std::vector<std::string> variables;  ///< the names that are read from outside, functions included
};

}  // namespace espalier::jinja
