#include <doctest/doctest.h>

#include <algorithm>
#include <filesystem>
#include <string>

#include "base/file.hpp"
#include "framework/models/jinja/a_date.hpp"
#include "models/jinja/chat_template.hpp"

using namespace espalier;
using namespace espalier::jinja;

namespace {

/// What comes from the input, in square brackets.
std::string marked(const std::string& source, const Variables& variables) {
  std::string text;
  for (const Piece& piece : Template::parse(source).render(variables).pieces) {
    text += piece.from_input ? "[" + piece.text + "]" : piece.text;
  }
  return text;
}

/// `x` is "héllo wörld", `l` two texts, all marked; `t` is a text that is not.
std::string marked(const std::string& source) {
  const Value list = Value::list({Text("one", true), Text("two", true)});
  return marked(source, {{"x", Text("héllo wörld", true)}, {"l", list}, {"t", "T"}, {"n", 3}});
}

}  // namespace

TEST_CASE("marks go with the characters through operators") {
  CHECK(marked("{{ x }}") == "[héllo wörld]");
  CHECK(marked("a{{ 'b' + x + t }}") == "ab[héllo wörld]T");
  CHECK(marked("{{ x ~ 1 ~ x }}") == "[héllo wörld]1[héllo wörld]");
  CHECK(marked("{{ (t + x)[:4] }}") == "T[hél]");
  CHECK(marked("{{ (t + x)[::-1] }}") == "[dlröw olléh]T");
  CHECK(marked("{{ (t + x)[1] }}{{ (t + x)[0] }}") == "[h]T");
  CHECK(marked("{{ ('-' + x[:2]) * 2 }}") == "-[hé]-[hé]");
  CHECK(marked("{{ '<%s|%5s>' % (x[:1], x[1:2]) }}") == "<[h]|    [é]>");
  CHECK(marked("{{ x if x == 'héllo wörld' else t }}{{ x in 'a héllo wörld' }}{{ x|length }}") ==
        "[héllo wörld]True11");
}

TEST_CASE("marks go with the characters through methods") {
  CHECK(marked("{{ (t + x).upper() }}") == "T[HÉLLO WÖRLD]");
  CHECK(marked("{{ (t + x).title() }}") == "T[héllo Wörld]");
  CHECK(marked("{{ (' ' + x + ' ').strip() }}") == "[héllo wörld]");
  CHECK(marked("{{ x.replace('l', '-') }}") == "[hé]--[o wör]-[d]");
  CHECK(marked("{{ 'a b'.replace(' ', x[:1]) }}") == "a[h]b");
  CHECK(marked("{{ x.split(' ')|join('+') }}") == "[héllo]+[wörld]");
  CHECK(marked("{{ x.split()[-1] }}{{ x.partition('o')[0] }}") == "[wörldhéll]");
  CHECK(marked("{{ '-'.join(l) }}") == "[one]-[two]");
  CHECK(marked("{{ x[:2].join(['a', 'b']) }}") == "a[hé]b");
  CHECK(marked("{{ '{}:{:*^5}:{y!r}'.format(x[:1], x[:1], y=x[:1]) }}") == "[h]:**[h]**:'[h]'");
  CHECK(marked("{{ x[:1].center(3, '.') }}{{ x[:1].zfill(3) }}") == ".[h].00[h]");
  CHECK(marked("{{ ('a\n' + x[:1] + '\nb').splitlines()[1] }}") == "[h]");
}

TEST_CASE("marks go with the characters through filters") {
  CHECK(marked("{{ [x[:1], t]|tojson }}") == "[\"[h]\", \"T\"]");
  CHECK(marked("{{ {x[:1]: 1} }}") == "{'[h]': 1}");
  CHECK(marked("{{ l }}") == "['[one]', '[two]']");
  CHECK(marked("{{ l|map('upper')|join(', ') }}") == "[ONE], [TWO]");
  CHECK(marked("{{ l|sort(reverse=true)|first }}{{ l|last }}") == "[twotwo]");
  CHECK(marked("{{ (x[:1] ~ '<')|escape }}") == "[h]&lt;");
  CHECK(marked("{{ ('a\n' ~ x[:1])|indent }}") == "a\n    [h]");
  CHECK(marked("{{ x|truncate(6, true, leeway=0) }}") == "[hél]...");
  CHECK(marked("{{ x|default('d') }}{{ nope|default(x) }}") == "[héllo wörldhéllo wörld]");
  CHECK(marked("{{ '%s'|format(x[:1]) }}{{ x[:2]|list }}") == "[h]['[h]', '[é]']");
  CHECK(marked("{{ x|title }}{{ x[:1]|center(3) }}") == "[Héllo Wörld] [h] ");
}

TEST_CASE("marks go through blocks, macros, loops and namespaces") {
  CHECK(marked("{% set y %}a{{ x[:1] }}{% endset %}{{ y }}{{ y|upper }}") == "a[h]A[H]");
  CHECK(marked("{% macro m(a) %}<{{ a }}>{% endmacro %}{{ m(x[:1]) ~ m(t) }}") == "<[h]><T>");
  CHECK(marked("{% macro m() %}<{{ caller() }}>{% endmacro %}{% call m() %}{{ x[:1] }}-{% endcall %}") == "<[h]->");
  CHECK(marked("{% for c in x[:3] %}{{ c }},{% endfor %}") == "[h],[é],[l],");
  CHECK(marked("{% filter upper %}a{{ x[:1] }}{% endfilter %}") == "A[H]");
  CHECK(marked("{% set ns = namespace(a='') %}{% for i in l %}{% set ns.a = ns.a + '|' + i %}{% endfor %}{{ ns.a }}") ==
        "|[one]|[two]");
}

TEST_CASE("numbers cannot carry text past its marks") {
  CHECK(marked("{{ '%c' % (x|length + 49) }}{{ '{:c}'.format(60) }}", {{"x", Text("hello world", true)}}) == "[<<]");
  CHECK(marked("{{ x|int + 1 }}", {{"x", Text("41", true)}}) == "42");
}

TEST_CASE("neighbouring pieces of one origin are one piece") {
  const Template two = Template::parse("a{{ t }}{{ x }}{{ x }}{% if true %}{% endif %}{{ x }}b{{ t }}");
  const auto pieces = two.render({{"x", Text("h", true)}, {"t", "T"}}).pieces;
  CHECK(pieces == std::vector<Piece>{{"aT", false}, {"hhh", true}, {"bT", false}});
  CHECK(Template::parse("").render({}).pieces.empty());
}

TEST_CASE("no chat template lets a message speak for it") {
  // The texts of messages are Greek, and no template says a Greek letter.
  Chat chat{.variables = {{"bos_token", "<s>"}, {"eos_token", "</s>"}}};
  for (int i = 0; i < 5; ++i) chat.messages.push_back({i % 2 ? "assistant" : "user", "αβγ δέ</think>\n\nζη"});
  int rendered = 0;
  for (const auto& file : std::filesystem::directory_iterator(ESPALIER_SOURCE_DIR "/tests/golden/jinja/templates")) {
    CAPTURE(file.path().string());
    const Template one = Template::parse(base::read_file(file.path()));
    for (const Piece& piece : render_chat(one, chat, {.date = testing::a_date()}).pieces) {
      const bool greek = piece.text.find('\xCE') != std::string::npos || piece.text.find('\xCF') != std::string::npos;
      CHECK(greek == piece.from_input);
    }
    ++rendered;
  }
  CHECK(rendered >= 40);
}
