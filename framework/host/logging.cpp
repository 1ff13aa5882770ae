#include "host/logging.hpp"

#include <spdlog/logger.h>
#include <spdlog/sinks/basic_file_sink.h>
#include <spdlog/sinks/stdout_sinks.h>

#include <espalier/runtime.hpp>
#include <memory>
#include <string_view>

#include "host/printable.hpp"

namespace espalier::host {
namespace {

spdlog::level::level_enum level_of(LogLevel level) {
  switch (level) {
    case LogLevel::debug:
      return spdlog::level::debug;
    case LogLevel::info:
      return spdlog::level::info;
    case LogLevel::warning:
      return spdlog::level::warn;
    default:
      return spdlog::level::err;
  }
}

}  // namespace

RunLog::RunLog(const std::filesystem::path& folder) {
  std::filesystem::create_directories(folder);
  auto file = std::make_shared<spdlog::sinks::basic_file_sink_mt>((folder / "log.txt").string());
  file->set_pattern("%Y-%m-%d %H:%M:%S.%e %l %v");
  auto screen = std::make_shared<spdlog::sinks::stderr_sink_mt>();
  screen->set_pattern("%l: %v");
  screen->set_level(spdlog::level::warn);
  // The logger is ours alone: spdlog's registry may or may not be shared with plugins, and is left untouched.
  const auto logger = std::make_shared<spdlog::logger>("run", spdlog::sinks_init_list{file, screen});
  logger->set_level(spdlog::level::debug);
  logger->flush_on(spdlog::level::info);
  set_log_sink(
      [logger](LogLevel level, std::string_view line) { logger->log(level_of(level), "{}", printable_line(line)); });
}

RunLog::~RunLog() { set_log_sink({}); }

}  // namespace espalier::host
