#include <doctest/doctest.h>

#include <espalier/transcript.hpp>

using espalier::Key;
using espalier::Message;
using espalier::Transcript;

namespace {

Message said(int node, std::string text) {
  Message message;
  message.node = node;
  message.text = std::move(text);
  return message;
}

}  // namespace

TEST_CASE("extending a transcript leaves it as it was") {
  const Transcript root(Key{1, 2});
  const Transcript first = root.extended(said(0, "a"), 0);
  const Transcript left = first.extended(said(1, "b"), 0);
  const Transcript right = first.extended(said(1, "c"), 4);

  CHECK(root.empty());
  CHECK(first.depth() == 1);
  CHECK(left.last().text == "b");
  CHECK(right.last().text == "c");
  CHECK(right.candidate() == 4);
  CHECK(right.path() == "0.4");
  CHECK(root.path().empty());
  CHECK(left.parent().same(first));
  CHECK(root.parent().same(root));
}

TEST_CASE("messages come oldest first and are found by speaker") {
  const Transcript transcript = Transcript().extended(said(2, "a"), 0).extended(said(0, "b"), 1);
  const auto messages = transcript.messages();
  REQUIRE(messages.size() == 2);
  CHECK(messages[0]->text == "a");
  CHECK(messages[1]->text == "b");
  REQUIRE(transcript.of(2) != nullptr);
  CHECK(transcript.of(2)->text == "a");
  CHECK(transcript.of(1) == nullptr);
}

TEST_CASE("a position's key follows the candidate numbers, not the texts") {
  const Transcript root(Key{1, 2});
  CHECK(root.extended(said(0, "a"), 3).key() == root.extended(said(0, "b"), 3).key());
  CHECK(root.extended(said(0, "a"), 3).key() != root.extended(said(0, "a"), 2).key());
  CHECK(root.extended(said(0, "a"), 3).key() == Key{1, 2}.child(3));
}

TEST_CASE("a lease ends with the last transcript that holds the position") {
  std::weak_ptr<const void> lease;
  {
    const Transcript root;
    Transcript deep = root.extended(said(0, "a"), 0);
    lease = deep.lease();
    deep = deep.extended(said(1, "b"), 0);
    CHECK_FALSE(lease.expired());
  }
  CHECK(lease.expired());
}
