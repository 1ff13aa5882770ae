#include "call_store/call_store.hpp"

#include <doctest/doctest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmath>
#include <fstream>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include "framework/engine/stand_ins.hpp"

using namespace espalier;
using namespace espalier::engine;
using namespace espalier::engine::tests;

namespace {

Request request(std::uint64_t number) {
  Request request;
  request.chat.messages = {{ChatMessage::Role::system, "be brief"}, {ChatMessage::Role::user, "hello"}};
  request.key = Key{1, number};
  return request;
}

Completion completion(std::uint64_t number) { return dice_completions(request(number)).front(); }

std::string opening_error(const std::filesystem::path& folder,
                          CallStore::Access access = CallStore::Access::read_write) {
  try {
    CallStore store(folder, access);
  } catch (const CallStoreError& error) {
    return error.what();
  }
  return "";
}

bool contains(const std::string& text, const char* part) { return text.find(part) != std::string::npos; }

}  // namespace

TEST_CASE("keys differ with everything that determines a call, and with nothing else") {
  const Request base = request(1);
  std::vector<std::pair<std::string, Request>> calls(13, {"model", base});
  calls[1].first = "model2";
  calls[2].second.chat.messages[1].text = "hello!";
  calls[3].second.chat.messages[1].role = ChatMessage::Role::assistant;
  calls[4].second.chat.messages = {{ChatMessage::Role::system, "be brie"}, {ChatMessage::Role::user, "fhello"}};
  calls[5].second.sampling.temperature = 0.5;
  calls[6].second.sampling.top_p = 0.5;
  calls[7].second.sampling.top_k = 5;
  calls[8].second.sampling.max_tokens = 5;
  calls[9].second.sampling.stop = {"a", "b"};
  calls[10].second.sampling.stop = {"ab"};
  calls[11].second.key = Key{2, 1};
  calls[12].second.key = Key{1, 2};
  std::set<CallKey> keys;
  for (const auto& [identity, call] : calls) keys.insert(call_key(identity, call, 0));
  keys.insert(call_key("model", base, 1));
  CHECK(keys.size() == 14);
  Request same = base;
  same.first = 3;
  same.count = 9;
  const auto held = std::make_shared<int>(1);
  same.lease = held;
  CHECK(call_key("model", same, 4) == call_key("model", base, 4));
}

TEST_CASE("what was committed is there for others, and for the next process") {
  const TemporaryFolder folder;
  {
    CallStore store(folder.path() / "made" / "when needed");
    const auto model = store.model("abc", "a model");
    CHECK(store.model("abc", "another name") == model);
    CHECK(store.model("def", "b model") != model);
    CHECK(!store.get(call_key("abc", request(1), 0)));
    store.put(model, call_key("abc", request(1), 0), completion(1));
    const CallStore other(folder.path() / "made" / "when needed", CallStore::Access::read_only);
    CHECK(!other.get(call_key("abc", request(1), 0)));
    store.commit();
    CHECK(other.get(call_key("abc", request(1), 0)));
    store.put(model, call_key("abc", request(1), 0), completion(2));
    store.commit();
  }
  const CallStore store(folder.path() / "made" / "when needed");
  const auto found = store.get(call_key("abc", request(1), 0));
  REQUIRE(found);
  CHECK(found->text == completion(1).text);
  CHECK(found->logprobs == completion(1).logprobs);
  const auto models = store.models();
  REQUIRE(models.size() == 2);
  CHECK(models[0].identity == "abc");
  CHECK(models[0].description == "a model");
  CHECK(models[0].calls == 1);
  CHECK(models[1].calls == 0);
}

TEST_CASE("a damaged file is an error that says what to do") {
  const TemporaryFolder folder;
  std::ofstream(folder.path() / "calls.sqlite") << std::string(5000, 'x');
  const std::string error = opening_error(folder.path());
  CHECK(contains(error, "is damaged"));
  CHECK(contains(error, "move it away"));
  CHECK(contains(error, (folder.path() / "calls.sqlite").c_str()));
}

TEST_CASE("a damaged completion is an error, not an answer") {
  const TemporaryFolder folder;
  CallStore store(folder.path());
  store.put(store.model("abc", "a"), call_key("abc", request(1), 0), completion(1));
  store.commit();
  execute_sql(store.file(), "UPDATE calls SET completion = x'0100FF'");
  CHECK_THROWS_AS(store.get(call_key("abc", request(1), 0)), CallStoreError);
}

TEST_CASE("a newer file and a stranger's database are refused and left alone") {
  const TemporaryFolder folder;
  { const CallStore store(folder.path()); }
  execute_sql(folder.path() / "calls.sqlite", "PRAGMA user_version = 3");
  CHECK(contains(opening_error(folder.path()), "newer Espalier (schema 3, this one reads 2)"));
  const TemporaryFolder other;
  execute_sql(other.path() / "calls.sqlite", "CREATE TABLE birds (name TEXT)");
  CHECK(contains(opening_error(other.path()), "database of another program"));
  CHECK(!std::filesystem::exists(other.path() / "calls.sqlite-wal"));
}

namespace {

/// A store as the first version wrote it, with one call.
void write_first_schema(const std::filesystem::path& folder) {
  CallStore store(folder);
  store.put(store.model("abc", "a model"), call_key("abc", request(1), 0), completion(1));
  store.commit();
  execute_sql(store.file(), "DROP TABLE scores; PRAGMA user_version = 1");
}

}  // namespace

TEST_CASE("a store of an older version is brought up to date in place, and readable as it is") {
  const TemporaryFolder folder;
  write_first_schema(folder.path());
  const auto call = call_key("abc", request(1), 0);
  {
    const CallStore old(folder.path(), CallStore::Access::read_only);
    CHECK(old.get(call));
    CHECK(!old.scores(std::vector{call}).front());
    CHECK(old.models().front().calls == 1);
  }
  for (int opening = 0; opening < 2; ++opening) {
    CallStore store(folder.path());
    CHECK(store.get(call)->text == completion(1).text);
    store.put(store.model("abc", "a model"), call, StoredScore{.value = {0.5, 0.25}, .charge = {3, 2, 1}});
    store.commit();
    CHECK(store.models().front().scores == 1);
  }
}

TEST_CASE("scores are kept bit for bit, found in the order of their keys, and the first one stays") {
  const TemporaryFolder folder;
  const std::vector<CallKey> keys = {call_key("abc", request(1), 0), call_key("abc", request(2), 0),
                                     call_key("abc", request(3), 0)};
  {
    CallStore store(folder.path());
    const auto model = store.model("abc", "a value model");
    store.put(model, keys[2], StoredScore{.value = {0.1 + 0.2, 1e-300}, .charge = {1'000, 7, 1'000'000'000'000}});
    store.put(model, keys[0], StoredScore{.value = {-0.0, 0.0}, .charge = {}});
    CHECK(!store.scores(keys)[0]);
    store.commit();
    store.put(model, keys[0], StoredScore{.value = {0.75, 0.0}, .charge = {}});
    store.commit();
  }
  CallStore store(folder.path(), CallStore::Access::read_only);
  const auto found = store.scores(keys);
  REQUIRE(found.size() == 3);
  REQUIRE(found[0]);
  CHECK(std::signbit(found[0]->value.mean));
  CHECK(!found[1]);
  REQUIRE(found[2]);
  CHECK(found[2]->value.mean == 0.1 + 0.2);
  CHECK(found[2]->value.deviation == 1e-300);
  CHECK(found[2]->charge.tokens == 1'000);
  CHECK(found[2]->charge.new_tokens == 7);
  CHECK(found[2]->charge.flops == 1'000'000'000'000);
  execute_sql(store.file(), "UPDATE scores SET score = x'00FF'");
  CHECK_THROWS_AS(store.scores(keys), CallStoreError);
}

TEST_CASE("a missing store cannot be read, and a folder that cannot be made is an error") {
  const TemporaryFolder folder;
  CHECK(contains(opening_error(folder.path() / "nothing", CallStore::Access::read_only), "cannot be used"));
  CHECK(!std::filesystem::exists(folder.path() / "nothing"));
  std::ofstream(folder.path() / "file") << "in the way";
  CHECK(contains(opening_error(folder.path() / "file"), "cannot be used"));
}

/// Runs `work(0)`, `work(1)`, ... in processes of their own, at once. Returns how many failed.
template <class Work>
int failed_processes(std::uint64_t processes, Work work) {
  std::vector<pid_t> children;
  for (std::uint64_t process = 0; process < processes; ++process) {
    const pid_t child = fork();
    REQUIRE(child >= 0);
    if (child == 0) {
      try {
        work(process);
        _exit(0);
      } catch (...) {
        _exit(1);
      }
    }
    children.push_back(child);
  }
  int failed = 0;
  for (const pid_t child : children) {
    int status = -1;
    REQUIRE(waitpid(child, &status, 0) == child);
    failed += status != 0;
  }
  return failed;
}

TEST_CASE("several processes write to one store") {
  const TemporaryFolder folder;
  constexpr std::uint64_t each = 200;
  CHECK(failed_processes(3, [&](std::uint64_t writer) {
          CallStore store(folder.path());
          const auto model = store.model("abc", "a");
          for (std::uint64_t i = 0; i < each; ++i) {
            const std::uint64_t number = writer * each / 2 + i;  // half of them overlap with the next writer's
            store.put(model, call_key("abc", request(number), 0), completion(number));
            store.commit();
          }
        }) == 0);
  const CallStore store(folder.path());
  REQUIRE(store.models().size() == 1);
  CHECK(store.models()[0].calls == 2 * static_cast<std::int64_t>(each));
  for (std::uint64_t i = 0; i < 2 * each; ++i) CHECK(store.get(call_key("abc", request(i), 0)));
}

TEST_CASE("several processes may begin one store") {
  for (int round = 0; round < 20; ++round) {  // the moment when two of them meet is short
    const TemporaryFolder folder;
    CHECK(failed_processes(4, [&](std::uint64_t) { CallStore(folder.path()).model("abc", "a"); }) == 0);
    CHECK(CallStore(folder.path()).models().size() == 1);
  }
}

TEST_CASE("threads share one store object") {
  const TemporaryFolder folder;
  CallStore store(folder.path());
  const auto model = store.model("abc", "a");
  std::vector<std::thread> threads;
  for (std::uint64_t writer = 0; writer < 3; ++writer) {
    threads.emplace_back([&, writer] {
      for (std::uint64_t i = 0; i < 50; ++i) {
        const std::uint64_t number = 1000 * writer + i;
        store.put(model, call_key("abc", request(number), 0), completion(number));
        store.commit();
        static_cast<void>(store.get(call_key("abc", request(number), 0)));
      }
    });
  }
  for (auto& thread : threads) thread.join();
  CHECK(store.models()[0].calls == 150);
}
