#pragma once

#include <deque>
#include <espalier/param_source.hpp>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "host/compose/factory.hpp"
#include "host/manifest/diagnostics.hpp"
#include "host/manifest/node.hpp"

namespace espalier::host {

/// What a child of a table turned out to be.
struct Child {
  std::shared_ptr<void> object;  ///< null unless objects are being created
  Node effective;
  Node determining;
};

/// What all sources of one reading share.
struct Lookup {
  Diagnostics& diagnostics;
  bool for_run = false;          ///< missing files are errors, contents are hashed
  const Node* engine = nullptr;  ///< [engine]: values of settings that a table does not set itself
  /// Resolves an inline table or a name as a plugin of `kind`.
  std::function<Child(const Node& reference, std::string_view kind, Lookup&)> resolve;
  /// Told of every key that may stand in [engine].
  std::function<void(const std::string& key)> note_setting;
  std::vector<std::string> stages = {};  ///< whose products were asked for so far
};

/// Reads parameters from a table of a manifest: checks them against what was declared, collects every mistake with its
/// position, and keeps what was read as an effective and a determining table.
class NodeSource final : public ParamSource {
 public:
  /// `own_keys` belong to whoever made the source ("type"). Both references must outlive it.
  NodeSource(const Node& table, Lookup& lookup, std::vector<std::string> own_keys = {});

  /// Reports keys that nobody declared, here and in nested tables; to be called once, after all reads.
  Resolution finish();

  void declare(const FieldInfo& info) override;
  std::optional<bool> boolean(std::string_view key) override;
  std::optional<std::int64_t> integer(std::string_view key) override;
  std::optional<double> real(std::string_view key) override;
  std::optional<std::string> text(std::string_view key) override;
  std::optional<std::vector<std::int64_t>> integers(std::string_view key) override;
  std::optional<std::vector<double>> reals(std::string_view key) override;
  std::optional<std::vector<std::string>> texts(std::string_view key) override;
  std::optional<std::filesystem::path> file(std::string_view key) override;
  std::vector<std::pair<std::string, std::string>> dictionary(std::string_view key) override;
  std::optional<std::string> free_table(std::string_view key) override;
  ParamSource& table(std::string_view key) override;
  std::vector<std::pair<std::string, ParamSource*>> tables(std::string_view key) override;
  std::shared_ptr<void> child(std::string_view key) override;
  std::vector<std::pair<std::string, std::shared_ptr<void>>> children(std::string_view key) override;
  void reject(std::string_view key_path, std::string why) override;

 private:
  struct Declared {
    FieldInfo info;
    Node effective = Node::array();  ///< what was read, or the default
    Node determining = Node::array();
    bool present = false;                                                     ///< whether there is anything to write
    std::vector<std::pair<std::string, std::unique_ptr<NodeSource>>> nested;  ///< tables, finished last
    bool in_array = false;  ///< whether the nested tables are elements
  };

  Declared& declared(std::string_view key);
  void check_fallback(const Declared& field);
  const Node* value(std::string_view key);
  template <class T, class Convert>
  std::optional<T> scalar(std::string_view key, std::string_view wanted, Convert convert);
  template <class T, class Convert>
  std::optional<std::vector<T>> list(std::string_view key, std::string_view wanted, Convert convert);
  bool admissible(const Node& node, const FieldInfo& info);
  void error(const Node& node, const std::string& what);
  const Node& kept(Node node);
  NodeSource& nested(Declared& field, const Node& table);
  void report_unknown();

  const Node& table_;
  Lookup& lookup_;
  std::vector<std::string> own_keys_;
  std::deque<Declared> declared_;
  std::deque<Node> made_;  ///< tables that stand for absent ones
};

}  // namespace espalier::host
