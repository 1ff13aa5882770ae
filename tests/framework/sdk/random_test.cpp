#include <doctest/doctest.h>

#include <array>
#include <cmath>
#include <espalier/random.hpp>
#include <set>
#include <string>

using espalier::Key;

TEST_CASE("a key's children depend on the key and the name alone") {
  const Key root{7, 11};
  CHECK(root.child(3) == Key{7, 11}.child(3));
  CHECK(root.child(3) != root.child(4));
  CHECK(root.child(3) != root.child("3"));
  CHECK(root.child("problem/1") != root.child("problem/2"));
  CHECK(root.child(1).child(2) != root.child(2).child(1));
  // A name that fills whole blocks, and the same name with a trailing zero byte, are different names.
  CHECK(root.child("12345678") != root.child(std::string("12345678\0", 9)));
  CHECK(root.child("") != root);
}

TEST_CASE("keys do not collide over many siblings and generations") {
  std::set<Key> seen;
  const Key root{1, 0};
  for (std::uint64_t parent = 0; parent < 200; ++parent) {
    for (std::uint64_t child = 0; child < 200; ++child) seen.insert(root.child(parent).child(child));
  }
  CHECK(seen.size() == 200u * 200u);
}

TEST_CASE("draws are uniform") {
  // Chi-square with 99 degrees of freedom: beyond 160 with probability 1e-4. The key is fixed, so the outcome is too.
  constexpr int bins = 100;
  constexpr int draws = 200'000;
  std::array<int, bins> counts{};
  for (int index = 0; index < draws; ++index) {
    const double x = espalier::draw_uniform(Key{5, 9}, static_cast<std::uint64_t>(index));
    REQUIRE(x >= 0.0);
    REQUIRE(x < 1.0);
    ++counts[static_cast<std::size_t>(x * bins)];
  }
  double chi_square = 0;
  const double expected = static_cast<double>(draws) / bins;
  for (const int count : counts) chi_square += std::pow(count - expected, 2) / expected;
  CHECK(chi_square < 160.0);
  CHECK(chi_square > 50.0);
}

TEST_CASE("first draws of sibling keys are independent of one another") {
  // The correlation of 20,000 neighbouring pairs has a standard deviation of 0.007.
  constexpr int pairs = 20'000;
  double product = 0;
  const Key root{2, 2};
  for (std::uint64_t i = 0; i < pairs; ++i) {
    product += (espalier::draw_uniform(root.child(i), 0) - 0.5) * (espalier::draw_uniform(root.child(i + 1), 0) - 0.5);
  }
  CHECK(std::abs(product / pairs * 12.0) < 0.035);
}

TEST_CASE("between covers its bounds, both included") {
  espalier::Random random(Key{3, 3});
  std::set<std::int64_t> seen;
  for (int i = 0; i < 1'000; ++i) seen.insert(random.between(-2, 3));
  CHECK(seen == std::set<std::int64_t>{-2, -1, 0, 1, 2, 3});
  CHECK(random.between(5, 5) == 5);
}
