// Stream::print: writes a line for every record. Source: PrintForeachAction.
#pragma once

#include <pawl/model/window.h>
#include <pawl/operators/nodes/peek_node.h>
#include <pawl/operators/printed.h>
#include <pawl/operators/stream.h>
#include <pawl/operators/user_function.h>

#include <concepts>
#include <ostream>
#include <sstream>
#include <string>
#include <type_traits>
#include <utility>

namespace pawl {

namespace internal {

template <class T>
concept Printable = requires(std::ostream& out, const T& value) { out << value; };

template <class T>
void print_part(std::ostream& out, const T* part) {
  if (part == nullptr) {
    out << "null";
  } else {
    out << *part;
  }
}
// As Java prints a Windowed key.
template <class K>
void print_part(std::ostream& out, const Windowed<K>* part) {
  if (part == nullptr) {
    out << "null";
  } else {
    out << "[" << part->key << "@" << part->window.start.value() << "/" << part->window.end.value()
        << "]";
  }
}

template <class T>
inline constexpr bool kPrintable = Printable<T>;
template <class K>
inline constexpr bool kPrintable<Windowed<K>> = Printable<K>;

}  // namespace internal

template <class K, class V, internal::Lacking kLacking>
void Stream<K, V, kLacking>::print(const Printed& printed) const {
  static_assert(internal::kPrintable<K> && internal::kPrintable<V>,
                "pawl: print() needs keys and values that can be written to a std::ostream: give "
                "them an operator<<, or map them to texts before.");
  print(
      [](const K* key, const V* value) {
        std::ostringstream text;
        internal::print_part(text, key);
        text << ", ";
        internal::print_part(text, value);
        return text.str();
      },
      printed);
}

template <class K, class V, internal::Lacking kLacking>
template <class Format>
void Stream<K, V, kLacking>::print(Format format, const Printed& printed) const {
  static_assert(std::is_convertible_v<internal::RecordResult<Format, K, V>, std::string>,
                "pawl: the function given to print() makes a text of each record.");
  const std::string name = plan_.plan->next_name("KSTREAM-PRINTER-", printed.name());
  const auto write = [target = printed.target(), format = std::move(format),
                      label = printed.label().value_or(plan_.node->output())](const K* key,
                                                                              const V* value) {
    const std::string text = internal::call_with_record<Format, K, V>(format, key, value);
    target->write_line("[" + label + "]: " + text);
  };
  plan_.plan->add_processor(
      name, {plan_.node},
      internal::node_factory<internal::PeekNode<K, V, decltype(write)>>(name, write));
}

}  // namespace pawl
