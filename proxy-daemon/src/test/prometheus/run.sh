#!/usr/bin/env bash
# Tests what proxy-daemon/dist has for Prometheus and Grafana. promtool checks the scrape configuration, the alert rules
# and their tests. Then a real Prometheus scrapes a daemon under load, and every query of the dashboard must have a
# result. Run it after `mvn package`. It takes one minute.
#
# Uses Prometheus from PATH, or else unpacks Debian's package below ~/.cache, without installing it. DAEMON and
# AGENT name other programs to test than those of the build. Exits with 77 if curl or openssl is missing, or Prometheus is
# and there is no Debian to get it from.
set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../../../.." && pwd)
dist=$root/proxy-daemon/dist
daemon=${DAEMON:-$root/proxy-daemon/target/culvertd/bin/culvertd}
agent=${AGENT:-$root/guest-agent/target/culvert-agent/bin/culvert-agent}
load_seconds=25

step() { echo "prometheus test: $*"; }

fail() {
    echo "prometheus test: $*" >&2
    exit 1
}

not_run() {
    echo "prometheus test: NOT RUN, because $*" >&2
    exit 77
}

command -v curl > /dev/null || not_run "curl is missing"
command -v openssl > /dev/null || not_run "openssl is missing"
if ! command -v prometheus > /dev/null || ! command -v promtool > /dev/null; then
    cache=${XDG_CACHE_HOME:-$HOME/.cache}/culvert-prometheus
    if ! [ -x "$cache/usr/bin/promtool" ]; then
        command -v apt-get > /dev/null || not_run "Prometheus is missing, and this is not Debian"
        mkdir -p "$cache"
        (cd "$cache" && { apt-get -q -q download prometheus || { apt-get -q -q update && apt-get -q -q download prometheus; }; } &&
            dpkg -x ./prometheus_*.deb .) || not_run "Debian's package prometheus cannot be downloaded"
    fi
    PATH=$cache/usr/bin:$PATH
fi
java=$("$root/culvert" jdk)/bin/java
for program in "$daemon" "$agent"; do
    [ -x "$program" ] || fail "$program is missing: run mvn package first"
done

work=$(mktemp -d)
pids=()
# shellcheck disable=SC2317 # run by the trap
stop() {
    kill "${pids[@]}" 2> /dev/null || true
    wait "${pids[@]}" 2> /dev/null || true
    rm -rf "$work"
}
trap stop EXIT

step "the scrape configuration, the rules and their tests"
cp "$dist"/prometheus/*.yml "$work/"
promtool check config "$work/prometheus.yml" > "$work/said" 2>&1 || fail "$(cat "$work/said")"
(cd "$work" && promtool test rules alerts_test.yml) > "$work/said" 2>&1 || fail "$(cat "$work/said")"
while read -r alert; do
    grep -q "name: $alert\b" "$work/alerts_test.yml" || fail "alerts_test.yml has no test of $alert"
done < <(sed -n 's/^ *- alert: //p' "$work/alerts.yml")

# Waits for the line "listening on ADDRESS" in a log and prints ADDRESS.
listening() {
    local line
    for _ in $(seq 600); do
        line=$(grep -m 1 '^listening on ' "$1" || true)
        [ -z "$line" ] || { echo "${line#listening on }"; return; }
        sleep 0.1
    done
    fail "no program listens: $(cat "$1")"
}

step "a daemon under load"
"$agent" --listen tcp://127.0.0.1:0 --runtime echo --echo-delay 20ms --log-level error > "$work/agent.log" 2>&1 &
pids+=($!)
address=$(listening "$work/agent.log")
"$java" "$root/proxy-daemon/src/test/prometheus/Model.java" > "$work/model.log" 2>&1 &
pids+=($!)
model=$(listening "$work/model.log")
mkdir "$work/tools"
echo '{"rules": [{"decision": "allow", "tools": ["list_dir"]}]}' > "$work/tools.jsonc"
"$agent" --listen tcp://127.0.0.1:0 --runtime "$model" --tools-dir "$work/tools" --tools-policy "$work/tools.jsonc" \
    --log-level error > "$work/hands.log" 2>&1 &
pids+=($!)
hands=$(listening "$work/hands.log")
openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -noenc -days 30 -subj /CN=localhost \
    -addext subjectAltName=IP:127.0.0.1 -keyout "$work/key.pem" -out "$work/cert.pem" 2> "$work/said" || fail "openssl: $(cat "$work/said")"
cat > "$work/culvertd.jsonc" << JSON
{
  "http": {
    "listen": ["tcp://127.0.0.1:0", "tls://127.0.0.1:0"],
    "tls": {"cert": "$work/cert.pem", "key": "$work/key.pem"}
  },
  "state_dir": "$work/state",
  "admin": {"listen": ["unix://$work/admin.sock"]},
  "inventory": {"poll_interval": "1s"},
  "cluster": {"servers": ["nats://127.0.0.1:1"], "name": "one", "url": "https://one.example:8471"},
  "turns": {"resume_grace": "200ms"},
  "log_level": "error",
  "providers": [
    {"name": "llm", "kind": "openai", "url": "$model/v1"},
    {"name": "away", "kind": "anthropic", "url": "http://127.0.0.1:1", "connect_timeout": "1s"}
  ],
  "budgets": {"reserve_tokens": 1, "each_tenant": {"tokens_per_day": 300}},
  "agents": [{"id": "vm", "address": "$address"}, {"id": "hands", "address": "$hands"}, {"id": "gone", "address": "127.0.0.1:1"}],
}
JSON
"$daemon" serve --config "$work/culvertd.jsonc" > "$work/daemon.log" 2>&1 &
pids+=($!)
reload=$!
url=$(listening "$work/daemon.log")
curl -s "$url/metrics" | promtool check metrics > "$work/said" 2>&1 || fail "promtool check metrics: $(cat "$work/said")"

# Scrapes often, because the load is short.
sed -i -e "s/127.0.0.1:8470/${url#http://}/" -e 's/_interval: 15s/_interval: 1s/' "$work/prometheus.yml"
port=
for _ in $(seq 10); do
    port=$((20000 + RANDOM % 12000))
    (: <> "/dev/tcp/127.0.0.1/$port") 2> /dev/null || break
done
prometheus --config.file="$work/prometheus.yml" --storage.tsdb.path="$work/tsdb" --web.listen-address="127.0.0.1:$port" \
    --log.level=error > "$work/prometheus.log" 2>&1 &
pids+=($!)
for _ in $(seq 100); do
    curl -s -o "$work/said" "http://127.0.0.1:$port/-/ready" && break
    sleep 0.1
done

# What a query gives now, one line for each series. What is not a number counts as nothing.
query() { promtool query instant "http://127.0.0.1:$port" "$1" | grep -v '=> NaN' || true; }

# A desired state, so that it is compared.
curl -sf -o "$work/said" --unix-socket "$work/admin.sock" -X PUT -H 'content-type: application/json' \
    -d '{"text":"{\"guests\": []}"}' http://localhost/api/v1/infra/lab || fail "no desired state: $(cat "$work/said")"

post() { curl -s -o "$work/said" -H 'content-type: application/json' "$@" || true; }

# One of each kind: whole answers and streams, cut, resumed and stopped; agents that are away; mistakes; reloads; a provider
# that answers until its budget is used up, and one that is away.
words='{"role":"user","content":"one two three four five six seven eight nine ten"}'
long=$(printf 'x%.0s' $(seq 20000))
SECONDS=0
while [ "$SECONDS" -lt "$load_seconds" ]; do
    post -d '{"role":"user","content":"hi"}' "$url/api/v1/agents/vm/message"
    post -N -d "$words" "$url/api/v1/agents/vm/stream"
    post -N --max-time 0.15 -d "$words" "$url/api/v1/agents/vm/stream"
    turn=$(sed -n 's/^id: //p' "$work/said" | tail -n 1)
    post -N "$url/api/v1/turns/${turn%:*}/stream?after=${turn##*:}"
    post -N --max-time 0.1 -d "$words" "$url/api/v1/agents/vm/stream"
    post -X DELETE "$url/api/v1/turns/$(sed -n 's/^id: \(.*\):.*/\1/p' "$work/said" | tail -n 1)"
    post -d "$words" "$url/api/v1/agents/gone/message"
    post -d "$words" "$url/api/v1/agents/hands/message" # which calls a tool
    post -X PUT -d '{"config":{}}' "$url/api/v1/agents/vm/config"
    post "$url/api/v1/agents/nobody"
    post -d '{"model":"m","stream":true,"messages":[{"role":"user","content":"at length"}]}' "$url/providers/llm/v1/chat/completions"
    post -d '{"model":"m","max_tokens":1,"messages":[]}' "$url/providers/away/v1/messages"
    post -H "x-long: $long" "$url/livez"
    kill -HUP "$reload"
done

step "every query of the dashboard has a result"
queries=0
while read -r expression; do
    queries=$((queries + 1))
    [ -n "$(query "$expression")" ] || fail "this query of the dashboard has no result: $expression"
done < <(sed -n 's/^ *"expr": "\(.*\)",$/\1/p' "$dist/grafana/culvert.json" | grep -v ALERTS |
    sed -e 's/\\"/"/g' -e "s/\\\$instance/.*/g" -e "s/\\\$__rate_interval/20s/g")

[ "$queries" = "$(grep '"expr": ' "$dist/grafana/culvert.json" | grep -vc ALERTS)" ] || fail "ran only $queries queries"

step "every metric of the rules exists"
while read -r metric; do
    [ -n "$(query "$metric")" ] || fail "the rules use $metric, which does not exist"
done < <(grep -v '^#\|annotations\|summary:\|do:' "$dist/prometheus/alerts.yml" | grep -oE '\b(culvert|process|jvm)_[a-z_]+' | sort -u)
[ -n "$(query 'ALERTS{alertname="CulvertAgentsNotReady"}')" ] || fail "an agent is away, and no alert waits for it"
if curl -s "http://127.0.0.1:$port/api/v1/rules" | grep -q '"health":"err"'; then
    fail "a rule has an error: $(curl -s "http://127.0.0.1:$port/api/v1/rules")"
fi

step "passed"
