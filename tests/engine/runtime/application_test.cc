// What an application makes of exceptions on the threads that it starts itself, without a broker.
#include "client/clients.h"
#include "support/silent_log.h"

#include <pawl/engine/application.h>
#include <pawl/operators/dsl.h>
#include <pawl/serde/primitives.h>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <stdexcept>
#include <utility>

namespace pawl {
namespace {

using ::testing::HasSubstr;

class ApplicationTest : public ::testing::Test {
 protected:
  ApplicationTest() {
    components_.log = std::make_shared<test::SilentLog>();
    components_.connect = [](const internal::KafkaConnection&) {
      return Result<std::unique_ptr<internal::Clients>>(Error{ErrorKind::fatal, "no brokers"});
    };
  }
  Application application() {
    StreamBuilder builder;
    builder.stream("in", serde::string(), serde::string()).to("out");
    Settings settings;
    settings.application_id = "app";
    settings.bootstrap_servers = "nowhere:9092";
    return {builder.build(), settings, components_};
  }
  Components components_;
};

TEST_F(ApplicationTest, FailsWithTheReasonWhenAListenerOfStatesThrows) {
  components_.on_state = [](ApplicationState state) {
    if (state != ApplicationState::starting) {
      throw std::runtime_error("nobody listens");
    }
  };
  Application failing = application();

  failing.start();

  EXPECT_EQ(failing.wait(), 1);
  EXPECT_EQ(failing.failure(), "no brokers") << "the first reason";
}

TEST_F(ApplicationTest, FailsWithTheReasonWhenUserCodeThrowsAtTheStart) {
  components_.connect =
      [](const internal::KafkaConnection&) -> Result<std::unique_ptr<internal::Clients>> {
    throw std::runtime_error("no route");
  };
  Application failing = application();

  failing.start();

  EXPECT_EQ(failing.wait(), 1);
  EXPECT_THAT(failing.failure(), HasSubstr("no route"));
}

}  // namespace
}  // namespace pawl
