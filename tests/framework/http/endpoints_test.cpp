#include "http/endpoints.hpp"

#include <doctest/doctest.h>

#include "http/minute_limit.hpp"

using namespace espalier::http;
using namespace std::chrono_literals;
using Clock = std::chrono::steady_clock;

namespace {

/// Sends a request about `prompt`, which stays under way, and returns where it went.
std::optional<std::size_t> send(Endpoints& endpoints, const std::string& prompt, Clock::time_point now) {
  const auto prefixes = prefix_hashes(prompt);
  const auto at = endpoints.choose(prefixes, now);
  if (at) endpoints.sent(*at, prefixes);
  return at;
}

std::string problem(char name) { return std::string(300, 's') + std::string(300, name); }

}  // namespace

TEST_CASE("prompts that begin alike go to one endpoint, others to the less busy one") {
  const auto now = Clock::now();
  Endpoints endpoints({"a", "b"}, 64, true);
  const auto first = send(endpoints, problem('1'), now);
  const auto second = send(endpoints, problem('2'), now);
  REQUIRE(first);
  CHECK(second != first);
  for (int i = 0; i < 8; ++i) {
    endpoints.returned(*first);
    endpoints.returned(*second);
    CHECK(send(endpoints, problem('2') + "more " + std::to_string(i), now) == second);
    CHECK(send(endpoints, problem('1') + "more " + std::to_string(i), now) == first);
  }
}

TEST_CASE("without affinity, and beyond a quarter above its share, an endpoint is passed over") {
  const auto now = Clock::now();
  Endpoints endpoints({"a", "b"}, 1000, true);
  int at_first = 0;
  for (int i = 0; i < 100; ++i) at_first += *send(endpoints, problem('1'), now) == 0 ? 1 : 0;
  CHECK(at_first >= 50);
  CHECK(at_first < 70);
  Endpoints plain({"a", "b"}, 1000, false);
  at_first = 0;
  for (int i = 0; i < 100; ++i) at_first += *send(plain, problem('1'), now) == 0 ? 1 : 0;
  CHECK(at_first == 50);
}

TEST_CASE("an endpoint that fails rests, is asked less at once, and comes back") {
  const auto now = Clock::now();
  Endpoints endpoints({"a"}, 8, true);
  for (int i = 0; i < 8; ++i) CHECK(send(endpoints, "x", now) == 0);
  CHECK_FALSE(send(endpoints, "x", now));  // 8 are under way
  for (int i = 0; i < 8; ++i) {
    endpoints.returned(0);
    endpoints.failed(0, now, i == 0 ? std::optional(3000ms) : std::nullopt);
  }
  CHECK_FALSE(send(endpoints, "x", now + 2999ms));
  CHECK(endpoints.next_end_of_rest(now) == now + 3000ms);
  for (int i = 0; i < 4; ++i) CHECK(send(endpoints, "x", now + 3000ms) == 0);
  CHECK_FALSE(send(endpoints, "x", now + 3000ms));
  endpoints.returned(0);
  for (int i = 0; i < 8; ++i) endpoints.answered(0);
  CHECK(send(endpoints, "x", now + 3000ms) == 0);
  CHECK(send(endpoints, "x", now + 3000ms) == 0);
}

TEST_CASE("one request in trouble does not send an endpoint to rest, three in a row do") {
  const auto now = Clock::now();
  Endpoints endpoints({"a"}, 8, true);
  endpoints.stumbled(0, now);
  endpoints.stumbled(0, now);
  CHECK(endpoints.choose({}, now));
  endpoints.stumbled(0, now);
  CHECK_FALSE(endpoints.choose({}, now));
  CHECK(endpoints.choose({}, now + 60s));
  endpoints.dismiss(0);
  CHECK(endpoints.all_dismissed());
  CHECK_FALSE(endpoints.choose({}, now + 60s));
}

TEST_CASE("backing off doubles up to a minute, and differs") {
  Endpoints endpoints({"a"}, 8, true);
  for (int times = 1; times < 20; ++times) {
    const auto most = std::min(60'000ms, 500ms * (1 << std::min(times - 1, 7)));
    const auto pause = endpoints.backoff(times);
    CHECK(pause <= most);
    CHECK(pause >= most / 2);
  }
}

TEST_CASE("a limit per minute lets so much through in any minute") {
  const auto now = Clock::now();
  MinuteLimit limit(10);
  CHECK(limit.when(4, now) == now);
  limit.pass(4, now);
  limit.pass(6, now + 20s);
  CHECK(limit.when(1, now + 30s) == now + 60s);
  CHECK(limit.when(5, now + 30s) == now + 80s);
  limit.correct(6, 2, now + 20s);
  CHECK(limit.when(4, now + 30s) == now + 30s);
  CHECK(limit.when(99, now + 81s) == now + 81s);  // more than a minute's alone
  CHECK(MinuteLimit(0).when(1'000'000, now) == now);
}
