#pragma once

#include <espalier/param_source.hpp>
#include <filesystem>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace espalier::testing {

/// Parameters given as C++ values: what a plugin's Params struct reads from in tests that need no manifest. Values of
/// the wrong type read as absent. What `validate` rejects is kept for `rejections`.
class Settings final : public ParamSource {
 public:
  using Value = std::variant<bool, std::int64_t, double, std::string, std::vector<std::int64_t>, std::vector<double>,
                             std::vector<std::string>>;

  Settings() = default;
  Settings(Settings&&) = default;
  Settings& operator=(Settings&&) = default;

  Settings& set(std::string key, Value value) & {
    values_.insert_or_assign(std::move(key), std::move(value));
    return *this;
  }
  Settings& set(std::string key, int value) & { return set(std::move(key), Value(std::int64_t{value})); }
  Settings& set(std::string key, bool value) & { return set(std::move(key), Value(value)); }
  Settings& set(std::string key, const char* value) & { return set(std::move(key), Value(std::string(value))); }
  template <class Interface>
  Settings& give(std::string key, std::shared_ptr<Interface> child) & {
    children_[std::move(key)] = std::static_pointer_cast<typename Interface::Interface>(std::move(child));
    return *this;
  }
  /// Adds a table named `name` to the tables under `key`, and returns it to be filled.
  Settings& add(const std::string& key, const std::string& name) & {
    auto& tables = tables_[key];
    tables.emplace_back(name, std::make_unique<Settings>());
    return *tables.back().second;
  }
  /// Adds a table to the array of tables under `key`.
  Settings& add(const std::string& key) & { return add(key, std::to_string(tables_[key].size())); }

  /// Adds an entry to the dictionary under `key`.
  Settings& enter(const std::string& key, std::string name, std::string text) & {
    dictionaries_[key].emplace_back(std::move(name), std::move(text));
    return *this;
  }

  /// Everything that was rejected, "path: why" each.
  std::vector<std::string> rejections() const {
    auto all = rejected_;
    for (const auto& [key, tables] : tables_) {
      for (const auto& [name, table] : tables) {
        for (const auto& rejection : table->rejections()) all.push_back(key + "." + name + "." + rejection);
      }
    }
    return all;
  }

  void declare(const FieldInfo&) override {}
  std::optional<bool> boolean(std::string_view key) override { return find<bool>(key); }
  std::optional<std::int64_t> integer(std::string_view key) override { return find<std::int64_t>(key); }
  std::optional<double> real(std::string_view key) override {
    if (const auto whole = find<std::int64_t>(key)) return static_cast<double>(*whole);
    return find<double>(key);
  }
  std::optional<std::string> text(std::string_view key) override { return find<std::string>(key); }
  std::optional<std::vector<std::int64_t>> integers(std::string_view key) override {
    return find<std::vector<std::int64_t>>(key);
  }
  std::optional<std::vector<double>> reals(std::string_view key) override { return find<std::vector<double>>(key); }
  std::optional<std::vector<std::string>> texts(std::string_view key) override {
    return find<std::vector<std::string>>(key);
  }
  std::optional<std::filesystem::path> file(std::string_view key) override {
    if (auto path = find<std::string>(key)) return std::filesystem::path(std::move(*path));
    return std::nullopt;
  }
  std::vector<std::pair<std::string, std::string>> dictionary(std::string_view key) override {
    const auto found = dictionaries_.find(key);
    return found == dictionaries_.end() ? std::vector<std::pair<std::string, std::string>>{} : found->second;
  }
  std::optional<std::string> free_table(std::string_view key) override { return find<std::string>(key); }
  ParamSource& table(std::string_view key) override {
    auto& tables = tables_[std::string(key)];
    if (tables.empty()) tables.emplace_back("", std::make_unique<Settings>());
    return *tables.front().second;
  }
  std::vector<std::pair<std::string, ParamSource*>> tables(std::string_view key) override {
    std::vector<std::pair<std::string, ParamSource*>> found;
    const auto place = tables_.find(key);
    if (place == tables_.end()) return found;
    for (auto& [name, table] : place->second) found.emplace_back(name, table.get());
    return found;
  }
  std::shared_ptr<void> child(std::string_view key) override {
    const auto found = children_.find(key);
    return found == children_.end() ? nullptr : found->second;
  }
  std::vector<std::pair<std::string, std::shared_ptr<void>>> children(std::string_view) override { return {}; }
  void reject(std::string_view key_path, std::string why) override {
    rejected_.push_back(std::string(key_path) + ": " + std::move(why));
  }

 private:
  template <class T>
  std::optional<T> find(std::string_view key) const {
    const auto found = values_.find(key);
    if (found == values_.end()) return std::nullopt;
    const T* const value = std::get_if<T>(&found->second);
    return value == nullptr ? std::nullopt : std::optional<T>(*value);
  }

  std::map<std::string, Value, std::less<>> values_;
  std::map<std::string, std::vector<std::pair<std::string, std::string>>, std::less<>> dictionaries_;
  std::map<std::string, std::shared_ptr<void>, std::less<>> children_;
  std::map<std::string, std::vector<std::pair<std::string, std::unique_ptr<Settings>>>, std::less<>> tables_;
  std::vector<std::string> rejected_;
};

}  // namespace espalier::testing
