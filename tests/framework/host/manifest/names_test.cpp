#include "host/manifest/names.hpp"

#include <doctest/doctest.h>

using namespace espalier::host;

TEST_CASE("names that lead elsewhere, hide or cannot be seen name no folder") {
  for (const std::string name : {"",
                                 ".",
                                 "..",
                                 "...",
                                 ".hidden",
                                 "a/b",
                                 "/etc",
                                 "../up",
                                 "a/../..",
                                 "a\\b",
                                 " a",
                                 "a ",
                                 "a\nb",
                                 "a\tb",
                                 "a\x1b[2Jb",
                                 "a\x7f",
                                 "a\xc2\x85",
                                 "a\xe2\x80\xae"
                                 "b",
                                 "a\xe2\x80\x8b",
                                 "\xef\xbb\xbf"
                                 "a",
                                 "a@b",
                                 "a\xc2\xad",
                                 "a\xf3\xa0\x81\x81"}) {
    CHECK_MESSAGE(!folder_name_fault(name).empty(), name);
  }
  CHECK(!folder_name_fault(std::string(101, 'a')).empty());
  CHECK(!folder_name_fault(std::string("a\0b", 3)).empty());
}

TEST_CASE("names that people give do") {
  for (const std::string name : {"compare", "MCTS (MASPRM + ORM)", "lr=0.1", "größer", "比較", "a.b", "a..b", "-x"})
    CHECK_MESSAGE(folder_name_fault(name).empty(), name);
  CHECK(folder_name_fault(std::string(100, 'a')).empty());
}

TEST_CASE("any text can be spelled as a part of a folder's name, and other texts are spelled otherwise") {
  CHECK(folder_spelling("limit=20,search.n=5") == "limit=20,search.n=5");
  CHECK(folder_spelling("a/b c\n\xc3\xa4") == "a_b_c___");
  const std::string one(300, 'x'), other = one + "y";
  CHECK(folder_spelling(one).size() == 100);
  CHECK(folder_spelling(one) != folder_spelling(other));
}
