#include "models/jinja/names.hpp"

#include <algorithm>
#include <utility>

#include "models/jinja/collector.hpp"
#include "models/jinja/expression_walk.hpp"
#include "models/jinja/library.hpp"
#include "models/jinja/symbols.hpp"
#include "models/jinja/undeclared.hpp"

namespace espalier::jinja {
namespace {

/// Gives names their slots, scope by scope.
class Resolver {
 public:
  explicit Resolver(Program& program) : program_(program), meter_({}) {}

  void run() {
    FunctionSlots function;
    Symbols symbols(function, nullptr);
    Collector(symbols, meter_).body(program_.body);
    Context context{&symbols};
    body(program_.body, context);
    finish(program_.function, function, symbols, context);
  }

 private:
  /// What surrounds a statement.
  struct Context {
    Symbols* symbols;
    bool in_condition = false;  // unknown filters are no mistake yet
    bool in_loop = false;       // `break` has a loop to end
    bool around_loop = false;   // `loop` is no name to assign to
    bool captured = false;      // a macro was defined in the function
  };

  void body(Body& statements, Context& context) {
    for (Statement& statement : statements) {
      meter_.line = statement.line;
      std::visit([&](auto& node) { visit(node, context); }, statement.node);
    }
  }

  ExpressionWalk walk(Context& context) {
    ExpressionWalk walk;
    walk.on_name = [this, &context](Name& name) {
      name.slot = slot(name.name, context);
      read_.insert(place(name.name, context));
    };
    walk.on_step = [](Step& step, bool in_condition) {
      const auto* filter = std::get_if<FilterStep>(&step.action);
      const auto* test = std::get_if<TestStep>(&step.action);
      if (in_condition) return;
      if (filter && !filter->filter) throw TemplateError(step.line, no_filter(filter->name));
      if (test && !test->test) throw TemplateError(step.line, no_test(test->name));
    };
    return walk;
  }
  void expression(Expression& one, Context& context) { walk(context).walk(one, context.in_condition); }
  void chain(Chain& chain, Context& context) { walk(context).walk(chain, context.in_condition); }

  std::pair<const FunctionSlots*, std::size_t> place(const std::string& name, const Context& context) const {
    const Symbols::Place found = context.symbols->find(name).value();
    return {found.function, found.slot};
  }

  Slot slot_at(const Symbols::Place& place, const FunctionSlots* from) const {
    Slot slot{0, place.slot};
    for (; from != place.function; from = from->outer) ++slot.hops;
    return slot;
  }
  Slot slot(const std::string& name, const Context& context) const {
    return slot_at(context.symbols->find(name).value(), &context.symbols->function());
  }

  void target(Target& target, const Context& context) {
    for (Target& part : target.parts) this->target(part, context);
    if (target.tuple) return;
    if (context.around_loop && target.name == "loop" && target.attribute.empty()) {
      throw TemplateError(target.line, "`loop` cannot be assigned to within a loop");
    }
    target.slot = slot(target.name, context);
  }

  std::size_t variable(const std::string& name) {
    const auto found = std::ranges::find(program_.variables, name);
    if (found != program_.variables.end()) return static_cast<std::size_t>(found - program_.variables.begin());
    meter_.charge(program_.variables.size());
    program_.variables.push_back(name);
    return program_.variables.size() - 1;
  }

  Scope scope_of(const Symbols& symbols) {
    Scope scope;
    for (const auto& [slot, source] : symbols.sources()) {
      Load load{source.from, slot};
      if (source.from == Load::From::variable) load.variable = variable(source.variable);
      if (source.from == Load::From::slot) load.outer = slot_at(source.outer, &symbols.function());
      scope.loads.push_back(load);
    }
    return scope;
  }

  void finish(FunctionBody& function, const FunctionSlots& slots, const Symbols& symbols, const Context& context) {
    function.slots = slots.slots.size();
    function.scope = scope_of(symbols);
    function.captured = context.captured;
  }

  /// A scope within the same function.
  template <class Fill, class Use>
  Scope scope(Context& outer, Fill fill, Use use) {
    Symbols symbols(outer.symbols->function(), outer.symbols);
    Collector collector(symbols, meter_);
    fill(symbols, collector);
    Context context{&symbols, false, outer.in_loop, outer.around_loop, false};
    use(context);
    outer.captured |= context.captured;
    return scope_of(symbols);
  }
  template <class Use>
  Scope scope_of_body(Body& statements, Context& outer, Use use) {
    return scope(
        outer, [&](Symbols&, Collector& collector) { collector.body(statements); }, use);
  }

  void visit(Data&, Context&) {}
  void visit(Print& print, Context& context) { expression(print.value, context); }
  void visit(Break&, Context& context) {
    if (!context.in_loop) meter_.fail("`break` has no loop to end");
  }
  void visit(Continue&, Context& context) {
    if (!context.in_loop) meter_.fail("`continue` has no loop to go on with");
  }

  void visit(If& condition, Context& context) {
    Context inner = context;
    inner.in_condition = true;
    for (Branch& branch : condition.branches) {
      if (branch.test) expression(*branch.test, inner);
      body(branch.body, inner);
    }
    context.captured |= inner.captured;
  }

  void visit(Set& set, Context& context) {
    expression(set.value, context);
    target(set.target, context);
  }

  void visit(SetBlock& set, Context& context) {
    target(set.target, context);
    set.scope = scope(
        context,
        [&](Symbols&, Collector& collector) {
          collector.body(set.body);
          collector.chain(set.filters);
        },
        [&](Context& inner) {
          body(set.body, inner);
          chain(set.filters, inner);
        });
  }

  void visit(FilterBlock& block, Context& context) {
    block.scope = scope(
        context,
        [&](Symbols&, Collector& collector) {
          collector.body(block.body);
          collector.chain(block.filters);
        },
        [&](Context& inner) {
          body(block.body, inner);
          chain(block.filters, inner);
        });
  }

  void visit(With& with, Context& context) {
    for (Expression& value : with.values) expression(value, context);
    with.scope = scope(
        context,
        [&](Symbols&, Collector& collector) {
          for (const Target& one : with.targets) collector.parameters(one);
          collector.body(with.body);
        },
        [&](Context& inner) {
          const bool around_loop = std::exchange(inner.around_loop, false);
          for (Target& one : with.targets) target(one, inner);
          inner.around_loop = around_loop;
          body(with.body, inner);
        });
  }

  void visit(Generation& generation, Context& context) {
    generation.scope = scope_of_body(generation.body, context, [&](Context& inner) {
      inner.in_loop = false;  // for jinja2 it is a macro
      body(generation.body, inner);
    });
  }

  void visit(For& loop, Context& context) {
    expression(loop.items, context);
    if (loop.test) filter_of(loop, context);
    FunctionSlots recursion{&context.symbols->function(), {}};
    Symbols symbols(loop.recursive ? recursion : context.symbols->function(), context.symbols);
    loop.loop_slot = symbols.declare("loop");
    Collector collector(symbols, meter_);
    collector.parameters(loop.target);
    collector.body(loop.body);
    Context inner{&symbols, false, true, true, false};
    const auto loop_place = std::pair(static_cast<const FunctionSlots*>(&symbols.function()), loop.loop_slot);
    const bool read_before = read_.erase(loop_place) > 0;
    target(loop.target, inner);
    body(loop.body, inner);
    loop.uses_loop = loop.recursive || read_.contains(loop_place);
    if (read_before) read_.insert(loop_place);
    loop.scope = scope_of(symbols);
    otherwise_of(loop, context, symbols.function());
    loop.recursion.slots = recursion.slots.size();
    loop.recursion.captured = inner.captured;
    context.captured |= loop.recursive || loop.test || inner.captured;
  }

  /// The test of a loop is a function of its own: it is asked while the loop goes on.
  void filter_of(For& loop, Context& context) {
    FunctionSlots function{&context.symbols->function(), {}};
    Symbols symbols(function, context.symbols);
    Collector collector(symbols, meter_);
    collector.parameters(loop.target);
    collector.expression(*loop.test);
    Context inner{&symbols, false, false, true, false};
    loop.filter_target = loop.target;
    target(loop.filter_target, inner);
    expression(*loop.test, inner);
    finish(loop.filter, function, symbols, inner);
  }

  void otherwise_of(For& loop, Context& context, FunctionSlots& function) {
    Symbols symbols(function, context.symbols);
    Collector(symbols, meter_).body(loop.otherwise);
    Context inner{&symbols, false, context.in_loop && !loop.recursive, true, false};
    body(loop.otherwise, inner);
    context.captured |= inner.captured;
    loop.otherwise_scope = scope_of(symbols);
  }

  void visit(Macro& macro, Context& context) {
    macro.definition.slot = slot(macro.definition.name, context);
    function_of(macro.definition, context);
  }

  void visit(CallBlock& call, Context& context) {
    function_of(call.caller, context);
    expression(call.call, context);
  }

  void function_of(MacroDefinition& definition, Context& context) {
    FunctionSlots function{&context.symbols->function(), {}};
    Symbols symbols(function, context.symbols);
    Collector collector(symbols, meter_);
    for (const Target& parameter : definition.parameters) collector.parameters(parameter);
    for (Expression& value : definition.defaults) collector.expression(value);
    collector.body(definition.body);
    special_parameters(definition, symbols);
    Context inner{&symbols, false, false, context.around_loop, false};
    for (Target& parameter : definition.parameters) parameter.slot = slot(parameter.name, inner);
    for (Expression& value : definition.defaults) expression(value, inner);
    body(definition.body, inner);
    finish(definition.function, function, symbols, inner);
    context.captured = true;
  }

  void special_parameters(MacroDefinition& definition, Symbols& symbols) {
    const auto found = find_undeclared(definition.body, {"caller", "kwargs", "varargs"});
    const auto named = [&](std::string_view name) {
      return std::ranges::find(definition.parameters, name, &Target::name) - definition.parameters.begin();
    };
    const auto count = static_cast<std::ptrdiff_t>(definition.parameters.size());
    definition.takes_caller = found.contains("caller");
    if (definition.takes_caller && named("caller") < count) {
      if (named("caller") < count - static_cast<std::ptrdiff_t>(definition.defaults.size())) {
        throw TemplateError(definition.line, "the parameter `caller` needs a default");
      }
    } else if (definition.takes_caller) {
      definition.caller_slot = symbols.declare("caller");
    }
    definition.takes_named = found.contains("kwargs") && named("kwargs") == count;
    if (definition.takes_named) definition.named_slot = symbols.declare("kwargs");
    definition.takes_more = found.contains("varargs") && named("varargs") == count;
    if (definition.takes_more) definition.more_slot = symbols.declare("varargs");
  }

  Program& program_;
  Meter meter_;
  std::set<std::pair<const FunctionSlots*, std::size_t>> read_;
};

}  // namespace

void resolve_names(Program& program) { Resolver(program).run(); }

}  // namespace espalier::jinja
