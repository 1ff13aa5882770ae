#include "host/manifest/sweep.hpp"

#include <algorithm>
#include <cctype>
#include <set>

#include "host/manifest/manifest.hpp"
#include "host/manifest/names.hpp"
#include "host/manifest/toml_reader.hpp"

namespace espalier::host {
namespace {

void collect(const Node& table, const std::vector<std::string>& above, std::vector<SweepAxis>& axes) {
  for (const auto& [key, position, value] : table.members()) {
    std::vector<std::string> segments = above;
    for (auto& segment : split_path(key)) segments.push_back(std::move(segment));
    if (value.is_table()) {
      collect(value, segments, axes);
    } else {
      axes.push_back({std::move(segments), "", position, &value});
    }
  }
}

/// "1000 x 1000 x 500", shortened where that is long.
std::string product_text(const std::vector<SweepAxis>& axes) {
  constexpr std::size_t most = 8;
  std::string text;
  std::size_t factors = 0;
  for (const auto& axis : axes) {
    if (!axis.values->is_array() || axis.values->elements().size() < 2) continue;
    if (++factors > most) return text + " x ...";
    text += (text.empty() ? "" : " x ") + std::to_string(axis.values->elements().size());
  }
  return text;
}

/// The number of points, or one more than the most where it is larger.
std::size_t bounded_product(const std::vector<SweepAxis>& axes) {
  std::size_t product = 1;
  for (const auto& axis : axes) {
    if (!axis.values->is_array() || axis.values->elements().empty()) continue;
    if (axis.values->elements().size() > kMostSweepPoints) return kMostSweepPoints + 1;
    product *= axis.values->elements().size();
    if (product > kMostSweepPoints) return product;
  }
  return product;
}

/// The last segment of each axis, or as many more as tell it from the others.
void name_axes(std::vector<SweepAxis>& axes) {
  for (auto& axis : axes) {
    for (std::size_t length = 1; length <= axis.segments.size(); ++length) {
      const auto same_ending = [&](const SweepAxis& other) {
        return other.segments.size() >= length &&
               std::equal(axis.segments.end() - static_cast<std::ptrdiff_t>(length), axis.segments.end(),
                          other.segments.end() - static_cast<std::ptrdiff_t>(length));
      };
      axis.name.clear();
      for (auto part = axis.segments.end() - static_cast<std::ptrdiff_t>(length); part != axis.segments.end(); ++part) {
        axis.name += (axis.name.empty() ? "" : ".") + *part;
      }
      if (std::ranges::count_if(axes, same_ending) == 1) break;
    }
  }
}

/// A value as part of a folder's name.
std::string spell_value(const Node& value) {
  std::string text;
  if (value.is_text()) {
    text = value.text();
  } else if (value.is_table()) {
    text = value.text_or("type", "table");
  } else {
    text = canonical_text(value);
  }
  for (char& c : text) {
    if (!std::isalnum(static_cast<unsigned char>(c)) && std::string_view("._+-").find(c) == std::string_view::npos)
      c = '_';
  }
  return text;
}

/// Names of an axis' values, told apart by their number where they read alike.
std::vector<std::string> value_names(const Node& values) {
  std::vector<std::string> names;
  std::set<std::string> taken;
  for (const auto& value : values.elements()) {
    std::string name = spell_value(value);
    if (!taken.insert(name).second) name.append("-").append(std::to_string(names.size()));
    taken.insert(name);
    names.push_back(std::move(name));
  }
  return names;
}

}  // namespace

void bound_sweep(Node& root, Diagnostics& diagnostics) {
  const Node* sweep = root.find("sweep");
  if (!sweep || !sweep->is_table()) return;
  std::vector<SweepAxis> axes;
  collect(*sweep, {}, axes);
  std::string why;
  Position where = sweep->position;
  if (axes.size() > kMostSweepAxes) {
    why =
        "sweep has " + std::to_string(axes.size()) + " keys; at most " + std::to_string(kMostSweepAxes) + " are varied";
  } else if (bounded_product(axes) > kMostSweepPoints) {
    why = "sweep spans too many experiments: " + product_text(axes) + ", and one manifest has at most " +
          std::to_string(kMostSweepPoints) + "; give fewer values, or split it into several manifests";
  }
  for (const auto& axis : axes) {
    if (!why.empty() || axis.segments.size() <= kMostDepth) continue;
    why = "the key of [sweep] is nested too deeply: more than " + std::to_string(kMostDepth) + " levels are not read";
    where = axis.position;
  }
  if (why.empty()) return;
  diagnostics.error(where, std::move(why));
  root.erase("sweep");
}

std::vector<SweepAxis> sweep_axes(const Node& root) {
  std::vector<SweepAxis> axes;
  if (const Node* sweep = root.find("sweep"); sweep && sweep->is_table()) collect(*sweep, {}, axes);
  name_axes(axes);
  return axes;
}

bool assign(Node& root, const SweepAxis& axis, const Node& value) {
  Node* node = &root;
  std::string path;
  for (const auto& segment : axis.segments) {
    if (!node->is_table()) return false;
    path = join_path(path, segment);
    Node* next = node->find(segment);
    if (!next) {
      Node created;
      created.position = axis.position;
      created.path = path;
      next = &node->set(segment, std::move(created));
    }
    node = next;
  }
  *node = value;
  assign_paths(*node, path);
  return true;
}

void for_each_trial(const Node& root, std::span<const SweepAxis> axes, const std::function<void(const Node&)>& visit) {
  Node first = root;
  first.erase("sweep");
  for (const auto& axis : axes) assign(first, axis, axis.values->elements().front());
  visit(first);
  for (const auto& axis : axes) {
    for (std::size_t i = 1; i < axis.values->elements().size(); ++i) {
      Node trial = first;
      assign(trial, axis, axis.values->elements()[i]);
      visit(trial);
    }
  }
}

std::vector<SweepPoint> sweep_points(const Node& root) {
  Node plain = root;
  plain.erase("sweep");
  std::vector<SweepPoint> points = {{"", plain}};
  for (const auto& axis : sweep_axes(root)) {
    if (!axis.values->is_array() || axis.values->elements().empty()) continue;
    const auto names = value_names(*axis.values);
    std::vector<SweepPoint> finer;
    for (const auto& point : points) {
      for (std::size_t i = 0; i < names.size(); ++i) {
        const Node& value = axis.values->elements()[i];
        SweepPoint next = {point.name + (point.name.empty() ? "" : ",") + axis.name + "=" + names[i], point.root,
                           point.values};
        next.values.emplace_back(axis.name, value.is_table() || value.is_array() ? Node(names[i]) : value);
        assign(next.root, axis, value);
        finer.push_back(std::move(next));
      }
    }
    points = std::move(finer);
  }
  for (auto& point : points) point.name = folder_spelling(point.name);
  return points;
}

}  // namespace espalier::host
