# Sourced by the scripts beside it: builds the benchmarks and becomes the Java that runs one. Their --help says how.
#
#   JAVA_HOME           the Java to use (a JDK 17 or newer)
#   FANFARE_NO_BUILD=1  run what is built, never build
set -euo pipefail

# launch MAIN_CLASS ARGUMENTS…
launch() {
  local root lib java mvn name=${0##*/}
  root=$(cd -P "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
  lib=$root/benchmarks/target/lib
  java=${JAVA_HOME:+$JAVA_HOME/bin/}java

  if [ "${FANFARE_NO_BUILD:-}" != 1 ]; then
    mvn=mvn
    [ ! -x "$root/mvnw" ] || mvn=$root/mvnw
    command -v "$mvn" >/dev/null || { echo "$name: Maven is needed to build: install Maven 3.8 or newer." >&2; exit 2; }
    (cd "$root" && "$mvn" -q -B -Dmaven.test.skip=true -Dspotless.check.skip=true -Dcheckstyle.skip=true \
      -pl benchmarks -am package) >&2
  elif [ ! -d "$lib" ]; then
    echo "$name: nothing is built, and FANFARE_NO_BUILD=1 forbids building: run 'mvn -pl benchmarks -am -DskipTests package'." >&2
    exit 2
  fi

  exec "$java" -Xmx1g -XX:+UseSerialGC -cp "$root/benchmarks/target/classes:$lib/*" "$@"
}
