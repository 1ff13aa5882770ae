#include "ranges.hpp"

#include "limits.hpp"

namespace espalier::latex {
namespace {

int opening(const Token& token) {
  if (token.symbol('(') || token.symbol('[')) return 1;
  if (token.symbol('{')) return 2;
  if (token.command("{")) return 3;
  if (token.command("langle")) return 4;
  return token.kind == TokenKind::begin ? 5 : 0;
}

int closing(const Token& token) {
  if (token.symbol(')') || token.symbol(']')) return 1;
  if (token.symbol('}')) return 2;
  if (token.command("}")) return 3;
  if (token.command("rangle")) return 4;
  return token.kind == TokenKind::end ? 5 : 0;
}

}  // namespace

std::vector<std::size_t> at_top_level(Tokens tokens, bool (*test)(const Token&)) {
  std::vector<int> open;
  std::vector<std::size_t> found;
  for (std::size_t k = 0; k < tokens.size(); ++k) {
    if (const int closes = closing(tokens[k]); closes != 0) {
      if (open.empty() || open.back() != closes) throw Unreadable("brackets do not match");
      open.pop_back();
    }
    if (open.empty() && test(tokens[k])) found.push_back(k);
    if (const int opens = opening(tokens[k]); opens != 0) {
      open.push_back(opens);
      if (open.size() > static_cast<std::size_t>(kDeepest)) throw Unreadable("nested too deeply");
    }
  }
  if (!open.empty()) throw Unreadable("a bracket is not closed");
  return found;
}

std::vector<Tokens> split(Tokens tokens, const std::vector<std::size_t>& separators) {
  std::vector<Tokens> parts;
  std::size_t begin = 0;
  for (std::size_t k = 0; k <= separators.size(); ++k) {
    const std::size_t end = k < separators.size() ? separators[k] : tokens.size();
    if (end > begin) parts.push_back(tokens.subspan(begin, end - begin));
    begin = end + 1;
  }
  if (parts.size() > kMostParts) throw Unreadable("too many parts");
  return parts;
}

bool enclosed(Tokens tokens) {
  if (tokens.size() < 2 || opening(tokens[0]) == 0 || opening(tokens[0]) != closing(tokens.back())) return false;
  return at_top_level(tokens, [](const Token&) { return true; }).size() == 2;
}

}  // namespace espalier::latex
