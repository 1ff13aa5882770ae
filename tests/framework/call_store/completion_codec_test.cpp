#include "call_store/completion_codec.hpp"

#include <doctest/doctest.h>

#include <cmath>
#include <limits>
#include <stdexcept>

using namespace espalier;
using namespace espalier::engine;

namespace {

Completion sample() {
  return {std::string("a zero \0 and a bad byte \xFF", 25),
          {0, 1, -1, 151'665, std::numeric_limits<int>::min()},
          {0.0F, -0.5F, -1e-30F, -std::numeric_limits<float>::infinity(), -3.25F},
          Finish::length,
          1'234'567,
          {1'234'567, 70'000, 5}};
}

void check_equal(const Completion& left, const Completion& right) {
  CHECK(left.text == right.text);
  CHECK(left.tokens == right.tokens);
  CHECK(left.logprobs == right.logprobs);
  CHECK(left.finish == right.finish);
  CHECK(left.prompt_tokens == right.prompt_tokens);
  CHECK(left.usage == right.usage);
}

}  // namespace

TEST_CASE("completions come back as they were") {
  check_equal(decode_completion(encode_completion(sample())), sample());
  check_equal(decode_completion(encode_completion({})), {});
  Completion of_server = sample();
  of_server.tokens = {};
  check_equal(decode_completion(encode_completion(of_server)), of_server);
  of_server.logprobs = {};
  check_equal(decode_completion(encode_completion(of_server)), of_server);
}

TEST_CASE("completions of older versions are read") {
  const std::string bytes("\x01\x01\x07\x02hi\x01\x06\x00\x00\x80\xbf", 12);
  check_equal(decode_completion(bytes), {"hi", {3}, {-1.0F}, Finish::length, 7});
}

TEST_CASE("bytes that are no completion are refused, wherever they are cut") {
  const std::string bytes = encode_completion(sample());
  for (std::size_t length = 0; length < bytes.size(); ++length) {
    CHECK_THROWS_AS(decode_completion(bytes.substr(0, length)), std::invalid_argument);
  }
  CHECK_THROWS_AS(decode_completion(bytes + "x"), std::invalid_argument);
  CHECK_THROWS_AS(decode_completion("\x07" + bytes.substr(1)), std::invalid_argument);
  CHECK_THROWS_AS(decode_completion(bytes.substr(0, 1) + "\x05" + bytes.substr(2)), std::invalid_argument);
  CHECK_THROWS_AS(decode_completion(std::string("\x02\x00", 2) + std::string(12, '\xFF')), std::invalid_argument);
}

TEST_CASE("a log-probability per token, or nothing is stored") {
  CHECK_THROWS_AS(encode_completion({"x", {1, 2}, {-1.0F}, Finish::stop, 1}), std::invalid_argument);
}
