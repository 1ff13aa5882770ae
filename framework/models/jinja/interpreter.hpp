#pragma once

#include <ctime>
#include <memory>
#include <optional>
#include <string_view>
#include <vector>

#include "models/jinja/arguments.hpp"
#include "models/jinja/syntax.hpp"

namespace espalier::jinja {

/// The values of the slots of one function while it runs.
struct Activation {
  std::vector<Value> slots;
  std::shared_ptr<Activation> outer;
};

/// One rendering of a template. What macros, loops and namespaces hold may hold them in turn; all such things are
/// emptied when the rendering ends.
class Interpreter {
 public:
  Interpreter(const Program& program, const Mapping& variables, const Limits& limits,
              const std::optional<std::tm>& now);
  ~Interpreter();
  Interpreter(const Interpreter&) = delete;
  Interpreter& operator=(const Interpreter&) = delete;

  std::vector<Piece> run();

  // What the functions of the library use.
  Meter& meter() { return meter_; }
  const std::optional<std::tm>& now() const { return now_; }
  /// value.name: methods and attributes before keys.
  Value attribute(const Value& value, std::string_view name);
  /// value[key]: keys and indices before attributes.
  Value item(const Value& value, const Value& key);
  Value call(const Value& callee, const CallArguments& arguments);
  Value filter(std::string_view name, const Value& value, const CallArguments& arguments);
  bool test(std::string_view name, const Value& value, const CallArguments& arguments);
  Value make_namespace();
  Value make_mapping(Mapping mapping);
  /// Remembers that a loop may hold itself.
  void keep(std::shared_ptr<Loop> loop) { loops_.push_back(std::move(loop)); }

 private:
  enum class Flow { next, end_loop, next_item };
  class Capture;

  Value evaluate(const Expression& expression);
  Value evaluate(const Constant& constant, std::size_t line);
  Value evaluate(const Name& name, std::size_t line);
  Value evaluate(const ListLiteral& literal, std::size_t line);
  Value evaluate(const MappingLiteral& literal, std::size_t line);
  Value evaluate(const Not& negation, std::size_t line);
  Value evaluate(const Negation& negation, std::size_t line);
  Value evaluate(const Calculation& calculation, std::size_t line);
  Value evaluate(const Choice& choice, std::size_t line);
  Value evaluate(const Concatenation& concatenation, std::size_t line);
  Value evaluate(const Comparison& comparison, std::size_t line);
  Value evaluate(const Conditional& conditional, std::size_t line);
  Value evaluate(const Chain& chain, std::size_t line);
  bool relates(Relation relation, const Value& left, const Value& right);

  /// What the steps make of a value; the last call also gets `caller`, unless that is missing.
  Value follow(Value value, const std::vector<Step>& steps, const Value& caller = {});
  Value take(const SliceStep& slice, const Value& value);
  Value apply(const FilterStep& filter, const Value& value);
  Value apply(const TestStep& test, const Value& value);
  CallArguments evaluate(const Arguments& arguments);
  void spread(const Value& mapping, CallArguments& arguments);
  Value loop_attribute(Loop& loop, const Value& value, std::string_view name);

  Value call_macro(const Function& function, const CallArguments& arguments);
  void bind(const MacroDefinition& macro, const CallArguments& arguments, std::vector<Value>& slots);
  std::size_t bind_positional(const MacroDefinition& macro, const CallArguments& arguments, std::vector<Value>& slots);
  Value make_macro(const MacroDefinition& definition);

  Flow execute(const Body& body);
  Flow execute(const Data& data);
  Flow execute(const Print& print);
  Flow execute(const If& condition);
  Flow execute(const For& loop);
  Flow execute(const Set& set);
  Flow execute(const SetBlock& set);
  Flow execute(const Macro& macro);
  Flow execute(const CallBlock& call);
  Flow execute(const FilterBlock& block);
  Flow execute(const With& with);
  Flow execute(const Generation& generation);
  Flow execute(const Break&) { return Flow::end_loop; }
  Flow execute(const Continue&) { return Flow::next_item; }

  /// Executes a body whose output becomes `text`, where it is not left early.
  Flow execute_into(Text& text, const Body& body);
  /// Writes what a block was made to, which must be a text.
  void write(const Value& value);
  Flow run_plain_loop(const For& loop, const Value& items);
  Flow run_loop(const For& loop, const Value& items, std::size_t depth0, const std::shared_ptr<Activation>& outside);
  Flow run_otherwise(const For& loop);
  std::shared_ptr<Loop> make_loop(const For& loop, const Value& items, const std::shared_ptr<Activation>& outside);
  Value run_recursive(const For& loop, const Value& items, std::size_t depth0,
                      const std::shared_ptr<Activation>& outside);

  std::shared_ptr<Activation> activate(const FunctionBody& function, std::shared_ptr<Activation> outer);
  void enter(const Scope& scope);
  void leave(const Scope& scope);
  Value& place(const Slot& slot);
  void assign(const Target& target, Value value);
  void assign_attribute(const Target& target, Value value);

  const Program& program_;
  Meter meter_;
  const std::optional<std::tm>& now_;
  std::vector<Value> variables_;  // by their place in the program's list
  TextBuilder root_;
  TextBuilder* output_ = &root_;
  std::shared_ptr<Activation> active_;
  std::vector<std::shared_ptr<Activation>> activations_;
  std::vector<std::shared_ptr<Namespace>> namespaces_;
  std::vector<std::shared_ptr<Loop>> loops_;
};

/// Where output goes to while a part of a template is captured.
class Interpreter::Capture {
 public:
  explicit Capture(Interpreter& interpreter)
      : interpreter_(interpreter), builder_(interpreter.meter_), before_(interpreter.output_) {
    interpreter.output_ = &builder_;
  }
  ~Capture() { interpreter_.output_ = before_; }
  Capture(const Capture&) = delete;
  Capture& operator=(const Capture&) = delete;
  Text take() { return builder_.take(); }

 private:
  Interpreter& interpreter_;
  TextBuilder builder_;
  TextBuilder* before_;
};

}  // namespace espalier::jinja
