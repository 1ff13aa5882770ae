#include <algorithm>
#include <espalier/transcript.hpp>

namespace espalier {

struct Transcript::Node {
  std::shared_ptr<const Node> parent;  ///< null at the root
  Message message;
  int candidate = 0;
  int depth = 0;
  Key key;
};

Transcript::Transcript(Key key) {
  auto root = std::make_shared<Node>();
  root->key = key;
  node_ = std::move(root);
}

Transcript Transcript::extended(Message message, int candidate) const {
  auto node = std::make_shared<Node>();
  node->parent = node_;
  node->message = std::move(message);
  node->candidate = candidate;
  node->depth = node_->depth + 1;
  node->key = node_->key.child(static_cast<std::uint64_t>(candidate));
  return Transcript(std::shared_ptr<const Node>(std::move(node)));
}

Transcript Transcript::parent() const { return node_->parent ? Transcript(node_->parent) : *this; }

int Transcript::depth() const { return node_->depth; }

const Message& Transcript::last() const { return node_->message; }

int Transcript::candidate() const { return node_->candidate; }

std::vector<const Message*> Transcript::messages() const {
  std::vector<const Message*> messages(static_cast<std::size_t>(depth()));
  auto slot = messages.rbegin();
  for (const Node* node = node_.get(); node->parent; node = node->parent.get()) *slot++ = &node->message;
  return messages;
}

const Message* Transcript::of(int speaker) const {
  for (const Node* node = node_.get(); node->parent; node = node->parent.get()) {
    if (node->message.node == speaker) return &node->message;
  }
  return nullptr;
}

std::string Transcript::path() const {
  std::vector<int> numbers;
  for (const Node* node = node_.get(); node->parent; node = node->parent.get()) numbers.push_back(node->candidate);
  std::string path;
  for (auto number = numbers.rbegin(); number != numbers.rend(); ++number) {
    if (!path.empty()) path += '.';
    path += std::to_string(*number);
  }
  return path;
}

Key Transcript::key() const { return node_->key; }

std::weak_ptr<const void> Transcript::lease() const { return node_; }

}  // namespace espalier
