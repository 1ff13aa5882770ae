#pragma once

#include <any>
#include <concepts>
#include <cstdint>
#include <espalier/build.hpp>
#include <espalier/export.hpp>
#include <espalier/params.hpp>
#include <memory>
#include <string_view>
#include <type_traits>

namespace espalier {

/// The one symbol a plugin library exports: constant data, read by the host before any code of the plugin runs.
struct PluginDescriptor {
  std::uint32_t sdk;                ///< kSdkVersion of the headers it was built with; checked first
  const char* build;                ///< kBuildFingerprint: compiler, standard, C++ ABI, sanitizer, SDK headers; checked
                                    ///< second
  std::string_view kind;            ///< "agents", "searches", ...: the interface's kind and the folder's name
  std::string_view name;            ///< the manifest's `type`: the source file's name without its ending
  std::string_view summary;         ///< one sentence
  void (*describe)(ParamSource&);   ///< reads the parameters and drops them
  std::any (*facts)(ParamSource&);  ///< Interface::Facts, known before any object exists
  std::shared_ptr<void> (*create)(ParamSource&);  ///< points to the Interface base
};

namespace detail {

template <class P>
concept NamesInterface = requires {
  typename P::Interface;
  { P::Interface::kind } -> std::convertible_to<std::string_view>;
};
template <class P>
concept HasInterface = NamesInterface<P> && std::derived_from<P, typename P::Interface>;

template <class P>
auto read_params(ParamSource& source) {
  typename P::Params params(source);
  if constexpr (requires { params.validate(); }) params.validate();
  return params;
}

}  // namespace detail

/// Builds the descriptor of plugin class P: a subclass of one SDK interface with a nested `struct Params :
/// espalier::Params` and a constructor `explicit P(Params)`. May have `static Interface::Facts facts(const Params&)`,
/// quick; it may throw BadInput.
template <class P>
consteval PluginDescriptor describe_plugin(std::string_view name, std::string_view summary) {
  static_assert(detail::HasInterface<P>,
                "a plugin class must publicly derive from one espalier interface such as espalier::Agent");
  if constexpr (detail::HasInterface<P>) {
    static_assert(
        requires { typename P::Params; }, "a plugin class needs a nested struct Params : espalier::Params");
    if constexpr (requires { typename P::Params; }) {
      static_assert(std::derived_from<typename P::Params, Params>,
                    "the nested struct Params must derive from espalier::Params");
      static_assert(std::constructible_from<P, typename P::Params>,
                    "a plugin class needs a constructor explicit P(Params params)");
      using Interface = typename P::Interface;
      return {kSdkVersion,
              kBuildFingerprint,
              Interface::kind,
              name,
              summary,
              [](ParamSource& source) { static_cast<void>(detail::read_params<P>(source)); },
              [](ParamSource& source) -> std::any {
                const auto params = detail::read_params<P>(source);
                if constexpr (requires { P::facts(params); }) {
                  return typename Interface::Facts(P::facts(params));
                } else {
                  return typename Interface::Facts{};
                }
              },
              [](ParamSource& source) -> std::shared_ptr<void> {
                return std::static_pointer_cast<Interface>(std::make_shared<P>(detail::read_params<P>(source)));
              }};
    }
  }
  return {};
}

}  // namespace espalier

/// Exports `Class` as this library's plugin; the last line of a plugin's file. Its name is the file's, set by
/// add_plugin.
#define ESPALIER_PLUGIN(Class, summary)                                                \
  extern "C" ESPALIER_API constinit const espalier::PluginDescriptor espalier_plugin = \
      espalier::describe_plugin<Class>(ESPALIER_PLUGIN_NAME, summary);
