// pawl-word-count: the smallest application: how often was each word said?
//   words (any key, value: a line) ─▶ split into words ─▶ [repartition topic] ─▶ count ─▶
//   word-counts (key: word)
#include <pawl/pawl.h>

#include <cstdio>
#include <exception>
#include <sstream>
#include <string>
#include <vector>

namespace {

std::vector<std::string> words_of(const std::string& line) {
  std::istringstream text(line);
  std::vector<std::string> words;
  for (std::string word; text >> word;) {
    words.push_back(word);
  }
  return words;
}

pawl::Topology word_count() {
  pawl::StreamBuilder builder;
  builder.stream<std::string, std::string>("words")
      .flat_map_values(words_of)
      .group_by([](const std::string& word) { return word; })
      .count(pawl::Materialized::as("counts"))
      .to_stream()
      .to("word-counts");
  return builder.build();
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 2) {
    std::fputs("usage: pawl-word-count BOOTSTRAP_SERVERS [STATE_DIR]\n", stderr);
    return 2;
  }
  try {
    pawl::Settings settings;
    settings.application_id = "word-count";
    settings.bootstrap_servers = argv[1];
    settings.state_dir = argc > 2 ? argv[2] : "";
    pawl::Application application(word_count(), settings);
    return application.run();
  } catch (const std::exception& failure) {
    std::fprintf(stderr, "pawl-word-count: %s\n", failure.what());
    return 2;
  }
}
