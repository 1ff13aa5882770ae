#pragma once

#include <sqlite3.h>

#include <cstdint>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>

namespace espalier::engine::sqlite {

/// What SQLite reports, with its result code.
class Error : public std::runtime_error {
 public:
  Error(int code, const std::string& what) : std::runtime_error(what), code_(code) {}
  int code() const { return code_; }

 private:
  int code_;
};

/// A connection. Throws Error.
class Connection {
 public:
  Connection(const std::string& file, int flags);

  sqlite3* raw() const { return connection_.get(); }
  /// Runs statements that return nothing of interest.
  void execute(const char* sql) const;
  /// Throws the connection's last error when `code` is not SQLITE_OK.
  void check(int code) const;

 private:
  struct Close {
    void operator()(sqlite3* connection) const { sqlite3_close_v2(connection); }
  };
  std::unique_ptr<sqlite3, Close> connection_;
};

/// A write transaction, taken at once; undone unless committed.
class Transaction {
 public:
  explicit Transaction(const Connection& connection) : connection_(&connection) {
    connection.execute("BEGIN IMMEDIATE");
  }
  Transaction(const Transaction&) = delete;
  Transaction& operator=(const Transaction&) = delete;
  ~Transaction() {
    if (connection_ != nullptr) sqlite3_exec(connection_->raw(), "ROLLBACK", nullptr, nullptr, nullptr);
  }

  void commit() {
    connection_->execute("COMMIT");
    connection_ = nullptr;
  }

 private:
  const Connection* connection_;
};

/// A prepared statement, used again and again: `run` binds parameters 1, 2, ... and starts it anew.
class Statement {
 public:
  Statement(const Connection& connection, const char* sql);

  /// Binds all parameters: std::int64_t, or bytes as text (std::string_view) or blob (Blob).
  template <class... Values>
  Statement& bind(const Values&... values) {
    sqlite3_reset(statement_.get());
    int index = 0;
    (bind_one(++index, values), ...);
    return *this;
  }
  /// Advances to the next row; false: there is none.
  bool step();
  std::int64_t integer(int column) const { return sqlite3_column_int64(statement_.get(), column); }
  /// Bytes of a text or blob; valid until the next step or bind.
  std::string_view bytes(int column) const;
  /// Ends a read, so that it does not hold a snapshot of the database.
  void done() { sqlite3_reset(statement_.get()); }

  struct Blob {
    const void* data;
    std::size_t size;
  };

 private:
  void bind_one(int index, std::int64_t value);
  void bind_one(int index, std::string_view text);
  void bind_one(int index, const Blob& blob);

  struct Finalize {
    void operator()(sqlite3_stmt* statement) const { sqlite3_finalize(statement); }
  };
  const Connection* connection_;
  std::unique_ptr<sqlite3_stmt, Finalize> statement_;
};

}  // namespace espalier::engine::sqlite
