# Names what the shell tools share: the places that tools/setup fills, and how to speak to the user. Sourced; it defines
# names and runs nothing that takes time.
# shellcheck shell=bash disable=SC2034

pawl_tools=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
pawl_root=$(dirname "$pawl_tools")

# Built and downloaded things live outside the tree, so that a fresh clone finds them again.
pawl_cache=${PAWL_CACHE_DIR:-${XDG_CACHE_HOME:-${HOME:?HOME is not set; set it or PAWL_CACHE_DIR}/.cache}/pawl}
if [[ $pawl_cache != /* ]]; then pawl_cache=$PWD/$pawl_cache; fi
pawl_deps=$pawl_cache/deps

# The pom is the one place that states Kafka's version.
pawl_kafka_version=$(sed -n 's:.*<kafka\.version>\(.*\)</kafka\.version>.*:\1:p' "$pawl_tools/kafka-broker/pom.xml")
pawl_kafka_home=$pawl_cache/kafka-$pawl_kafka_version
pawl_kafka_libs=$pawl_kafka_home/libs
pawl_kafka_archive=$pawl_kafka_home/classes.jsa

pawl_program=${0##*/}

# Messages go to stderr: stdout belongs to the answers of a tool.
pawl_say() { printf '%s: %s\n' "$pawl_program" "$*" >&2; }

# pawl_fail MESSAGE [REMEDY]
pawl_fail() {
  printf '%s: %s\n' "$pawl_program" "$1" >&2
  if [[ -n ${2:-} ]]; then
    printf '%*s  Remedy: %s\n' "${#pawl_program}" '' "$2" >&2
  fi
  exit 1
}

# Prints the major version of the java on the PATH, or 0.
pawl_java_major() {
  local text
  text=$(java -version 2>&1) || text=
  if [[ $text =~ version\ \"(1\.)?([0-9]+) ]]; then
    printf '%s\n' "${BASH_REMATCH[2]}"
  else
    printf '0\n'
  fi
}
