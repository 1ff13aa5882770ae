#include "call_store/call_store.hpp"

#include <algorithm>
#include <chrono>
#include <mutex>
#include <thread>
#include <utility>

#include "call_store/completion_codec.hpp"
#include "call_store/score_codec.hpp"
#include "call_store/sqlite.hpp"

namespace espalier::engine {
namespace {

constexpr std::int64_t kApplication = 0x4573706C;  // "Espl": tells our files from other SQLite databases
constexpr std::int64_t kSchema = 2;
constexpr int kBusyMilliseconds = 60'000;

// A rowid table with an index on the keys takes writes 3.5 times faster than a WITHOUT ROWID table ordered by random
// keys.
constexpr const char* kCallTables = R"sql(
  CREATE TABLE models (id INTEGER PRIMARY KEY, identity TEXT NOT NULL UNIQUE, description TEXT NOT NULL) STRICT;
  CREATE TABLE calls (id INTEGER PRIMARY KEY, key BLOB NOT NULL UNIQUE, model INTEGER NOT NULL REFERENCES models,
                      completion BLOB NOT NULL) STRICT;
  PRAGMA application_id = 0x4573706C;
  PRAGMA user_version = 1;
)sql";

// Since schema 2. Numbers are kept as bytes: a column of numbers would lose the sign of zero.
constexpr const char* kScoreTable = R"sql(
  CREATE TABLE scores (id INTEGER PRIMARY KEY, key BLOB NOT NULL UNIQUE, model INTEGER NOT NULL REFERENCES models,
                       score BLOB NOT NULL) STRICT;
  PRAGMA user_version = 2;
)sql";

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

/// The connection and its statements, behind one lock: SQLite's own lock covers calls, not a bind and the step after
/// it.
struct CallStore::Database {
  Database(const std::filesystem::path& path, Access access) : file(path), connection(open(path, access)) {
    prepare(access);
    find_call.emplace(connection, "SELECT completion FROM calls WHERE key = ?");
    find_model.emplace(connection, "SELECT id FROM models WHERE identity = ?");
    if (pragma(connection, "PRAGMA user_version") >= kSchema)
      find_score.emplace(connection, "SELECT score FROM scores WHERE key = ?");
    if (access == Access::read_only) return;
    add_score.emplace(connection, "INSERT OR IGNORE INTO scores (key, model, score) VALUES (?, ?, ?)");
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
    if (access == Access::read_write) patiently([this] { upgrade(); });
    // No sync per commit: a killed process loses nothing, a power cut at most the newest commits.
    if (access == Access::read_write) connection.execute("PRAGMA synchronous = NORMAL");
  }

  /// Makes the tables of a new database, unless another process is faster.
  void begin() {
    if (!empty()) return;
    connection.execute("PRAGMA journal_mode = WAL");
    sqlite::Transaction transaction(connection);
    if (empty()) {
      connection.execute(kCallTables);
      connection.execute(kScoreTable);
    }
    transaction.commit();
  }

  /// Adds what a file of an older schema lacks, unless another process is faster.
  void upgrade() {
    if (pragma(connection, "PRAGMA user_version") >= kSchema) return;
    sqlite::Transaction transaction(connection);
    if (pragma(connection, "PRAGMA user_version") < kSchema) connection.execute(kScoreTable);
    transaction.commit();
  }

  bool empty() const { return pragma(connection, "SELECT count(*) FROM sqlite_master") == 0; }

  std::filesystem::path file;
  std::mutex mutex;
  sqlite::Connection connection;
  std::optional<sqlite::Statement> find_call, find_model, add_call, add_model, add_score;
  std::optional<sqlite::Statement> find_score;  ///< absent where an older file is only read

  struct Queued {
    std::int64_t model;
    CallKey key;
    std::string bytes;
  };
  std::vector<Queued> calls, scores;  ///< queued

  void add(sqlite::Statement& statement, const std::vector<Queued>& queued) {
    for (const auto& [model, key, bytes] : queued) {
      statement.bind(blob(key), model, blob(bytes)).step();
      statement.done();
    }
  }
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
      models.push_back({rows.integer(0), std::string(rows.bytes(1)), std::string(rows.bytes(2)), rows.integer(3), 0});
    }
    if (!database_->find_score) return models;
    sqlite::Statement counts(database_->connection, "SELECT model, count(*) FROM scores GROUP BY model");
    while (counts.step()) {
      const auto model = std::ranges::find(models, counts.integer(0), &StoredModel::id);
      if (model != models.end()) model->scores = counts.integer(1);
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

std::vector<std::optional<StoredScore>> CallStore::scores(std::span<const CallKey> keys) const {
  std::vector<std::optional<StoredScore>> found(keys.size());
  const std::lock_guard lock(database_->mutex);
  if (!database_->find_score) return found;
  return explained(database_->file, [&] {
    auto& find = *database_->find_score;
    for (std::size_t i = 0; i < keys.size(); ++i) {
      if (find.bind(blob(keys[i])).step()) found[i] = decode_score(find.bytes(0));
      find.done();
    }
    return std::move(found);
  });
}

void CallStore::put(std::int64_t model, const CallKey& key, const Completion& completion) {
  std::string bytes = encode_completion(completion);
  const std::lock_guard lock(database_->mutex);
  database_->calls.push_back({model, key, std::move(bytes)});
}

void CallStore::put(std::int64_t model, const CallKey& key, const StoredScore& score) {
  std::string bytes = encode_score(score);
  const std::lock_guard lock(database_->mutex);
  database_->scores.push_back({model, key, std::move(bytes)});
}

void CallStore::commit() {
  const std::lock_guard lock(database_->mutex);
  if (database_->calls.empty() && database_->scores.empty()) return;
  explained(database_->file, [&] {
    sqlite::Transaction transaction(database_->connection);
    database_->add(*database_->add_call, database_->calls);
    database_->add(*database_->add_score, database_->scores);
    transaction.commit();
  });
  database_->calls.clear();
  database_->scores.clear();
}

}  // namespace espalier::engine
