#include <cctype>
#include <set>
#include <string>

#include "conformance/suites.hpp"
#include "host/manifest/manifest.hpp"

namespace espalier::conformance {
namespace {

using host::Node;
using host::SchemaField;

void for_each_field(const std::vector<SchemaField>& fields, const std::string& path,
                    const std::function<void(const SchemaField&, const std::string&)>& visit) {
  for (const auto& field : fields) {
    const std::string here = path.empty() ? field.info.key : path + "." + field.info.key;
    visit(field, here);
    for_each_field(field.nested, here, visit);
  }
}

bool within(const Node& value, const Bounds& bounds) {
  if (value.is_array()) {
    for (const auto& element : value.elements()) {
      if (!within(element, bounds)) return false;
    }
    return true;
  }
  const double number = value.type() == Node::Type::integer ? static_cast<double>(value.integer()) : value.real();
  return number >= bounds.low && number <= bounds.high;
}

/// A value just outside the bounds, of the parameter's type; nothing where none can be spelled.
std::optional<Node> outside(const FieldInfo& info) {
  const double number = info.bounds->low - 1;
  switch (info.type) {
    case ParamType::integer:
      return Node(static_cast<std::int64_t>(number));
    case ParamType::real:
      return Node(number);
    case ParamType::integers:
      return Node::array({Node(static_cast<std::int64_t>(number))});
    case ParamType::reals:
      return Node::array({Node(number)});
    default:
      return std::nullopt;
  }
}

/// A value of a type that no parameter of `type` takes.
Node wrong(ParamType type) { return type == ParamType::boolean ? Node("neither true nor false") : Node(true); }

void check_descriptor(const Fixture& fixture, Report& report) {
  report.property("the summary is a sentence", [&] {
    const std::string_view summary = fixture.plugin().descriptor->summary;
    expect(!summary.empty() && summary.back() == '.', "it does not end with a full stop");
    expect(std::islower(static_cast<unsigned char>(summary.front())) == 0, "it begins with a small letter");
  });
  report.property("the description is the same every time", [&] {
    const host::Plugin& plugin = fixture.plugin();
    const auto page = [&] {
      return host::describe_as_markdown("it", plugin.descriptor->summary, host::record_schema(plugin));
    };
    expect(page() == page(), "two help pages differ");
  });
  report.property("no parameter is declared twice", [&] {
    std::set<std::string> seen;
    for_each_field(fixture.schema().fields, "", [&](const SchemaField&, const std::string& path) {
      expect(seen.insert(path).second, path + " is");
    });
  });
  report.property("every parameter has a help text", [&] {
    for_each_field(fixture.schema().fields, "", [](const SchemaField& field, const std::string& path) {
      expect(!field.info.help.empty(), path + " has none");
    });
  });
  report.property("defaults lie within their bounds", [&] {
    for_each_field(fixture.schema().fields, "", [](const SchemaField& field, const std::string& path) {
      if (!field.info.bounds || field.info.fallback.empty()) return;
      expect(within(host::parse_value(field.info.fallback), *field.info.bounds), path + " = " + field.info.fallback);
    });
  });
}

void check_refusals(Fixture& fixture, Report& report) {
  report.property("unknown keys are refused", [&] {
    Node patch;
    patch.set("no_such_parameter", Node(1));
    const std::string faults = fixture.faults(fixture.reference(patch));
    expect(faults.find("no_such_parameter") != std::string::npos, "no_such_parameter was taken");
  });
  report.property("values of the wrong type are refused", [&] {
    for (const auto& field : fixture.schema().fields) {
      Node patch;
      patch.set(field.info.key, wrong(field.info.type));
      expect(fixture.faults(fixture.reference(patch)).find(field.info.key) != std::string::npos,
             field.info.key + " took a value of another type");
    }
  });
  report.property("values out of bounds are refused", [&] {
    for (const auto& field : fixture.schema().fields) {
      if (!field.info.bounds) continue;
      Node patch;
      const auto value = outside(field.info);
      if (!value) continue;
      patch.set(field.info.key, *value);
      expect(fixture.faults(fixture.reference(patch)).find(field.info.key) != std::string::npos,
             field.info.key + " took a value below its bound");
    }
  });
}

}  // namespace

bool check_parameters(Fixture& fixture, Report& report) {
  check_descriptor(fixture, report);
  check_refusals(fixture, report);
  if (const auto missing = fixture.missing(); !missing.empty()) {
    std::string keys;
    for (const auto& key : missing) keys += (keys.empty() ? "" : ", ") + key;
    report.skipped("behaviour", "give the required parameters (" + keys + ") in a file, with --with FILE");
    return false;
  }
  const int before = report.failures();
  report.property("the parameters given here are accepted", [&] {
    const std::string faults = fixture.faults(fixture.reference());
    expect(faults.empty(), faults.substr(0, faults.find('\n')) + "; other parameters can be given with --with FILE");
  });
  if (report.failures() > before) return false;
  report.property("an object can be made of them", [&] { fixture.try_to_create(); });
  return report.failures() == before;
}

}  // namespace espalier::conformance
