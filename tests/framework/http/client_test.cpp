#include "http/client.hpp"

#include <doctest/doctest.h>

#include <espalier/machine_failure.hpp>
#include <map>

#include "support/model_server.hpp"

using namespace espalier;
using namespace espalier::http;
using namespace std::chrono_literals;
using testing::Asked;
using testing::Fault;
using testing::ModelServer;
using Kind = testing::Fault::Kind;

namespace {

/// Keeps what became of posts.
class Kept final : public Client::Reader {
 public:
  std::int64_t read(Client::Id id, const std::string& body) override {
    if (body.front() != '{') throw Unreadable("no object");
    bodies[id] = body;
    return 0;
  }
  void fail(Client::Id id, std::exception_ptr error) override { errors[id] = std::move(error); }

  /// What the only post failed with.
  template <class Error>
  std::string error() const {
    REQUIRE(errors.size() == 1);
    try {
      std::rethrow_exception(errors.begin()->second);
    } catch (const Error& found) {
      return found.what();
    } catch (const std::exception& other) {
      return std::string("another error: ") + other.what();
    }
  }

  std::map<Client::Id, std::string> bodies;
  std::map<Client::Id, std::exception_ptr> errors;
};

Post question(const std::string& text = "what?") {
  const base::Json body{{"model", "m"}, {"messages", {{{"role", "user"}, {"content", text}}}}};
  return {.path = "/chat/completions", .body = body.dump(), .prompt = text, .tokens = 1};
}

/// Works until all posts have ended.
Kept finish(Client& client) {
  Kept kept;
  for (client.advance(kept); client.open() > 0; client.advance(kept)) client.wait(1s);
  return kept;
}

Kept ask(ClientOptions options, int posts = 1) {
  Client client(std::move(options));
  for (int i = 1; i <= posts; ++i) client.post(static_cast<Client::Id>(i), question("what " + std::to_string(i)));
  return finish(client);
}

bool holds(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

/// Makes the same mistake at the first `times` requests.
ModelServer::Faults at_first(int times, Fault fault) {
  return [=](int number, const Asked&) { return number < times ? fault : Fault{}; };
}

}  // namespace

TEST_CASE("hundreds of posts are under way at once on one thread") {
  ModelServer server;
  server.milliseconds = 200;
  const auto begun = std::chrono::steady_clock::now();
  const auto kept = ask({.urls = {server.url()}, .concurrency = 200}, 400);
  CHECK(kept.bodies.size() == 400);
  CHECK(server.most_connections() == 200);
  CHECK(std::chrono::steady_clock::now() - begun < 10s);  // 80 s one by one
}

TEST_CASE("what fails through no fault of its own is asked again") {
  for (const Fault& fault : {Fault{.kind = Kind::status, .status = 500, .text = "oh"}, Fault{.kind = Kind::silence},
                             Fault{.kind = Kind::half}, Fault{.kind = Kind::raw, .text = "garbage"},
                             Fault{.kind = Kind::raw, .text = "HTTP/1.1 200 X\r\nContent-Length: 2\r\n\r\n[]"},
                             Fault{.kind = Kind::status, .status = 503, .text = "{}"}}) {
    ModelServer server(at_first(1, fault));
    const auto kept = ask({.urls = {server.url()}});
    CHECK(kept.bodies.size() == 1);
    CHECK(server.count() == 2);
  }
}

TEST_CASE("a server that asks to be left alone is, as long as it says") {
  ModelServer server(at_first(1, {.kind = Kind::status, .status = 429, .headers = "Retry-After: 2\r\n"}));
  const auto begun = std::chrono::steady_clock::now();
  CHECK(ask({.urls = {server.url()}}).bodies.size() == 1);
  CHECK(std::chrono::steady_clock::now() - begun >= 1900ms);
  CHECK(server.count() == 2);
}

TEST_CASE("what no server answers is the machine's failure, what one alone is not answered its own") {
  const auto stubborn = [](int, const Asked& asked) {
    return holds(asked.body.dump(), "what 1\"") ? Fault{.kind = Kind::status, .status = 500, .text = "no luck"}
                                                : Fault{};
  };
  ModelServer server(stubborn);
  CHECK(holds(ask({.urls = {server.url()}, .retries = 1}).error<MachineFailure>(),
              "/v1/chat/completions: HTTP 500: no luck (tried 2 times; no request was answered meanwhile)"));
  const auto kept = ask({.urls = {server.url()}, .concurrency = 2, .retries = 1}, 5);
  CHECK(kept.bodies.size() == 4);
  CHECK(holds(kept.error<std::runtime_error>(), "no luck (tried 2 times)"));
}

TEST_CASE("what a server will not have is not asked again, and a refused key ends all") {
  ModelServer picky([](int, const Asked&) {
    return Fault{.kind = Kind::status, .status = 400, .text = R"({"error": {"message": "too\nlong"}})"};
  });
  CHECK(holds(ask({.urls = {picky.url()}}).error<Refused>(), "HTTP 400: too long"));
  CHECK(picky.count() == 1);
  ModelServer closed([](int, const Asked&) { return Fault{.kind = Kind::status, .status = 401, .text = "who?"}; });
  const auto kept = ask({.urls = {closed.url()}, .concurrency = 2}, 5);
  CHECK(kept.errors.size() == 5);
  CHECK(closed.count() == 2);
}

TEST_CASE("redirects are not followed") {
  ModelServer elsewhere;
  ModelServer server([&](int, const Asked&) {
    return Fault{.kind = Kind::status, .status = 307, .headers = "Location: " + elsewhere.url() + "\r\n"};
  });
  CHECK(holds(ask({.urls = {server.url()}, .key = "a-secret"}).error<MachineFailure>(), "redirect"));
  CHECK(elsewhere.count() == 0);
}

TEST_CASE("one server answers for another that is gone, refuses the key or fails") {
  ModelServer good;
  ModelServer bad([](int, const Asked&) { return Fault{.kind = Kind::status, .status = 403, .text = "no"}; });
  const auto kept = ask({.urls = {"http://127.0.0.1:1/v1", bad.url(), good.url()}}, 20);
  CHECK(kept.bodies.size() == 20);
  CHECK(bad.count() <= 20);
  CHECK(good.count() == 20);
}

TEST_CASE("replies are bounded in size and time") {
  const TransferLimits tight{.connect = 1s, .idle = 300ms, .total = 600ms, .body = 1 << 20};
  const std::string large(10 << 20, ' ');
  for (const auto& [fault, reason] : std::vector<std::pair<Fault, std::string>>{
           {{.kind = Kind::status, .status = 200, .text = large}, "the reply has more than 1 MiB"},
           {{.kind = Kind::raw, .text = "HTTP/1.1 200 X\r\n\r\n" + large}, "the reply has more than 1 MiB"},
           {{.kind = Kind::stall}, "half a reply came, and nothing for 0 seconds"},
           {{.kind = Kind::drip}, "timed out"}}) {
    ModelServer server([&](int, const Asked&) { return fault; });
    const auto begun = std::chrono::steady_clock::now();
    const std::string error = ask({.urls = {server.url()}, .limits = tight, .retries = 0}).error<MachineFailure>();
    CHECK_MESSAGE(holds(error, reason), error);
    CHECK(std::chrono::steady_clock::now() - begun < 4s);
  }
}

TEST_CASE("a key is sent, and told to nobody") {
  const std::string key = "sk-0123456789abcdef";
  ModelServer server([&](int number, const Asked&) {
    const std::string text = R"({"error": "your key sk-0123456789abcdef is wrong"})";
    if (number == 0) return Fault{.kind = Kind::status, .status = 400, .text = text};
    return Fault{.kind = Kind::status, .status = 200, .text = R"({"text": "sk-0123456789abcdef"})"};
  });
  CHECK(holds(ask({.urls = {server.url()}, .key = key}).error<Refused>(), "your key (key) is wrong"));
  CHECK(holds(server.asked().front().headers, "Authorization: Bearer " + key + "\r\n"));
  const std::string echoed = R"-({"text": "(key)"})-";
  CHECK(ask({.urls = {server.url()}, .key = key}).bodies.at(1) == echoed);
}

TEST_CASE("limits per minute hold requests back") {
  ModelServer server;
  Client client({.urls = {server.url()}, .requests_per_minute = 3});
  for (Client::Id id = 1; id <= 5; ++id) client.post(id, question());
  Kept kept;
  const auto until = std::chrono::steady_clock::now() + 500ms;
  for (client.advance(kept); std::chrono::steady_clock::now() < until; client.advance(kept)) client.wait(100ms);
  CHECK(kept.bodies.size() == 3);
  CHECK(client.open() == 2);
  CHECK(server.count() == 3);
}

TEST_CASE("a post that is cancelled is not answered, and waiting does not spin") {
  ModelServer server;
  server.milliseconds = 300;
  Client client({.urls = {server.url()}, .concurrency = 1});
  client.post(1, question());
  client.post(2, question());
  Kept kept;
  client.advance(kept);
  client.cancel(1);
  int turns = 0;
  for (client.advance(kept); client.open() > 0; client.advance(kept)) {
    client.wait(1s);
    ++turns;
  }
  CHECK(kept.bodies.size() == 1);
  CHECK(kept.bodies.contains(2));
  CHECK(turns < 20);
}
