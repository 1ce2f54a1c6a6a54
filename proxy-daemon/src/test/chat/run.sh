#!/usr/bin/env bash
# Tests `culvert chat` in a real terminal (tmux): the prompt, a paste, keys, a resize, a question, a lost connection, a kill, and
# sessions. Daemon.java acts as the daemon. Run it after `mvn package`; it takes ten seconds. COMMAND is another command
# than that of the build. Exits with 77 if tmux is missing and cannot be installed.
set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../../../.." && pwd)
here=$root/proxy-daemon/src/test/chat
command=${COMMAND:-$root/proxy-daemon/target/culvertd/bin/culvert}

if ! command -v tmux > /dev/null && [ "$(id -u)" = 0 ] && command -v apt-get > /dev/null; then
    apt-get -qq update && DEBIAN_FRONTEND=noninteractive apt-get -qq install -y tmux > /dev/null
fi
command -v tmux > /dev/null || { echo "chat test: NOT RUN, because tmux is missing" >&2; exit 77; }
work=$(mktemp -d)
tmux=(tmux -S "$work/tmux" -f /dev/null)
trap '"${tmux[@]}" kill-server 2> /dev/null || true; kill "${daemon:-}" 2> /dev/null || true; rm -rf "$work" 2> /dev/null || { sleep 1; rm -rf "$work"; }' EXIT

screen() { "${tmux[@]}" capture-pane -p -J -S - -t chat; }

fail() {
    echo "chat test: $*" >&2
    screen >&2 || true
    exit 1
}

culvert() { "$command" "$@"; }

# Waits until the screen, with what has left it, contains a text.
sees() {
    local _
    for _ in $(seq 600); do
        if screen | grep -qF -- "$1"; then
            return
        fi
        sleep 0.05
    done
    fail "the screen does not show '$1'"
}

keys() { "${tmux[@]}" send-keys -t chat "$@"; }

# Waits until the prompt is there again.
prompted() {
    local _
    for _ in $(seq 600); do
        if [ "$(screen | grep -v '^ *$' | tail -n 1 | sed 's/ *$//')" = 'web-1>' ]; then
            return
        fi
        sleep 0.05
    done
    fail "there is no prompt"
}

# Types a line, waits until it is shown, and sends it.
say() {
    prompted
    keys -l "$1"
    sees "web-1> $1"
    keys Enter
}

JAVA_HOME=$("$root/culvert" jdk)
"$JAVA_HOME/bin/java" "$here/Daemon.java" > "$work/port" &
daemon=$!
until [ -s "$work/port" ]; do
    kill -0 "$daemon" || exit 1
    sleep 0.1
done
mkdir -p "$work/home/src/shop"
cd "$work/home/src/shop"
git init -q
echo one > a.txt
port=$(cat "$work/port")
export HOME=$work/home CULVERT_URL=http://127.0.0.1:$port
unset XDG_STATE_HOME XDG_CONFIG_HOME CULVERT_TOKEN CULVERT_TOKEN_FILE NO_COLOR

cat > "$work/start" << TEXT
PS1='shell> '
culvert() { "$command" "\$@"; }
TEXT
"${tmux[@]}" new-session -d -s chat -x 90 -y 24 "bash --noprofile --rcfile $work/start -i"
sees 'shell> '
keys "culvert chat web-1" Enter
sees 'web-1>'

# Markdown is readable, and nothing in it clears the screen.
say hello
sees 'A title'
# shellcheck disable=SC1003 # a backslash
sees 'Some bold text\u001b[2J.'
sees 'plain code'
if screen | grep -qE '^(# A title|```)'; then
    fail "Markdown is not rendered"
fi

# A paste of several lines is one message.
prompted
"${tmux[@]}" set-buffer $'first\nsecond\nthird'
"${tmux[@]}" paste-buffer -p -t chat
sees third
keys Enter
sees 'Lines: 3.'

# A narrower window, and the prompt still works.
"${tmux[@]}" resize-window -t chat -x 60 -y 20
prompted
keys -l 'narrow'
sees 'web-1> narrow'
keys Enter
sees 'Lines: 1.'

# A change is shown before it is made; n refuses it, y makes it.
say write
sees '+two'
sees 'Allow it?'
grep -qx one a.txt || fail "the file was changed before the question was answered"
keys n
sees 'Told: refused.'
grep -qx one a.txt || fail "the file was changed although that was refused"
say 'again write'
until [ "$(screen | grep -c 'Allow it?')" = 2 ]; do sleep 0.05; done
keys y
sees 'Told: done.'
grep -qx two a.txt || fail "the file was not changed"

# Esc stops an answer and says how long that took.
say slow
sees 'I work'
keys Escape
sees 'stopped: it took'

# A connection that is lost in the middle loses nothing.
say lost
sees 'resuming'
sees 'and two.'

# The arrow brings back what was typed, Ctrl-C drops it, Ctrl-D ends.
prompted
keys Up
sees 'web-1> lost'
keys C-c
prompted
keys C-d
sees 'this session goes on with: culvert chat --resume '
id=$(screen | sed -n 's/.*culvert chat --resume //p' | tr -d ' ' | tail -n 1)

# The session is listed and goes on; a message alone needs no terminal.
culvert chat --sessions | grep -q "^$id  *web-1 " || fail "the session is not listed"
[ "$(culvert chat --resume "$id" --message 'more')" = 'Lines: 1.' ] || fail "the session does not go on"
[ "$(printf 'a\nb' | culvert chat --continue)" = 'Lines: 2.' ] || fail "no answer to what came from stdin"
[ "$(culvert chat web-1 --message 'why does the build fail?')" = 'Lines: 1.' ] || fail "no answer to a message"
git add a.txt
echo three > a.txt
git diff | culvert chat web-1 --message - > review.md
grep -q '^Lines: [89]\.$' review.md || fail "no answer to a diff: $(cat review.md)"
[ "$(stat -c %a "$HOME/.local/state/culvert/history")" = 600 ] || fail "others may read the history"
culvert audit verify "$HOME/.local/state/culvert/audit/chat.log" > "$work/said" || fail "the audit log is not sound: $(cat "$work/said")"

# What needs a confirmation is asked about at the terminal, also where the answer goes to a file.
echo one > a.txt
"${tmux[@]}" resize-window -t chat -x 90 -y 24
keys C-l
keys "culvert chat web-1 --message write > answer" Enter
until [ "$(screen | grep -c 'Allow it?')" = 3 ]; do sleep 0.05; done
keys y
until grep -q '^Told: done' answer 2> /dev/null; do sleep 0.05; done
grep -qx two a.txt || fail "the file was not changed"

# A chat that is killed in mid-answer loses nothing.
keys C-l
keys 'culvert chat web-1' Enter
say cut
sees 'Three, '
shell=$("${tmux[@]}" display-message -p -t chat '#{pane_pid}')
for pid in $(pgrep -P "$shell"); do
    # shellcheck disable=SC2046 # it may have no children
    kill -9 $(pgrep -P "$pid") "$pid"
done
sees Killed
culvert chat --sessions | grep -q ' cut  *1  *cut$' || fail "the session is not listed as cut: $(culvert chat --sessions)"
keys 'culvert chat --continue' Enter
sees 'the answer to "cut" was cut'
sees 'Three, and two.'
prompted
keys C-d
culvert chat --sessions | grep -q ' 2  *cut$' || fail "the answer is not in the session"

# An agent and a daemon of its own.
culvert chat --local --runtime echo --message 'hello' > "$work/said" || fail "no local agent"
grep -q hello "$work/said" || fail "the local agent says: $(cat "$work/said")"

# The shell has its terminal back.
keys C-l
# shellcheck disable=SC2016 # the shell in the terminal counts
keys 'stty -a | grep -q " icanon" && echo back $((40 + 2))' Enter
sees 'back 42'
echo "chat test: passed"
