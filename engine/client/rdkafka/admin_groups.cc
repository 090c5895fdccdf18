// The part of Admin that is about consumer groups.
#include "client/rdkafka/admin.h"
#include "client/rdkafka/admin_call.h"
#include "client/rdkafka/error.h"

#include <fmt/format.h>

namespace pawl::internal::rdkafka {
namespace {

std::string text(const char* value) {
  return value == nullptr ? std::string() : value;
}

GroupDescription describe(const rd_kafka_ConsumerGroupDescription_t* group) {
  GroupDescription description;
  description.state =
      rd_kafka_consumer_group_state_name(rd_kafka_ConsumerGroupDescription_state(group));
  const std::size_t count = rd_kafka_ConsumerGroupDescription_member_count(group);
  for (std::size_t index = 0; index < count; ++index) {
    const rd_kafka_MemberDescription_t* const member =
        rd_kafka_ConsumerGroupDescription_member(group, index);
    description.members.push_back({text(rd_kafka_MemberDescription_consumer_id(member)),
                                   text(rd_kafka_MemberDescription_group_instance_id(member)),
                                   text(rd_kafka_MemberDescription_client_id(member))});
  }
  return description;
}

}  // namespace

Result<GroupDescription> Admin::describe_group(const std::string& group,
                                               std::chrono::milliseconds timeout) const {
  const std::string what = fmt::format("describing group '{}'", group);
  AdminCall call(instance_->get(), RD_KAFKA_ADMIN_OP_DESCRIBECONSUMERGROUPS, what, timeout);
  const char* names[] = {group.c_str()};  // NOLINT(modernize-avoid-c-arrays)
  rd_kafka_DescribeConsumerGroups(call.client(), names, 1, call.options(), call.queue());
  const EventHandle answer = PAWL_TRY(call.answer());
  std::size_t count = 0;
  const rd_kafka_ConsumerGroupDescription_t** const groups =
      rd_kafka_DescribeConsumerGroups_result_groups(
          rd_kafka_event_DescribeConsumerGroups_result(answer.get()), &count);
  if (count != 1) {
    return Error{ErrorKind::retriable, what + ": no answer"};
  }
  const rd_kafka_resp_err_t code =
      rd_kafka_error_code(rd_kafka_ConsumerGroupDescription_error(groups[0]));
  if (code == RD_KAFKA_RESP_ERR_GROUP_ID_NOT_FOUND) {
    return GroupDescription{"Dead", {}};
  }
  if (code != RD_KAFKA_RESP_ERR_NO_ERROR) {
    return to_error(code, what);
  }
  return describe(groups[0]);
}

}  // namespace pawl::internal::rdkafka
