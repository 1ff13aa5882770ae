#include "call_store/sqlite.hpp"

namespace espalier::engine::sqlite {

Connection::Connection(const std::string& file, int flags) {
  sqlite3* raw = nullptr;
  const int code = sqlite3_open_v2(file.c_str(), &raw, flags, nullptr);
  connection_.reset(raw);  // to be closed even when opening failed
  check(code);
}

void Connection::execute(const char* sql) const { check(sqlite3_exec(raw(), sql, nullptr, nullptr, nullptr)); }

void Connection::check(int code) const {
  if (code != SQLITE_OK) throw Error(code, sqlite3_errmsg(raw()));
}

Statement::Statement(const Connection& connection, const char* sql) : connection_(&connection) {
  sqlite3_stmt* raw = nullptr;
  connection.check(sqlite3_prepare_v3(connection.raw(), sql, -1, SQLITE_PREPARE_PERSISTENT, &raw, nullptr));
  statement_.reset(raw);
}

bool Statement::step() {
  const int code = sqlite3_step(statement_.get());
  if (code == SQLITE_ROW) return true;
  if (code == SQLITE_DONE) return false;
  const Error error(code, sqlite3_errmsg(connection_->raw()));
  sqlite3_reset(statement_.get());
  throw error;
}

std::string_view Statement::bytes(int column) const {
  const void* data = sqlite3_column_blob(statement_.get(), column);
  return {static_cast<const char*>(data), static_cast<std::size_t>(sqlite3_column_bytes(statement_.get(), column))};
}

// SQLite may keep pointing at bound bytes: callers hold them until the statement has run.
void Statement::bind_one(int index, std::int64_t value) {
  connection_->check(sqlite3_bind_int64(statement_.get(), index, value));
}
void Statement::bind_one(int index, std::string_view text) {
  connection_->check(
      sqlite3_bind_text64(statement_.get(), index, text.data(), text.size(), SQLITE_STATIC, SQLITE_UTF8));
}
void Statement::bind_one(int index, const Blob& blob) {
  connection_->check(sqlite3_bind_blob64(statement_.get(), index, blob.data, blob.size, SQLITE_STATIC));
}

}  // namespace espalier::engine::sqlite
