// An Application in the test's own process, with settings that make tests quick.
#pragma once

#include "support/kafka.h"
#include "support/silent_log.h"
#include "support/temporary_directory.h"

#include <pawl/engine/application.h>

#include <chrono>
#include <memory>
#include <string>
#include <utility>

namespace pawl::test {

inline Settings quick_settings(const Kafka& kafka, const std::string& application) {
  Settings settings;
  settings.application_id = application;
  settings.bootstrap_servers = kafka.bootstrap();
  settings.session_timeout = std::chrono::milliseconds(6'000);
  settings.commit_interval = std::chrono::milliseconds(50);
  return settings;
}

class RunningApplication {
 public:
  RunningApplication(const Topology& topology, const Settings& settings, Components components = {})
      : log_(std::make_shared<SilentLog>()) {
    if (components.log == nullptr) {
      components.log = log_;
    }
    application_ = std::make_unique<Application>(topology, settings, std::move(components));
    application_->start();
  }

  Application& operator*() { return *application_; }
  Application* operator->() { return application_.get(); }
  [[nodiscard]] const SilentLog& log() const { return *log_; }
  [[nodiscard]] std::string log_text() const {
    std::string text;
    for (const std::string& line : log_->lines()) {
      text += line + "\n";
    }
    return text;
  }

  // Stops clean. Returns: the exit code.
  int stop(Application::Stop how = Application::Stop::stay) {
    application_->stop(how);
    return application_->wait();
  }
  // Waits until it has ended by itself. Returns: why.
  std::string failure() {
    eventually([&] {
      return application_->state() == ApplicationState::failed ||
             application_->state() == ApplicationState::stopped;
    });
    application_->wait();
    return application_->failure();
  }

 private:
  std::shared_ptr<SilentLog> log_;
  std::unique_ptr<Application> application_;
};

// A record to send: key, value, time in ms.
inline StoredRecord to_send(const std::string& key, const std::string& value, std::int64_t time) {
  StoredRecord record;
  record.key = key;
  record.value = value;
  record.timestamp = Timestamp(time);
  return record;
}

}  // namespace pawl::test
