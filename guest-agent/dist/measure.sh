#!/usr/bin/env bash
# Compares `java -jar` with the shipped image, in turns. Run it after `mvn package`.
#
# usage: measure.sh [STARTS] [MESSAGES]     default: 9 starts and 10,000 messages
set -euo pipefail
starts=${1:-9}
messages=${2:-10000}
here=$(cd "$(dirname "$0")" && pwd)
target=$here/../target
java=${JAVA_HOME:?must be the home of a JDK 25}/bin/java
jar=$(find "$target" -maxdepth 1 -name 'guest-agent-*.jar' ! -name '*-sources.jar' | head -1)
launcher=$target/culvert-agent/bin/culvert-agent
if [ ! -x "$launcher" ] || [ -z "$jar" ]; then
    echo "measure: the jar or the image is missing in $target: run mvn package first" >&2
    exit 1
fi

sync -f "$target" # or pages just built count as dirty

pid=
trap '[ -z "$pid" ] || kill "$pid"' EXIT

# Starts "$@", waits for its line, and sets pid and port.
start() {
    coproc agent { exec "$@" --listen tcp://127.0.0.1:0 --runtime echo 2> /dev/null; }
    # shellcheck disable=SC2154 # set by coproc
    pid=$agent_PID
    local line
    read -r -t 60 line <&"${agent[0]}"
    port=${line##*:}
}

stop() {
    kill "$pid"
    wait "$pid" || true
    pid=
}

# The CPU time of all threads so far, in milliseconds.
cpu() { cat "/proc/$pid"/task/*/schedstat | awk '{ nanos += $1 } END { printf "%.0f\n", nanos / 1e6 }'; }

# Resident memory, and its private and dirty part, in MB.
memory() {
    awk '/^Rss:/ { rss = $2 } /^Private_Dirty:/ { dirty = $2 } END { printf "%.1f / %.1f\n", rss / 1024, dirty / 1024 }' \
        "/proc/$pid/smaps_rollup"
}

memory_idle_and_after() {
    start "$@"
    sleep 2
    memory
    "$java" "$here/Traffic.java" host "$port" "$messages" 1>&2
    memory
    cpu
    stop
}

plain=("$java" -jar "$jar")
image=("$launcher")
declare -a plain_cpu image_cpu
for ((i = 0; i < starts; i++)); do
    start "${plain[@]}"; plain_cpu+=("$(cpu)"); stop
    start "${image[@]}"; image_cpu+=("$(cpu)"); stop
done
mapfile -t plain_cpu < <(printf '%s\n' "${plain_cpu[@]}" | sort -n)
mapfile -t image_cpu < <(printf '%s\n' "${image_cpu[@]}" | sort -n)
mapfile -t plain_memory < <(memory_idle_and_after "${plain[@]}")
mapfile -t image_memory < <(memory_idle_and_after "${image[@]}")
middle=$((starts / 2))

row() { printf '%-46s %16s %16s\n' "$@"; }
row "" "java -jar" "image"
row "CPU to \"listening\", median of $starts, ms" "${plain_cpu[middle]}" "${image_cpu[middle]}"
row "CPU to \"listening\", best of $starts, ms" "${plain_cpu[0]}" "${image_cpu[0]}"
row "idle: resident / private dirty, MB" "${plain_memory[0]}" "${image_memory[0]}"
row "after $messages echoes: the same, MB" "${plain_memory[1]}" "${image_memory[1]}"
row "CPU of all that, ms" "${plain_memory[2]}" "${image_memory[2]}"
row "on disk, MB (java -jar: with its JDK)" \
    "$(du -cm "$(dirname "$java")/.." "$jar" "$target/lib" | tail -1 | cut -f1)" "$(du -sm "$target/culvert-agent" | cut -f1)"
