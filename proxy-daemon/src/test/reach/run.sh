#!/usr/bin/env bash
# Tests how the daemon's host and its agents reach others, with programs that people use for it: each test-*.sh beside this
# file, one after the other. Run it after `mvn package`. It takes some five minutes. With names of tests (ssh), it
# runs only those.
#
# Uses programs from PATH, or else unpacks Debian's packages below ~/.cache, without installing them. DAEMON, AGENT and
# COMMAND name other programs to test than those of the build. Exits with 77 if no test could be run.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
root=$(cd "$here/../../../.." && pwd)
export DAEMON=${DAEMON:-$root/proxy-daemon/target/culvertd/bin/culvertd}
export AGENT=${AGENT:-$root/guest-agent/target/culvert-agent/bin/culvert-agent}
export COMMAND=${COMMAND:-$root/proxy-daemon/target/culvertd/bin/culvert}
export REACH_CACHE=${XDG_CACHE_HOME:-$HOME/.cache}/culvert-reach
export PATH=$PATH:/usr/sbin:$REACH_CACHE/usr/bin:$REACH_CACHE/usr/sbin

for program in "$DAEMON" "$COMMAND"; do
    [ -x "$program" ] || { echo "reach test: $program is missing: run mvn package first" >&2 && exit 1; }
done

passed=0 failed=0 skipped=0
for test in "$here"/test-*.sh; do
    name=$(basename "$test" .sh)
    name=${name#test-}
    if [ $# -gt 0 ] && [[ " $* " != *" $name "* ]]; then continue; fi
    echo "reach test: $name"
    status=0
    timeout 240 bash "$test" || status=$?
    case $status in
        0) passed=$((passed + 1)) ;;
        77) skipped=$((skipped + 1)) ;;
        *) failed=$((failed + 1)) && echo "reach test: $name FAILED with status $status" >&2 ;;
    esac
done
echo "reach: $passed passed, $failed failed, $skipped skipped"
[ $failed -eq 0 ] || exit 1
[ $passed -gt 0 ] || exit 77
