#!/usr/bin/env bash
# Lets a real browser read a turn with EventSource while its connection is reset, the daemon is killed and the agent hangs.
# Only the code in page.html may bring the turn back. Run it after `mvn package`. It takes about a minute.
#
#   proxy-daemon/src/test/browser/run.sh [FILE.png]    saves a picture of the final page
#
# Exits with 77 if Chromium or socat is missing; socat carries the connections that this script cuts.
# shellcheck disable=SC2001 # bash has no groups in replacements
set -euo pipefail
top=$(cd "$(dirname "${BASH_SOURCE[0]}")/../../../.." && pwd)
picture=${1:-}
chromium=$(command -v chromium chromium-browser google-chrome | head -n 1) || true
if [ -z "$chromium" ] || ! command -v socat > /dev/null; then
    echo "browser: EventSource NOT TRIED, because it needs Chromium and socat" >&2
    exit 77
fi
daemon=$top/proxy-daemon/target/culvertd/bin/culvertd
agent=$top/guest-agent/target/culvert-agent/bin/culvert-agent
for image in "$daemon" "$agent"; do
    [ -x "$image" ] || { echo "$image is missing: run mvn package first" >&2; exit 2; }
done

work=$(mktemp -d)
declare -A pid
stop() {
    local it
    for it in "${pid[@]}"; do
        kill -KILL "$it" 2> /dev/null || true
    done
    { wait; } 2> /dev/null
    rm -rf "$work"
}
trap stop EXIT

fail() {
    echo "browser: $*" >&2
    tail -n 20 "$work"/*.log >&2
    exit 1
}

# await WHAT COMMAND …: polls until it succeeds.
await() {
    local what=$1 end=$((SECONDS + 60))
    shift
    until "$@"; do
        [ $SECONDS -lt $end ] || fail "timed out waiting until $what"
        sleep 0.1
    done
}

# said NAME PATTERN: prints the text after PATTERN in the log.
said() {
    await "the $1 says '$2'" grep -qs "$2" "$work/$1.log"
    sed -n "s/.*$2//p" "$work/$1.log" | head -n 1
}

start_daemon() {
    : > "$work/daemon.log"
    CULVERT_STATE_DIR=$work/state CULVERT_HTTP_ALLOWED_ORIGINS=$pages \
        "$daemon" serve --http "tcp://127.0.0.1:$1" --agent "web=$address" > "$work/daemon.log" 2>&1 &
    pid[daemon]=$!
    url=$(said daemon 'listening on http:\/\/')
    await "the agent is ready" is_ready
}

is_ready() {
    local answer to
    exec {to}<> "/dev/tcp/${url%:*}/${url##*:}" || return 1
    printf 'GET /api/v1/agents/web HTTP/1.1\r\nhost: %s\r\nconnection: close\r\n\r\n' "$url" >&"$to"
    answer=$(cat <&"$to")
    exec {to}>&-
    [[ $answer == *'"state":"ready"'* ]]
}

# The DevTools protocol over a pipe: JSON texts, each ended by a NUL.
tell() { # METHOD PARAMETERS: sets answer
    calls=$((calls + 1))
    printf '{"id":%d,%s"method":"%s","params":%s}\0' $calls "${session:+"\"sessionId\":\"$session\","}" "$1" "$2" >&"$to_browser"
    while IFS= read -r -d '' -t 30 answer <&"$from_browser"; do
        [[ $answer != "{\"id\":$calls,"* ]] || return 0
    done
    fail "the browser does not answer $1"
}
ask() { # EXPRESSION: prints its value, a string, number or boolean
    tell Runtime.evaluate "{\"expression\":\"$1\"}"
    sed 's/.*"value":"\{0,1\}\([^"}]*\).*/\1/' <<< "$answer"
}
is() { [ "$(ask "$1")" = true ]; }
sees() { await "the page sees that $1" is "$1"; }

"$("$top/culvert" jdk)/bin/jwebserver" -p 0 -d "$top/proxy-daemon/src/test/browser" > "$work/pages.log" 2>&1 &
pid[pages]=$!
pages=$(said pages 'URL ')
pages=${pages%/}
# The agent takes one turn at a time, and answers a second one with an error.
"$agent" --listen tcp://127.0.0.1:0 --runtime echo --echo-delay 60ms --max-turns 1 > "$work/agent.log" 2>&1 &
pid[agent]=$!
address=$(said agent 'listening on ')
start_daemon 0
# With linger=0 a killed socat resets its connection.
socat -d -d TCP-LISTEN:0,bind=127.0.0.1,fork,linger=0 "TCP:$url,linger=0" > "$work/relay.log" 2>&1 &
pid[relay]=$!
relay=$(said relay 'listening on AF=2 ')
cut_connection() { pkill -KILL -P "${pid[relay]}"; }

mkfifo "$work/to" "$work/from"
"$chromium" --headless --no-sandbox --disable-gpu --user-data-dir="$work/profile" --window-size=1000,900 \
    --remote-debugging-pipe about:blank 3< "$work/to" 4> "$work/from" > "$work/browser.log" 2>&1 &
pid[browser]=$!
exec {to_browser}> "$work/to" {from_browser}< "$work/from"
calls=0 session='' answer=''

kill -STOP "${pid[agent]}"
tell Target.createTarget "{\"url\":\"$pages/page.html?words=500&culvert=http://$relay\"}"
target=$(sed 's/.*"targetId":"\([^"]*\).*/\1/' <<< "$answer")
tell Target.attachToTarget "{\"targetId\":\"$target\",\"flatten\":true}"
session=$(sed 's/.*"sessionId":"\([^"]*\).*/\1/' <<< "$answer")

sees 'seen.connections === 1'
echo "browser: cut before its first event"
cut_connection
sees 'seen.losses === 1'
kill -CONT "${pid[agent]}"

sees 'seen.ids.length > 50'
echo "browser: reset"
cut_connection
sees 'seen.losses === 2 && seen.connections === 3'

sees 'seen.ids.length > 150'
echo "browser: the daemon is killed and still down when the browser reconnects"
kill -KILL "${pid[daemon]}"
wait "${pid[daemon]}" 2> /dev/null || true
sees 'seen.losses >= 4'
start_daemon "${url##*:}"
sees 'seen.state === \"open\"'

sees 'seen.ids.length > 300'
echo "browser: the agent hangs for 5 s"
kill -STOP "${pid[agent]}"
sleep 5
kill -CONT "${pid[agent]}"

sees 'source.readyState === EventSource.CLOSED'
if [ -n "$picture" ]; then
    tell Page.captureScreenshot '{}'
    sed 's/.*"data":"\([^"]*\).*/\1/' <<< "$answer" | base64 -d > "$picture"
fi
verdict=$(ask 'verdict()')
[ "$verdict" = whole ] || fail "$verdict"
echo "browser: $(ask 'state.textContent')"
