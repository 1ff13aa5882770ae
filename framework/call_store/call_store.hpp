#pragma once

#include <cstdint>
#include <espalier/language_model.hpp>
#include <espalier/machine_failure.hpp>
#include <filesystem>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "call_store/call_key.hpp"
#include "call_store/score_codec.hpp"

namespace espalier::engine {

/// The store cannot be used; says what is wrong and what can be done.
class CallStoreError : public MachineFailure {
 public:
  using MachineFailure::MachineFailure;
};

/// A language model or a value model.
struct StoredModel {
  std::int64_t id = 0;
  std::string identity;     ///< content hash of weights and everything else that determines what it says
  std::string description;  ///< for people
  std::int64_t calls = 0;
  std::int64_t scores = 0;
};

/// Completions and scores by key, in one SQLite file (`calls.sqlite`, write-ahead log) of a folder. What was committed
/// survives a kill of the process at any moment. Several processes may use one folder. Callable from any thread; calls
/// are serialised.
class CallStore {
 public:
  enum class Access { read_write, read_only };

  /// Opens the store of `folder`, making it when it is missing and bringing one of an older version up to date in place
  /// (read_write only). Throws CallStoreError when the file is damaged, was written by a newer version, or cannot be
  /// opened.
  explicit CallStore(const std::filesystem::path& folder, Access access = Access::read_write);
  ~CallStore();
  CallStore(const CallStore&) = delete;
  CallStore& operator=(const CallStore&) = delete;

  /// Returns the number of a model in this store, entering it when it is new.
  std::int64_t model(std::string_view identity, std::string_view description);
  std::vector<StoredModel> models() const;

  std::optional<Completion> get(const CallKey& key) const;
  /// The scores there are, in the order of the keys.
  std::vector<std::optional<StoredScore>> scores(std::span<const CallKey> keys) const;
  /// Queues a completion or a score; `commit` makes all queued ones durable in one transaction. A key that is there
  /// already is kept.
  void put(std::int64_t model, const CallKey& key, const Completion& completion);
  void put(std::int64_t model, const CallKey& key, const StoredScore& score);
  void commit();

  const std::filesystem::path& file() const;

 private:
  struct Database;
  std::unique_ptr<Database> database_;
};

}  // namespace espalier::engine
