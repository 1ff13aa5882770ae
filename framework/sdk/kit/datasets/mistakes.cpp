#include <espalier/bad_input.hpp>
#include <espalier/kit/datasets/mistakes.hpp>
#include <utility>

namespace espalier::stored {

void Mistakes::add(std::string sentence) {
  if (++count_ <= kMost) told_.push_back(std::move(sentence));
}

void Mistakes::settle() const {
  if (!any()) return;
  std::string all;
  for (const std::string& sentence : told_) all += (all.empty() ? "" : "\n") + sentence;
  if (count_ > kMost) all += "\nand " + std::to_string(count_ - kMost) + " more such mistakes";
  throw BadInput(all);
}

}  // namespace espalier::stored
