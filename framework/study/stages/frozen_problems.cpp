#include "study/stages/frozen_problems.hpp"

#include "base/json_value.hpp"
#include "host/content_hash.hpp"
#include "study/json.hpp"

namespace espalier::study {
namespace {

constexpr std::string_view kFormat = "espalier frozen problems 1";

/// Members of an object, each on a line of its own.
std::string object_text(const std::vector<std::string>& members, const std::string& indent) {
  std::string text = "{";
  for (const std::string& member : members) text += (text.size() > 1 ? ",\n" : "\n") + indent + "  " + member;
  return text + "\n" + indent + "}";
}

std::string quoted(const std::string& text) { return to_text(Json(text)); }

}  // namespace

std::string content_of(const Problem& problem, std::string_view gold) {
  return host::hash_text(problem.question + "\n" + std::string(gold));
}

// Written by hand: study::Json looks through all keys of an object for every new one.
std::string FrozenProblems::text() const {
  std::vector<std::string> written;
  for (const auto& [name, list] : lists) {
    std::vector<std::string> entries;
    for (const auto& [id, content] : list) entries.push_back(quoted(id) + ": " + quoted(content));
    written.push_back(quoted(name) + ": " + object_text(entries, "    "));
  }
  return object_text({"\"format\": " + quoted(std::string(kFormat)), "\"lists\": " + object_text(written, "  ")}, "") +
         "\n";
}

FrozenProblems FrozenProblems::read(const std::filesystem::path& file) {
  FrozenProblems frozen;
  frozen.source_ = file;
  try {
    const auto json = base::read_json<base::Json>(file);
    if (!json.is_object() || !json.contains("format") || json["format"] != kFormat) {
      throw FrozenError(file.string() + " does not say \"format\": \"" + std::string(kFormat) +
                        "\" as problems.json in the folder of a stage does");
    }
    auto lists = base::as<decltype(frozen.lists)>(json.value("lists", base::Json()));
    if (!lists) throw FrozenError(file.string() + " has no \"lists\" of problems' ids and contents");
    frozen.lists = *std::move(lists);
  } catch (const base::FileError& error) {
    throw FrozenError(error.what());
  } catch (const JsonError& error) {
    throw FrozenError(error.what());
  }
  return frozen;
}

std::vector<Item> FrozenProblems::select(std::string_view name, std::vector<Item> items) const {
  const auto found = lists.find(name);
  if (found == lists.end()) {
    std::string known;
    for (const auto& [other, list] : lists) known += (known.empty() ? "\"" : ", \"") + other + "\"";
    throw FrozenError(source_.string() + " has no list \"" + std::string(name) + "\"; it has: " + known);
  }
  List missing = found->second;
  std::erase_if(items, [&](const Item& item) {
    const auto listed = missing.find(item.problem.id);
    if (listed == missing.end()) return true;
    if (listed->second != content_of(item.problem, item.gold)) {
      throw FrozenError("problem \"" + item.problem.id + "\" is not the one that " + source_.string() +
                        " lists: its question or its gold answer has changed");
    }
    missing.erase(listed);
    return false;
  });
  if (!missing.empty()) {
    throw FrozenError("the dataset has no problem \"" + missing.begin()->first + "\", which " + source_.string() +
                      " lists under \"" + std::string(name) + "\"");
  }
  return items;
}

}  // namespace espalier::study
