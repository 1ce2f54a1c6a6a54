#!/usr/bin/env bash
# Tests the page proxy-daemon/docs/how-to-cluster.md: built daemons with Debian's NATS. Hosts know each other, with one
# server and with three; servers are killed and started again; a host that is killed is gone within 20 s; the second host
# of a name is refused; tokens of one host work on all; TLS is checked against cluster.ca. Without a
# cluster no class of NATS is loaded. Takes three minutes. Installs nats-server and openssl with apt-get if missing.
#
#   proxy-daemon/src/test/nats/run.sh
#
# $IMAGE may name another image than proxy-daemon/target/culvertd. Exits with 77 unless it runs as root on Debian.
set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../../../.." && pwd)
image=${IMAGE:-$root/proxy-daemon/target/culvertd}

if [ "$(id -u)" != 0 ] || ! command -v apt-get > /dev/null; then
    echo "nats test: NOT RUN, because it needs root and Debian" >&2
    exit 77
fi
if ! command -v nats-server > /dev/null || ! command -v openssl > /dev/null; then
    echo "nats test: installing nats-server and openssl"
    apt-get -q -q update || true # if that was necessary, the install fails
    # Its own server stays off: the test starts its servers itself.
    DEBIAN_FRONTEND=noninteractive apt-get -q -q install --no-install-recommends nats-server openssl > /dev/null
    systemctl disable --now nats-server > /dev/null 2>&1 || true
fi

work=$(mktemp -d)
declare -A pids
cleanup() {
    for pid in "${pids[@]}"; do kill -KILL "$pid" 2> /dev/null || true; done
    wait 2> /dev/null || true
    rm -rf --one-file-system "$work"
}
trap cleanup EXIT

fail() {
    echo "nats test: $*" >&2
    for log in "$work"/*.log; do
        echo "--- $log" >&2
        tail -n 15 "$log" >&2
    done
    exit 1
}

# Waits until a command succeeds: SECONDS COMMAND…
within() {
    local end=$((SECONDS + $1))
    shift
    until "$@"; do
        [ $SECONDS -lt $end ] || return 1
        sleep 0.2
    done
}

kill_hard() { # NAME
    kill -KILL "${pids[$1]}"
    wait "${pids[$1]}" 2> /dev/null || true
    unset "pids[$1]"
}

base=$((20000 + RANDOM % 20000))
(umask 077 && echo secret > "$work/password")
servers='"nats://127.0.0.1:'$base'"'

nats() { # NUMBER MORE ARGUMENTS…
    local number=$1
    shift
    nats-server -a 127.0.0.1 -p $((base + number)) -js -sd "$work/nats-$number" --user culvert --pass secret "$@" \
        > "$work/nats-$number.log" 2>&1 &
    pids[nats-$number]=$!
}

host() { # ID NAME REPLICAS
    cat > "$work/$1.jsonc" << SETTINGS
{
  "http": {"listen": ["unix://$work/$1.http"]},
  "admin": {"listen": ["unix://$work/$1.admin"]},
  "cluster": {
    "servers": [$servers], "name": "$2", "url": "https://$1.example.org:8470", "user": "culvert",
    "password": {"file": "$work/password"}, ${more:-} "prefix": "test$3", "replicas": $3, "ready_wait": "15s"
  }
}
SETTINGS
    "$image/bin/culvertd" serve --config "$work/$1.jsonc" > "$work/$1.log" 2>&1 &
    pids[$1]=$!
    within 30 answers "$1" /livez 200 || fail "$1 does not answer"
}

answers() { # ID PATH STATUS
    [ "$(curl -s -o /dev/null -w '%{http_code}' --unix-socket "$work/$1.http" "http://localhost$2")" = "$3" ]
}

hosts() { "$image/bin/culvert" --url "unix://$work/$1.admin" "${@:2}" 2> "$work/said"; }

# Whether a host sees exactly these, with their states: ID "NAME STATE"…
sees() {
    local id=$1
    shift
    [ "$(hosts "$id" hosts list -o json | python3 -c 'import json, sys
print("\n".join(it["name"] + " " + it["state"] for it in json.load(sys.stdin)))')" = "$(printf '%s\n' "$@")" ]
}

# Whether a host is in the registry, and follows it.
member() { curl -s --unix-socket "$work/$1.admin" http://localhost/api/v1/hosts | grep -q '"state":"member"'; }

says() { # ID WORDS
    hosts "$1" hosts > /dev/null
    grep -q -- "$2" "$work/said"
}

make_token() { hosts "$1" token create --name "$2" --role admin -o json | python3 -c 'import json, sys; print(json.load(sys.stdin)["token"])'; }

# Whether a secret is let in at a host: ID SECRET STATUS
may() {
    [ "$(curl -s -o /dev/null -w '%{http_code}' --unix-socket "$work/$1.http" -H "Authorization: Bearer $2" \
        http://localhost/api/v1/agents)" = "$3" ]
}

# Without a cluster no class of NATS is loaded. With one they are: so the log of classes would show them.
classes() { # ID
    grep -c -E '^[^ ]*\[class,load\] (io\.nats|dev\.culvert\.nats)\.' "$work/$1.classes" || true
}
echo '{"http": {"listen": ["unix://'"$work"'/o.http"]}, "admin": {"listen": ["unix://'"$work"'/o.admin"]}}' > "$work/o.jsonc"
CULVERT_JAVA_OPTIONS="-Xlog:class+load:file=$work/o.classes:tags" \
    "$image/bin/culvertd" serve --config "$work/o.jsonc" > "$work/o.log" 2>&1 &
pids[o]=$!
within 30 answers o /readyz 200 || fail "a daemon without a cluster is not ready"
sees o "$(hosts o hosts list -o json | python3 -c 'import json, sys; print(json.load(sys.stdin)[0]["name"])') online" ||
    fail "a daemon without a cluster does not list itself"
kill "${pids[o]}"
wait "${pids[o]}" || true
unset 'pids[o]'
grep -q 'dev\.culvert\.daemon\.Daemon ' "$work/o.classes" || fail "the log of classes is empty"
[ "$(classes o)" = 0 ] || fail "a daemon without a cluster loads $(classes o) classes of NATS"

# TLS. A server whose certificate is of an authority that cluster.ca does not have is refused.
for ca in ours theirs; do
    openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 -subj "/CN=$ca" \
        -keyout "$work/$ca.key" -out "$work/$ca.pem" 2> /dev/null
done
openssl req -new -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -subj /CN=nats -keyout "$work/nats.key" \
    -out "$work/nats.csr" 2> /dev/null
openssl x509 -req -in "$work/nats.csr" -CA "$work/ours.pem" -CAkey "$work/ours.key" -CAcreateserial -days 2 \
    -extfile <(echo subjectAltName=IP:127.0.0.1) -out "$work/nats.pem" 2> /dev/null
plain=$servers
servers='"tls://127.0.0.1:'$((base + 9))'"'
nats 9 --tls --tlscert "$work/nats.pem" --tlskey "$work/nats.key"
more="\"ca\": \"$work/ours.pem\","
CULVERT_JAVA_OPTIONS="-Xlog:class+load:file=$work/t.classes:tags" host t host-1 1
within 20 member t || fail "a host does not join by TLS"
[ "$(classes t)" -gt 0 ] || fail "the log of classes does not show those of NATS"
more="\"ca\": \"$work/theirs.pem\","
host u host-2 1
within 20 says u "127.0.0.1:$((base + 9))" || fail "a host does not say which server it refuses"
! member u || fail "a host joins by a server whose certificate it cannot check"
sees t "host-1 online" || fail "a host that refuses the server is in the list"
for name in t u nats-9; do kill_hard $name; done
servers=$plain
more=

# Without a server a host is alone: it waits for as long as it is told, and then takes work.
host a host-1 1
answers a /readyz 503 || fail "the host does not wait for the registry"
within 40 answers a /readyz 200 || fail "the host waits for longer than cluster.ready_wait"
within 20 says a "no server of NATS answers at nats://127.0.0.1:$base" || fail "culvert hosts does not say why"
sees a "host-1 online" || fail "a host alone does not list itself"

nats 0
within 20 grep -q "this host is host-1 of the cluster" "$work/a.log" || fail "it does not join when NATS comes"
host b host-2 1
host c host-3 1
within 20 answers c /readyz 200 || fail "a host that has read the registry is not ready"
for id in a b c; do
    within 20 sees $id "host-1 online" "host-2 online" "host-3 online" || fail "$id does not see all"
done
[ "$(hosts a hosts show host-2 -o json | python3 -c 'import json, sys; print(json.load(sys.stdin)["url"])')" = https://b.example.org:8470 ] ||
    fail "show says another URL"

# A token made on one host works on all, and ends on all.
secret=$(make_token a ci)
for id in a b c; do within 5 may $id "$secret" 200 || fail "the token of host-1 does not work on $id"; done
hosts b token revoke "${secret:4:12}" > /dev/null || fail "host-2 does not revoke the token of host-1: $(< "$work/said")"
for id in a b c; do within 2 may $id "$secret" 401 || fail "the token that was revoked on host-2 still works on $id"; done

# The second host of a name.
host d host-2 1
within 30 says d "another host at https://b.example.org:8470 has the name host-2" || fail "the second host-2 is not refused"
sees a "host-1 online" "host-2 online" "host-3 online" || fail "the second host-2 disturbs the others"
kill_hard d

# NATS goes and comes back. Nothing local notices.
kill_hard nats-0
within 20 sees a "host-1 online" "host-2 unknown" "host-3 unknown" || fail "a does not say that it knows nothing of the others"
answers a /readyz 200 || fail "a host is not ready any more because NATS is away"
kill_hard c
secret=$(make_token a away)
may a "$secret" 200 || fail "a token that is made while NATS is away does not work where it was made"
may b "$secret" 401 || fail "a token is known to host-2 although NATS is away"
nats 0
within 30 sees a "host-1 online" "host-2 online" "host-3 online" || within 30 sees a "host-1 online" "host-2 online" || fail "a is not back"
within 40 sees a "host-1 online" "host-2 online" || fail "host-3 was killed while NATS was away, and is still there"
within 10 may b "$secret" 200 || fail "a token that was made while NATS was away does not work on host-2"

# A host that stops says so. One that is killed has gone within 20 s.
kill "${pids[b]}"
wait "${pids[b]}" || true
unset 'pids[b]'
within 5 sees a "host-1 online" || fail "a host that has stopped is still there"
host b host-2 1
within 20 sees a "host-1 online" "host-2 online" || fail "host-2 is not back"
within 5 may b "$secret" 200 || fail "a host that begins anew does not know the tokens of the cluster"
kill_hard b
within 20 sees a "host-1 online" || fail "a host that was killed 20 s ago is still there"
kill_hard a
kill_hard nats-0

# Three servers, of which any one may go.
routes="nats://127.0.0.1:$((base + 11)),nats://127.0.0.1:$((base + 12)),nats://127.0.0.1:$((base + 13))"
servers=
for number in 1 2 3; do
    nats $number --server_name "nats-$number" --cluster_name test --cluster "nats://127.0.0.1:$((base + 10 + number))" \
        --routes "$routes"
    servers="$servers${servers:+, }\"nats://127.0.0.1:$((base + number))\""
done
host a host-1 3
host b host-2 3
for id in a b; do
    within 60 sees $id "host-1 online" "host-2 online" || fail "$id does not see both by three servers"
done
for number in 1 2 3; do
    kill_hard nats-$number
    for id in a b; do
        within 60 sees $id "host-1 online" "host-2 online" || fail "$id does not see both without server $number"
    done
    nats $number --server_name "nats-$number" --cluster_name test \
        --cluster "nats://127.0.0.1:$((base + 10 + number))" --routes "$routes"
    for id in a b; do within 60 member $id || fail "$id is no member after server $number came back"; done
    sleep 3 # until the server has caught up: NATS 2.9 has no answer to that
done
echo "nats test: hosts know each other by nats-server $(dpkg-query -W -f '${Version}' nats-server)," \
    "one server and three, and with TLS"
