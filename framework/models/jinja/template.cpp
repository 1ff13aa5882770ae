#include "models/jinja/template.hpp"

#include <algorithm>

#include "models/jinja/interpreter.hpp"
#include "models/jinja/names.hpp"
#include "models/jinja/parser.hpp"

namespace espalier::jinja {

std::string Rendering::text() const {
  std::string text;
  for (const Piece& piece : pieces) text += piece.text;
  return text;
}

Template::Template(std::shared_ptr<const Program> program) : program_(std::move(program)) {
  std::ranges::copy_if(program_->variables, std::back_inserter(variables_),
                       [](const std::string& name) { return !is_function_name(name); });
  std::ranges::sort(variables_);
}

Template Template::parse(std::string_view source) {
  auto program = std::make_shared<Program>(parse_template(source));
  resolve_names(*program);
  return Template(std::move(program));
}

Rendering Template::render(const Variables& variables, const RenderOptions& options) const {
  Mapping mapping;
  for (const auto& [name, value] : variables) {
    if (!value.is_missing()) mapping.set(std::string_view(name), value);
  }
  return {Interpreter(*program_, mapping, options.limits, options.date).run()};
}

}  // namespace espalier::jinja
