#include <doctest/doctest.h>

#include <espalier/runtime.hpp>
#include <stdexcept>
#include <string>
#include <vector>

namespace {

/// Finishes one request every other step, or fails those whose chat is empty.
class SlowBackend final : public espalier::Backend {
 public:
  bool admit(espalier::Ticket ticket, const espalier::Work& work) override {
    const auto& request = std::get<espalier::Request>(work);
    espalier::Finished finished{ticket, std::vector<espalier::Completion>(static_cast<std::size_t>(request.count))};
    if (request.chat.messages.empty()) finished.result = std::make_exception_ptr(std::runtime_error("an empty chat"));
    waiting_.push_back(std::move(finished));
    return true;
  }
  void step(std::vector<espalier::Finished>& finished) override {
    if (++steps_ % 2 == 0 && !waiting_.empty()) {
      finished.push_back(std::move(waiting_.front()));
      waiting_.clear();
    }
  }
  void drop(espalier::Ticket) override { waiting_.clear(); }
  int tokens(std::string_view text) const override { return static_cast<int>(text.size()); }

 private:
  std::vector<espalier::Finished> waiting_;
  int steps_ = 0;
};

}  // namespace

TEST_CASE("without a scheduler, awaiting steps the backend in place") {
  SlowBackend backend;
  espalier::Request request;
  request.chat.messages.push_back({espalier::ChatMessage::Role::user, "hello"});
  request.count = 3;
  const auto finished = espalier::await(backend, request);
  CHECK(std::get<std::vector<espalier::Completion>>(finished.result).size() == 3);
}

TEST_CASE("awaiting rethrows what the backend reports") {
  SlowBackend backend;
  CHECK_THROWS_WITH_AS(espalier::await(backend, espalier::Request{}), "an empty chat", std::runtime_error);
}

TEST_CASE("without a scheduler, together runs tasks in order and offload in place") {
  std::string order;
  const std::vector<std::function<void()>> tasks = {[&] { order += 'a'; }, [&] { order += 'b'; }};
  espalier::together(tasks);
  espalier::offload([&] { order += 'c'; });
  CHECK(order == "abc");
}

TEST_CASE("the log sink can be replaced") {
  std::string seen;
  espalier::set_log_sink([&](espalier::LogLevel, std::string_view line) { seen += line; });
  espalier::log(espalier::LogLevel::info, "one line");
  espalier::set_log_sink(nullptr);
  CHECK(seen == "one line");
}
