#include "engine/call_store.hpp"

#include <xxhash.h>

#include <bit>
#include <chrono>
#include <cstring>
#include <mutex>
#include <thread>
#include <utility>

#include "engine/completion_codec.hpp"
#include "engine/sqlite.hpp"

namespace espalier::engine {
namespace {

constexpr std::int64_t kApplication = 0x4573706C;  // "Espl": tells our files from other SQLite databases
constexpr std::int64_t kSchema = 1;
constexpr int kBusyMilliseconds = 60'000;

// A rowid table with an index on the keys takes writes 3.5 times faster than a WITHOUT ROWID table ordered by random
// keys.
constexpr const char* kTables = R"sql(
  CREATE TABLE models (id INTEGER PRIMARY KEY, identity TEXT NOT NULL UNIQUE, description TEXT NOT NULL) STRICT;
  CREATE TABLE calls (id INTEGER PRIMARY KEY, key BLOB NOT NULL UNIQUE, model INTEGER NOT NULL REFERENCES models,
                      completion BLOB NOT NULL) STRICT;
  PRAGMA application_id = 0x4573706C;
  PRAGMA user_version = 1;
)sql";

/// Gathers what determines a call; every text is preceded by its length, so that no two calls spell the same bytes.
class KeyBytes {
 public:
  template <class Number>
  void add(Number number) {
    bytes_.append(reinterpret_cast<const char*>(&number), sizeof number);
  }
  void add_text(std::string_view text) {
    add<std::uint64_t>(text.size());
    bytes_ += text;
  }
  CallKey hash() const {
    XXH128_canonical_t canonical;
    XXH128_canonicalFromHash(&canonical, XXH3_128bits(bytes_.data(), bytes_.size()));
    return std::bit_cast<CallKey>(canonical);
  }

 private:
  std::string bytes_;
};

sqlite::Statement::Blob blob(const auto& bytes) { return {bytes.data(), bytes.size()}; }

std::int64_t pragma(const sqlite::Connection& connection, const char* sql) {
  sqlite::Statement statement(connection, sql);
  return statement.step() ? statement.integer(0) : 0;
}

/// Runs `action` again while another process holds the database. SQLite's own patience covers statements that wait for
/// a lock, but not those that would wait with a lock in hand, as the first ones of a new database do.
template <class Action>
void patiently(Action action) {
  using namespace std::chrono_literals;
  const auto end = std::chrono::steady_clock::now() + std::chrono::milliseconds(kBusyMilliseconds);
  for (;;) {
    try {
      return action();
    } catch (const sqlite::Error& error) {
      if ((error.code() & 0xff) != SQLITE_BUSY || std::chrono::steady_clock::now() > end) throw;
    }
    std::this_thread::sleep_for(2ms);
  }
}

/// Runs `action`, turning SQLite's errors into sentences that say what can be done.
template <class Action>
auto explained(const std::filesystem::path& file, Action action) {
  const auto fail = [&file](const std::string& what) {
    throw CallStoreError("the call store " + file.string() + " " + what);
  };
  try {
    return action();
  } catch (const sqlite::Error& error) {
    switch (error.code() & 0xff) {
      case SQLITE_NOTADB:
      case SQLITE_CORRUPT:
        fail(std::string("is damaged (") + error.what() +
             "); move it away to begin an empty one, or rescue what can be read with: sqlite3 " + file.string() +
             " .recover");
        break;
      case SQLITE_BUSY:
      case SQLITE_LOCKED:
        fail("has been held by another process for a minute; end that process, or give this run a store of its own");
        break;
      case SQLITE_FULL:
        fail("cannot grow: the disk is full; make room and run again, finished calls are kept");
        break;
      default:
        fail(std::string("cannot be used (") + error.what() + "); check that its folder exists and may be written");
    }
    throw;
  } catch (const std::invalid_argument& error) {
    fail(std::string("is damaged (") + error.what() + "); move it away to begin an empty one");
    throw;
  }
}

}  // namespace

CallKey call_key(std::string_view identity, const Request& request, int candidate) {
  KeyBytes bytes;
  bytes.add_text(identity);
  bytes.add<std::uint64_t>(request.chat.messages.size());
  for (const ChatMessage& message : request.chat.messages) {
    bytes.add(static_cast<std::uint8_t>(message.role));
    bytes.add_text(message.text);
  }
  const Sampling& sampling = request.sampling;
  bytes.add(sampling.temperature);
  bytes.add(sampling.top_p);
  bytes.add<std::int32_t>(sampling.top_k);
  bytes.add<std::int32_t>(sampling.max_tokens);
  bytes.add<std::uint64_t>(sampling.stop.size());
  for (const auto& stop : sampling.stop) bytes.add_text(stop);
  bytes.add(request.key.hi);
  bytes.add(request.key.lo);
  bytes.add<std::int32_t>(candidate);
  return bytes.hash();
}

/// The connection and its statements, behind one lock: SQLite's own lock covers calls, not a bind and the step after
/// it.
struct CallStore::Database {
  Database(const std::filesystem::path& path, Access access) : file(path), connection(open(path, access)) {
    prepare(access);
    find_call.emplace(connection, "SELECT completion FROM calls WHERE key = ?");
    find_model.emplace(connection, "SELECT id FROM models WHERE identity = ?");
    if (access == Access::read_only) return;
    add_call.emplace(connection, "INSERT OR IGNORE INTO calls (key, model, completion) VALUES (?, ?, ?)");
    add_model.emplace(connection, "INSERT OR IGNORE INTO models (identity, description) VALUES (?, ?)");
  }

  static sqlite::Connection open(const std::filesystem::path& path, Access access) {
    if (access == Access::read_only) return {path.string(), SQLITE_OPEN_READONLY};
    std::error_code ignored;  // opening says what is wrong
    std::filesystem::create_directories(path.parent_path(), ignored);
    return {path.string(), SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE};
  }

  void prepare(Access access) {
    sqlite3_busy_timeout(connection.raw(), kBusyMilliseconds);
    if (access == Access::read_write) patiently([this] { begin(); });
    if (pragma(connection, "PRAGMA application_id") != kApplication) {
      throw CallStoreError(file.string() + " is a database of another program, not a call store; name another folder");
    }
    if (const auto schema = pragma(connection, "PRAGMA user_version"); schema > kSchema) {
      throw CallStoreError("the call store " + file.string() + " was written by a newer Espalier (schema " +
                           std::to_string(schema) + ", this one reads " + std::to_string(kSchema) +
                           "); use that version, or name another store");
    }
    // No sync per commit: a killed process loses nothing, a power cut at most the newest commits.
    if (access == Access::read_write) connection.execute("PRAGMA synchronous = NORMAL");
  }

  /// Makes the tables of a new database, unless another process is faster.
  void begin() {
    if (!empty()) return;
    connection.execute("PRAGMA journal_mode = WAL");
    sqlite::Transaction transaction(connection);
    if (empty()) connection.execute(kTables);
    transaction.commit();
  }

  bool empty() const { return pragma(connection, "SELECT count(*) FROM sqlite_master") == 0; }

  std::filesystem::path file;
  std::mutex mutex;
  sqlite::Connection connection;
  std::optional<sqlite::Statement> find_call, find_model, add_call, add_model;

  struct Queued {
    std::int64_t model;
    CallKey key;
    std::string completion;
  };
  std::vector<Queued> queue;
};

CallStore::CallStore(const std::filesystem::path& folder, Access access) {
  const auto file = folder / "calls.sqlite";
  database_ = explained(file, [&] { return std::make_unique<Database>(file, access); });
}

CallStore::~CallStore() = default;

const std::filesystem::path& CallStore::file() const { return database_->file; }

std::int64_t CallStore::model(std::string_view identity, std::string_view description) {
  const std::lock_guard lock(database_->mutex);
  return explained(database_->file, [&] {
    auto& find = *database_->find_model;
    if (!find.bind(identity).step()) {
      find.done();
      database_->add_model->bind(identity, description).step();
      database_->add_model->done();
      find.bind(identity).step();
    }
    const std::int64_t id = find.integer(0);
    find.done();
    return id;
  });
}

std::vector<StoredModel> CallStore::models() const {
  const std::lock_guard lock(database_->mutex);
  return explained(database_->file, [&] {
    sqlite::Statement rows(database_->connection,
                           "SELECT models.id, identity, description, count(calls.id) FROM models "
                           "LEFT JOIN calls ON calls.model = models.id GROUP BY models.id ORDER BY models.id");
    std::vector<StoredModel> models;
    while (rows.step()) {
      models.push_back({rows.integer(0), std::string(rows.bytes(1)), std::string(rows.bytes(2)), rows.integer(3)});
    }
    return models;
  });
}

std::optional<Completion> CallStore::get(const CallKey& key) const {
  const std::lock_guard lock(database_->mutex);
  return explained(database_->file, [&]() -> std::optional<Completion> {
    auto& find = *database_->find_call;
    std::optional<Completion> completion;
    if (find.bind(blob(key)).step()) completion = decode_completion(find.bytes(0));
    find.done();
    return completion;
  });
}

void CallStore::put(std::int64_t model, const CallKey& key, const Completion& completion) {
  std::string bytes = encode_completion(completion);
  const std::lock_guard lock(database_->mutex);
  database_->queue.push_back({model, key, std::move(bytes)});
}

void CallStore::commit() {
  const std::lock_guard lock(database_->mutex);
  if (database_->queue.empty()) return;
  explained(database_->file, [&] {
    sqlite::Transaction transaction(database_->connection);
    for (const auto& [model, key, completion] : database_->queue) {
      database_->add_call->bind(blob(key), model, blob(completion)).step();
      database_->add_call->done();
    }
    transaction.commit();
  });
  database_->queue.clear();
}

}  // namespace espalier::engine
