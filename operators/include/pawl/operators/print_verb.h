// Stream::print: writes a line for every record.
#pragma once

#include <pawl/model/window.h>
#include <pawl/operators/nodes/peek_node.h>
#include <pawl/operators/printed.h>
#include <pawl/operators/stream.h>

#include <concepts>
#include <ostream>
#include <sstream>
#include <string>
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
  const std::string name = plan_.plan->next_name("KSTREAM-PRINTER-", printed.name());
  const auto write = [target = printed.target(),
                      label = printed.label().value_or(plan_.node->output())](const K* key,
                                                                              const V* value) {
    std::ostringstream line;
    line << "[" << label << "]: ";
    internal::print_part(line, key);
    line << ", ";
    internal::print_part(line, value);
    target->write_line(line.str());
  };
  plan_.plan->add_processor(
      name, {plan_.node},
      internal::node_factory<internal::PeekNode<K, V, decltype(write)>>(name, write));
}

}  // namespace pawl
