#include <algorithm>
#include <map>
#include <set>

#include "base/utf8.hpp"
#include "conformance/suites.hpp"

namespace espalier::conformance {
namespace {

/// How many items of a split are looked at closely; all their ids are compared.
constexpr std::size_t kSample = 200;

void for_each_sampled(const Dataset& dataset,
                      const std::function<void(const std::string& split, std::size_t, const Item&)>& check) {
  for (const auto& split : dataset.splits()) {
    const std::size_t size = dataset.size(split);
    for (std::size_t i = 0; i < std::min(size, kSample); ++i) {
      const std::size_t index = size <= kSample ? i : i * (size / kSample);
      check(split, index, dataset.at(split, index));
    }
  }
}

void check_items(const Dataset& dataset, Report& report) {
  report.property("has splits, and items in them", [&] {
    expect(!dataset.splits().empty(), "there is no split");
    for (const auto& split : dataset.splits()) expect(dataset.size(split) > 0, "the split " + split + " is empty");
  });
  report.property("refuses an unknown split", [&] {
    try {
      static_cast<void>(dataset.size("no such split"));
    } catch (const std::invalid_argument&) {
      return;
    }
    throw Violation("it has a size");
  });
  report.property("ids are unique, over splits as well", [&] {
    std::set<std::string> ids;
    for (const auto& split : dataset.splits()) {
      for (std::size_t i = 0; i < std::min<std::size_t>(dataset.size(split), 20'000); ++i) {
        const std::string id = dataset.at(split, i).problem.id;
        expect(!id.empty() && ids.insert(id).second, "the id \"" + id + "\" of " + split + " is empty or taken");
      }
    }
  });
  report.property("no question stands in two splits", [&] {
    std::map<std::string, std::string> split_of;
    for_each_sampled(dataset, [&](const std::string& split, std::size_t, const Item& item) {
      const auto [place, fresh] = split_of.emplace(item.problem.question, split);
      expect(fresh || place->second == split, split + " and " + place->second + " share a question");
    });
  });
  report.property("questions are valid UTF-8 and not empty", [&] {
    for_each_sampled(dataset, [](const std::string&, std::size_t, const Item& item) {
      expect(!item.problem.question.empty() && base::is_utf8(item.problem.question),
             "that of " + item.problem.id + " is not");
    });
  });
}

void check_golds(const Dataset& dataset, Report& report) {
  const auto grader = dataset.grader();
  report.property("the grader reads every gold answer and finds it equal to itself", [&] {
    for_each_sampled(dataset, [&](const std::string&, std::size_t, const Item& item) {
      const auto gold = grader->reference(item.gold);
      expect(gold.has_value(), "that of " + item.problem.id + " is unusable: " + item.gold);
      expect(grader->equal(*gold, *gold).equal, "that of " + item.problem.id + " is not: " + item.gold);
    });
  });
  report.property("nonsense is graded wrong", [&] {
    for_each_sampled(dataset, [&](const std::string&, std::size_t, const Item& item) {
      const auto nonsense = grader->extract("I would rather not say.");
      expect(!nonsense || !grader->equal(*nonsense, *grader->reference(item.gold)).equal,
             "it answers " + item.problem.id);
    });
  });
}

}  // namespace

void check_dataset(Fixture& fixture, Report& report) {
  const auto dataset = fixture.create<Dataset>();
  check_items(*dataset, report);
  check_golds(*dataset, report);
  report.property("two datasets made alike hold the same items in the same order", [&] {
    const auto twin = fixture.create<Dataset>();
    expect(twin->splits() == dataset->splits(), "the splits differ");
    for_each_sampled(*dataset, [&](const std::string& split, std::size_t index, const Item& item) {
      const Item other = twin->at(split, index);
      expect(other.problem.id == item.problem.id && other.problem.question == item.problem.question &&
                 other.gold == item.gold,
             "item " + std::to_string(index) + " of " + split + " differs");
    });
  });
  report.property("demonstrations are functions of item, role and key", [&] {
    const auto twin = fixture.create<Dataset>();
    for_each_sampled(*dataset, [&](const std::string&, std::size_t index, const Item& item) {
      for (const char* role : {"reader", "planner", "solver", "verifier", "judge", "critic", "refiner", "nobody"}) {
        const auto one = dataset->demonstration(item, role, Key{31, index});
        const auto other = twin->demonstration(item, role, Key{31, index});
        expect(one.has_value() == other.has_value(), std::string("that of ") + role + " comes and goes");
        if (!one) continue;
        expect(one->text == other->text && one->heard == other->heard, std::string("those of ") + role + " differ");
        expect(base::is_utf8(one->text), std::string("that of ") + role + " is no valid UTF-8");
      }
    });
  });
}

}  // namespace espalier::conformance
