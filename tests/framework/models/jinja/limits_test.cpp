#include <doctest/doctest.h>
#include <pthread.h>

#include <functional>
#include <string>
#include <thread>
#include <vector>

#include "models/jinja/template.hpp"

using namespace espalier::jinja;

namespace {

std::string failure(const std::string& source, const RenderOptions& options = {}) {
  try {
    return "renders to " + std::to_string(Template::parse(source).render({}, options).text().size()) + " bytes";
  } catch (const TemplateError& error) {
    return error.what();
  }
}

std::string repeated(const std::string& text, std::size_t times) {
  std::string result;
  for (std::size_t i = 0; i < times; ++i) result += text;
  return result;
}

// Sanitizers and builds without optimisation need more than the promise says.
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__) || !defined(NDEBUG)
constexpr std::size_t kStack = 2'000'000;
#else
constexpr std::size_t kStack = std::size_t{256} * 1024;
#endif

/// Runs on a small stack.
void on_small_stack(const std::function<void()>& run) {
  pthread_attr_t attributes;
  pthread_attr_init(&attributes);
  REQUIRE(pthread_attr_setstacksize(&attributes, kStack) == 0);
  pthread_t thread;
  const auto enter = [](void* function) -> void* {
    (*static_cast<const std::function<void()>*>(function))();
    return nullptr;
  };
  REQUIRE(pthread_create(&thread, &attributes, enter, const_cast<std::function<void()>*>(&run)) == 0);
  pthread_join(thread, nullptr);
  pthread_attr_destroy(&attributes);
}

void check_contains(const std::string& text, const std::string& part) {
  CHECK_MESSAGE(text.find(part) != std::string::npos, text);
}

/// Whatever lies in itself as deep as it may, and deeper.
const std::vector<std::string>& deep_templates() {
  static const std::vector<std::string> templates = [] {
    std::vector<std::string> made;
    for (const std::size_t depth : {30u, 60u, 62u, 5000u}) {
      made.push_back("{{ " + repeated("(", depth) + "1" + repeated(")", depth) + " }}");
      made.push_back("{{ " + repeated("[", depth) + "1" + repeated("]", depth) + "|tojson }}");
      made.push_back("{{ " + repeated("not ", depth) + "1 }}");
      made.push_back("{{ " + repeated("-", depth) + "1 }}");
      made.push_back("{{ " + repeated("{'a': ", depth) + "1" + repeated("}", depth) + " }}");
      made.push_back("{{ " + repeated("1 if 1 else ", depth) + "1 }}");
      made.push_back("{{ " + repeated("a(", depth) + "1" + repeated(")", depth) + " }}");
      made.push_back("{{ " + repeated("x[", depth) + "1" + repeated("]", depth) + " }}");
      made.push_back("{{ " + repeated("1|default(", depth) + "1" + repeated(")", depth) + " }}");
      made.push_back(repeated("{% if 1 %}", depth) + "a" + repeated("{% endif %}", depth));
      made.push_back(repeated("{% for x in [1] if 1 %}", depth) + "a" + repeated("{% endfor %}", depth));
      made.push_back(repeated("{% filter upper %}", depth) + "a" + repeated("{% endfilter %}", depth));
      made.push_back(repeated("{% macro m() %}", depth) + "a" + repeated("{% endmacro %}", depth));
    }
    made.push_back("{% macro m(n) %}{{ [m(n + 1)|upper] }}{% endmacro %}{{ m(0) }}");
    made.push_back(
        "{% macro m(n) %}{% if n %}{% for x in [1] %}{{ m(n) }}{% endfor %}{% endif %}{% endmacro %}{{ m(1) }}");
    made.push_back("{% for x in [1] recursive %}{{ loop([1]) }}{% endfor %}");
    made.push_back(
        "{% set ns = namespace(x=1) %}{% for i in range(99999) %}{% set ns.x = [ns.x] %}{% endfor %}{{ ns.x }}");
    made.push_back("{% set ns = namespace(x=1) %}{% for i in range(99999) %}{% set ns.x = {'a': ns.x} %}{% endfor %}");
    made.push_back(
        "{% set ns = namespace(x=1) %}{% for i in range(9999) %}{% set ns.x = namespace(x=ns.x) %}{% endfor %}{{ ns "
        "}}");
    made.push_back(
        "{% set ns = namespace(x=1) %}{% for i in range(9999) %}{% for j in [ns.x] %}{% set ns.x = loop %}{% endfor "
        "%}{% endfor %}");
    made.push_back(
        "{% set ns = namespace(x='a') %}{% for i in range(9999) %}{% set ns.x = [ns.x]|map('string') %}{% endfor %}{{ "
        "ns.x|list }}");
    made.push_back("{% set ns = namespace(x=[]) %}{% for i in range(9999) %}{% set ns.x = [ns.x.copy] %}{% endfor %}");
    return made;
  }();
  return templates;
}

}  // namespace

TEST_CASE("what would grow without end is refused with one clear error") {
  check_contains(failure("{{ 'a' * 10**9 }}"), "longer than the limit of 16777216 bytes");
  check_contains(failure("{{ ('a' * 10**7) ~ ('a' * 10**7) }}"), "longer than the limit of 16777216 bytes");
  check_contains(failure("{{ '%999999999d' % 1 }}"), "longer than the limit");
  check_contains(failure("{{ '{:>999999999}'.format(1) }}"), "longer than the limit");
  check_contains(failure("{{ 'a'.center(10**12) }}"), "longer than the limit");
  check_contains(failure("{{ 'a'|indent(10**12) }}"), "longer than the limit");
  check_contains(failure("{{ ('a' * 9999).replace('', 'b' * 9999) }}"), "longer than the limit");
  check_contains(failure("{{ [1] * 10**9 }}"), "more items than the limit of 1000000");
  check_contains(failure("{{ [1, 2] * (2**62) }}"), "more items than the limit");
  check_contains(failure("{{ 'ab' * (2**62) }}"), "longer than the limit");
  check_contains(failure("{{ [1]|batch(10**12, 'x')|list }}"), "more items than the limit");
  check_contains(failure("{{ ('a' * 2000000)|list|length }}"), "more items than the limit");
  check_contains(failure("{{ range(10**9) }}"), "longer than the limit of 100000");
  check_contains(failure("{{ range(-(2**62), 2**62) }}"), "longer than the limit of 100000");
  check_contains(failure("{% for a in range(9999) %}{% for b in range(9999) %}{% endfor %}{% endfor %}"),
                 "more steps than the limit of 10000000");
  check_contains(failure("{% for a in range(9999) %}{{ 'a' * 10000 }}{% endfor %}"), "limit of");
  check_contains(
      failure("{% set ns = namespace(x=[1]) %}{% for a in range(60) %}{% set ns.x = [ns.x, ns.x] %}{% endfor %}"
              "{{ ns.x }}"),
      "longer than the limit");
  check_contains(failure("{% set ns = namespace(x=(1,), y=(1,)) %}{% for a in range(60) %}{% set ns.x = (ns.x, ns.x) %}"
                         "{% set ns.y = (ns.y, ns.y) %}{% endfor %}{{ ns.x == ns.y }}{{ {ns.x: 1} }}"),
                 "more steps than the limit");
  check_contains(failure("{{ 2 ** 63 }}"), "64 bits");
  check_contains(failure("{{ 9223372036854775807 + 1 }}"), "64 bits");
  check_contains(failure("{{ -9223372036854775807 - 2 }}"), "64 bits");
  check_contains(failure("{{ 9223372036854775808 }}"), "64 bits");
  CHECK(failure("{{ (-9223372036854775807 - 1) // -1 }}").find("64 bits") != std::string::npos);
  CHECK(failure("{{ (-9223372036854775807 - 1) % -1 }}") == "renders to 1 bytes");
  check_contains(failure(std::string((1 << 20) + 1, 'a')), "longer than the limit of 1048576 bytes");
}

TEST_CASE("limits are the caller's to set") {
  CHECK(failure("{{ 'a' * 10 }}", {.limits = {.bytes = 10}}) == "renders to 10 bytes");
  check_contains(failure("{{ 'a' * 11 }}", {.limits = {.bytes = 10}}), "the limit of 10 bytes");
  check_contains(failure("abc{{ 'abcde' }}{{ 'abcde' }}", {.limits = {.bytes = 10}}), "the limit of 10 bytes");
  check_contains(failure("{{ [1, 2, 3] }}", {.limits = {.items = 2}}), "more items than the limit of 2");
  check_contains(failure("{% for x in range(9) %}{{ x }}{% endfor %}", {.limits = {.steps = 20}}), "the limit of 20");
}

TEST_CASE("a small stack is enough for whatever lies in itself") {
  for (const std::string& source : deep_templates()) {
    on_small_stack([&] { static_cast<void>(failure(source)); });
  }
  check_contains(failure(deep_templates()[39]), "deeper than the limit of 64");
  check_contains(failure("{% macro m() %}{{ m() }}{% endmacro %}{{ m() }}"), "does a macro call itself without end?");
  CHECK(failure(deep_templates()[0]) == "renders to 1 bytes");
}

TEST_CASE("long templates are read in a time that grows with them") {
  const std::size_t many = 40'000;
  CHECK(failure("{{ 1" + repeated(" + 1", many) + " }}") == "renders to 5 bytes");
  CHECK(failure("{{ 'a'" + repeated("|upper", many) + " }}") == "renders to 1 bytes");
  CHECK(failure(repeated("{% if 1 %}a{% endif %}", many)) == "renders to 40000 bytes");
  CHECK(failure("{% if 0 %}" + repeated("{% elif 0 %}", many) + "{% else %}a{% endif %}") == "renders to 1 bytes");
  CHECK(failure(repeated("{# c #}{{ '' }}", many)) == "renders to 0 bytes");
  CHECK(failure(repeated("{% raw %}{%", 9) + repeated("{% raw", many)).find("endraw") != std::string::npos);
  std::string names;
  for (std::size_t i = 0; i < many; ++i) names += "{{ a" + std::to_string(i) + " }}{% if 0 %}{% endif %}";
  check_contains(failure(names), "limit");
}

TEST_CASE("threads may render one template at once") {
  const Template one =
      Template::parse("{% macro m(a) %}{{ a|upper }}{% endmacro %}{% for i in range(50) %}{{ m(x) ~ i }}{% endfor %}");
  const std::string expected = one.render({{"x", "a"}}).text();
  std::vector<std::thread> threads;
  std::vector<std::string> texts(4);
  threads.reserve(texts.size());
  for (std::string& text : texts) {
    threads.emplace_back([&] {
      for (int i = 0; i < 20; ++i) text = one.render({{"x", "a"}}).text();
    });
  }
  for (std::thread& thread : threads) thread.join();
  for (const std::string& text : texts) CHECK(text == expected);
}
