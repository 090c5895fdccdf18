// Left join of tables by foreign key, over tables of different partition counts: two internal
// topics and three tasks take part in each result.
#include "families/comparison.h"
#include "families/families.h"

#include <pawl/operators/foreign_key_join_verb.h>
#include <pawl/operators/stateless_verbs.h>
#include <pawl/operators/stream_builder.h>
#include <pawl/serde/primitives.h>

#include <set>

namespace pawl::test {
namespace {

constexpr int kOrders = 60;
constexpr int kCustomers = 15;
constexpr int kOrdersPerStep = 150;
constexpr int kCustomersPerStep = 30;
constexpr std::int32_t kCustomerPartitions = 3;

// An order is "c<customer>:<number>".
std::string customer_of(const std::string& order) {
  return order.substr(0, order.find(':'));
}

Topology topology(const std::string& prefix) {
  StreamBuilder builder;
  const auto orders =
      builder.table<std::string, std::string>(prefix + "orders", Materialized::as("orders"));
  const auto customers =
      builder.table<std::string, std::string>(prefix + "customers", Materialized::as("customers"));
  orders
      .left_join(
          customers, customer_of,
          [](const std::string& order, const std::string* customer) {
            return both(&order, customer);
          },
          TableJoined::as("labels"), Materialized::as("labelled"))
      .to_stream()
      .to(prefix + "out");
  return builder.build();
}

StoredRecord update(Dice& dice, std::set<std::string>& present, const std::string& key,
                    const std::string& value, std::int64_t time) {
  if (dice.one_in(8) && present.erase(key) > 0) {
    return to_delete(key, time);
  }
  present.insert(key);
  return to_send(key, value, time);
}

std::vector<TopicRecords> steps(Dice& dice) {
  std::vector<TopicRecords> steps;
  std::set<std::string> orders;
  std::set<std::string> customers;
  for (int epoch = 0; epoch < kEpochs; ++epoch) {
    TopicRecords step;
    for (int record = 0; record < kOrdersPerStep; ++record) {
      step["orders"].push_back(update(dice, orders, dice.key("o", kOrders),
                                      dice.key("c", kCustomers) + ":" + dice.unique(),
                                      dice.time_in(epoch)));
    }
    for (int record = 0; record < kCustomersPerStep; ++record) {
      step["customers"].push_back(update(dice, customers, dice.key("c", kCustomers),
                                         "n" + dice.unique(), dice.time_in(epoch)));
    }
    steps.push_back(std::move(step));
  }
  return steps;
}

// What answers to one order may be skipped depends on the order of the tasks. But an order is never
// followed by an earlier one, and no result comes twice in a row: only a deletion, when what came
// between was outdated when its answer came.
void check_order(const Histories& results, Differences& differences) {
  for (const auto& [key, values] : results) {
    std::int64_t last = 0;
    const std::optional<std::string>* before = nullptr;
    for (const auto& value : values) {
      if (value.has_value() && before != nullptr && *before == value) {
        differences.tell("out: ", key, " is ", text_of(value), " twice in a row");
      }
      before = &value;
      const std::int64_t number =
          value.has_value() ? std::stoll(value->substr(value->find(':') + 1)) : last;
      if (number < last) {
        differences.tell("out: ", key, ": ", text_of(value), " comes after number ", last);
      }
      last = number;
    }
  }
}

void check(const TopicRecords& topics, Differences& differences) {
  const Rows customers = rows_of(topics.at("customers"));
  Rows wanted;
  for (const auto& [key, order] : rows_of(topics.at("orders"))) {
    const auto found = customers.find(customer_of(order));
    wanted[key] = both(&order, found == customers.end() ? nullptr : &found->second);
  }
  compare("out", wanted, rows_of(topics.at("out")), differences);
  check_order(histories_of(topics.at("out")), differences);
}

}  // namespace

Family foreign_key_join() {
  return {.name = "ForeignKeyLeftJoin",
          .inputs = {{"orders"}, {"customers", kCustomerPartitions}},
          .outputs = {"out"},
          .topology = topology,
          .steps = steps,
          .check = check};
}

}  // namespace pawl::test
