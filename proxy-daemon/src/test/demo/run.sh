#!/usr/bin/env bash
# Tests the README's first command: ./culvert demo must become ready, its curl lines must work as printed, and SIGTERM must
# stop it. Run it after `mvn package`, else the demo builds first. It takes ten seconds. Exits with 77 if curl is missing.
set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../../../.." && pwd)
command -v curl > /dev/null || { echo "demo test: NOT RUN, because curl is missing" >&2; exit 77; }
work=$(mktemp -d)
trap 'kill "${demo:-}" 2> /dev/null || true; rm -rf "$work"' EXIT

fail() {
    echo "demo test: $*" >&2
    cat "$work/said" >&2
    exit 1
}

: > "$work/said"
"$root/culvert" demo --port 0 > "$work/said" 2>&1 &
demo=$!
until grep -q '^Ctrl-C' "$work/said"; do
    kill -0 "$demo" 2> /dev/null || fail "the demo ended"
    sleep 0.2
done
mapfile -t lines < <(sed -n 's/^  curl /curl -sS --fail-with-body --max-time 20 /p' "$work/said")
[ ${#lines[@]} -ge 2 ] || fail "the demo prints no curl lines"
[[ $(bash -c "${lines[0]}") == *'"content":"hello from the host"'* ]] || fail "no answer: ${lines[0]}"
[[ $(bash -c "${lines[1]}") == *'event: done'* ]] || fail "no stream: ${lines[1]}"
kill -TERM "$demo"
wait "$demo" || fail "the demo ended with exit code $?"

: > "$work/said" # what the first one said counts no more
"$root/culvert" demo --flow --port 0 > "$work/said" 2>&1 &
demo=$!
until grep -q '^Ctrl-C' "$work/said"; do
    kill -0 "$demo" 2> /dev/null || fail "the demo with a flow ended"
    sleep 0.2
done
[ "$(grep -c 'reachable.*true' "$work/said")" -ge 2 ] || fail "the flow was not done with both providers"
grep -q '^Running it with LLM_PROVIDER=anthropic' "$work/said" || fail "no variable has chosen the provider"
[ "$(grep -c 'tunnel.*skipped' "$work/said")" -ge 2 ] || fail "the flow needs no tunnel, and does not say so"
kill -TERM "$demo"
wait "$demo" || fail "the demo with a flow ended with exit code $?"
echo "demo test: passed"
