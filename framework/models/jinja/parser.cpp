#include "models/jinja/parser.hpp"

#include <initializer_list>
#include <utility>

#include "models/jinja/expression_parser.hpp"

namespace espalier::jinja {
namespace {

/// The most of a template, in bytes.
constexpr std::size_t kMostSource = 1 << 20;

class StatementParser {
 public:
  explicit StatementParser(std::string_view source) : tokens_(tokenize(source)), expressions_(tokens_) {}

  Body whole() { return body({}); }

 private:
  using Ends = std::initializer_list<std::string_view>;

  /// Statements up to a tag that begins with one of the words in `ends`, at which it stays, or else up to the end of
  /// the template.
  Body body(Ends ends) {
    const Descent descent(expressions_.meter());
    Body result;
    while (!tokens_.is(TokenKind::end)) {
      const std::size_t line = tokens_.line();
      expressions_.meter().line = line;
      if (tokens_.is(TokenKind::data)) {
        result.push_back({line, Data{Text(tokens_.take().text)}});
      } else if (tokens_.is(TokenKind::variable_begin)) {
        tokens_.take();
        result.push_back({line, Print{expressions_.tuple(true)}});
        tokens_.expect(TokenKind::variable_end);
      } else {
        tokens_.take();
        for (const std::string_view end : ends) {
          if (tokens_.is_word(end)) return result;
        }
        statement(result);
        tokens_.expect(TokenKind::block_end);
      }
    }
    if (ends.size() > 0)
      tokens_.fail("`{% " + std::string(*(ends.end() - 1)) + " %}` is due before the end of the template");
    return result;
  }

  /// The body of the tag that is being read.
  Body body_of_tag(Ends ends) {
    tokens_.skip_sign(":");
    tokens_.expect(TokenKind::block_end);
    return body(ends);
  }

  /// The body of the tag that is being read, its end included.
  Body whole_body_of_tag(std::string_view end) {
    Body result = body_of_tag({end});
    tokens_.take();
    return result;
  }

  void statement(Body& result) {
    const std::size_t line = tokens_.line();
    const std::string word = tokens_.expect_name("the name of a tag");
    const auto add = [&](auto node) { result.push_back({line, std::move(node)}); };
    if (word == "if") return add(if_statement());
    if (word == "for") return add(for_statement());
    if (word == "set") return set(result, line);
    if (word == "macro") return add(Macro{macro(line)});
    if (word == "call") return add(call(line));
    if (word == "filter") return add(filter());
    if (word == "with") return add(with());
    if (word == "print") return print(result);
    if (word == "generation") return add(Generation{whole_body_of_tag("endgeneration"), {}});
    if (word == "break") return add(Break());
    if (word == "continue") return add(Continue());
    for (const std::string_view other : {"block", "extends", "include", "import", "from", "autoescape"}) {
      if (word == other) throw TemplateError(line, "the tag `" + word + "` is not supported");
    }
    throw TemplateError(line, "the tag `" + word + "` is unknown, or has nothing to end here");
  }

  If if_statement() {
    If result;
    for (;;) {
      auto test = std::make_unique<Expression>(expressions_.tuple(false));
      Body inner = body_of_tag({"elif", "else", "endif"});
      result.branches.push_back({std::move(test), std::move(inner)});
      if (tokens_.skip_word("elif")) continue;
      if (tokens_.skip_word("else")) {
        result.branches.push_back({nullptr, whole_body_of_tag("endif")});
      } else {
        tokens_.expect_word("endif");
      }
      return result;
    }
  }

  For for_statement() {
    Target target = expressions_.target(false);
    tokens_.expect_word("in");
    Expression items = expressions_.tuple(false);
    For result{std::move(target), std::move(items), nullptr, {}, {}, false, {}, {}, 0, {}, {}, {}};
    if (tokens_.skip_word("if")) result.test = std::make_unique<Expression>(expressions_.expression());
    result.recursive = tokens_.skip_word("recursive");
    result.body = body_of_tag({"else", "endfor"});
    if (tokens_.skip_word("else")) {
      result.otherwise = whole_body_of_tag("endfor");
    } else {
      tokens_.expect_word("endfor");
    }
    return result;
  }

  void set(Body& result, std::size_t line) {
    Target target = expressions_.target(true);
    if (tokens_.skip_sign("=")) {
      Expression value = expressions_.tuple(true);
      result.push_back({line, Set{std::move(target), std::move(value)}});
    } else {
      Chain filters = expressions_.filters(false);
      Body inner = whole_body_of_tag("endset");
      result.push_back({line, SetBlock{std::move(target), std::move(filters), std::move(inner), {}}});
    }
  }

  void signature(MacroDefinition& definition) {
    tokens_.expect_sign("(");
    while (!tokens_.is_sign(")")) {
      if (!definition.parameters.empty()) tokens_.expect_sign(",");
      definition.parameters.push_back(expressions_.name_target());
      if (tokens_.skip_sign("=")) {
        definition.defaults.push_back(expressions_.expression());
      } else if (!definition.defaults.empty()) {
        tokens_.fail("a parameter without a default follows one that has one");
      }
    }
    tokens_.expect_sign(")");
  }

  MacroDefinition macro(std::size_t line) {
    MacroDefinition definition;
    definition.line = line;
    definition.name = expressions_.name_target().name;
    signature(definition);
    definition.body = whole_body_of_tag("endmacro");
    return definition;
  }

  CallBlock call(std::size_t line) {
    MacroDefinition caller;
    caller.line = line;
    if (tokens_.is_sign("(")) signature(caller);
    Expression call = expressions_.expression();
    const Chain* chain = std::get_if<Chain>(&call.node);
    if (!chain || !std::holds_alternative<CallStep>(chain->steps.back().action)) {
      throw TemplateError(line, "the tag `call` needs the call of a macro");
    }
    caller.body = whole_body_of_tag("endcall");
    return {std::move(caller), std::move(call)};
  }

  FilterBlock filter() {
    Chain filters = expressions_.filters(true);
    return {std::move(filters), whole_body_of_tag("endfilter"), {}};
  }

  With with() {
    With result;
    while (!tokens_.is(TokenKind::block_end)) {
      if (!result.targets.empty()) tokens_.expect_sign(",");
      result.targets.push_back(expressions_.target(false));
      tokens_.expect_sign("=");
      result.values.push_back(expressions_.expression());
    }
    result.body = whole_body_of_tag("endwith");
    return result;
  }

  void print(Body& result) {
    for (bool first = true; !tokens_.is(TokenKind::block_end); first = false) {
      if (!first) tokens_.expect_sign(",");
      const std::size_t line = tokens_.line();
      result.push_back({line, Print{expressions_.expression()}});
    }
  }

  TokenStream tokens_;
  ExpressionParser expressions_;
};

}  // namespace

Program parse_template(std::string_view source) {
  if (source.size() > kMostSource) {
    throw TemplateError(1, "it is longer than the limit of " + std::to_string(kMostSource) + " bytes");
  }
  Program program;
  program.body = StatementParser(source).whole();
  return program;
}

}  // namespace espalier::jinja
