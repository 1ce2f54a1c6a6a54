#!/usr/bin/env bash
# Tests the page proxy-daemon/docs/how-to-postgresql.md: the built daemon with Debian's PostgreSQL 15 and Debian's JDBC
# driver, which it loads from its jar. An agent that a client adds survives a kill of the daemon, and a dump that is
# restored. Takes half a minute. Installs the packages that are missing with apt-get.
#
#   proxy-daemon/src/test/postgresql/run.sh
#
# $IMAGE may name another image than proxy-daemon/target/culvertd. Exits with 77 unless it runs as root, for the user
# postgres, on Debian.
set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../../../.." && pwd)
image=${IMAGE:-$root/proxy-daemon/target/culvertd}
programs=/usr/lib/postgresql/15/bin

fail() {
    echo "postgresql test: $*" >&2
    [ ! -s "$work/log" ] || tail -n 20 "$work/log" >&2
    exit 1
}

if [ "$(id -u)" != 0 ] || ! command -v apt-get > /dev/null; then
    echo "postgresql test: NOT RUN, because it needs root and Debian" >&2
    exit 77
fi
missing=()
[ -x "$programs/postgres" ] || missing+=(postgresql-15)
[ -f /usr/share/java/postgresql.jar ] || missing+=(libpostgresql-jdbc-java)
if [ "${#missing[@]}" != 0 ]; then
    echo "postgresql test: installing ${missing[*]}"
    apt-get -q -q update || true # if that was necessary, the install fails
    DEBIAN_FRONTEND=noninteractive apt-get -q -q install --no-install-recommends "${missing[@]}" > /dev/null
fi

work=$(mktemp -d)
daemon=
server=
cleanup() {
    [ -z "$daemon" ] || kill -KILL "$daemon" 2> /dev/null || true
    [ -z "$server" ] || kill -QUIT "$server" 2> /dev/null || true
    wait 2> /dev/null || true
    rm -rf --one-file-system "$work"
}
trap cleanup EXIT
chmod 755 "$work"

# As the user postgres. It has no terminal, so that --pwprompt reads its input.
as_postgres() { setsid setpriv --reuid=postgres --regid=postgres --init-groups env --chdir=/ "PATH=$programs:$PATH" "$@"; }

install -d -o postgres -g postgres -m 700 "$work/server"
as_postgres initdb --no-sync --auth-local=trust --auth-host=scram-sha-256 -D "$work/server/data" > "$work/initdb"
port=$((20000 + RANDOM % 20000))
export PGHOST=$work/server PGPORT=$port
# A process of its own and not a function's, so that its number is known.
setpriv --reuid=postgres --regid=postgres --init-groups "$programs/postgres" -D "$work/server/data" -p "$port" \
    -h 127.0.0.1 -k "$work/server" > "$work/server.log" 2>&1 &
server=$!
for _ in $(seq 100); do
    if as_postgres pg_isready --quiet; then break; fi
    sleep 0.1
done

# As the page says.
printf 'secret\nsecret\n' | as_postgres createuser --pwprompt culvert 2> /dev/null
as_postgres createdb --owner=culvert --encoding=UTF8 --template=template0 culvert

(umask 077 && echo secret > "$work/password")
start() { # DATABASE
    cat > "$work/culvertd.jsonc" << SETTINGS
{
  "http": {"listen": ["unix://$work/http.sock"]},
  "admin": {"listen": ["unix://$work/admin.sock"]},
  "state_dir": "$work/state",
  "database": {
    "url": "jdbc:postgresql://127.0.0.1:$port/$1",
    "user": "culvert",
    "password": {"file": "$work/password"}
  }
}
SETTINGS
    "$image/bin/culvertd" serve --config "$work/culvertd.jsonc" > "$work/log" 2>&1 &
    daemon=$!
    for _ in $(seq 300); do
        if grep -q "database in PostgreSQL at //127.0.0.1:$port/$1" "$work/log"; then return; fi
        kill -0 "$daemon" 2> /dev/null || fail "the daemon did not start"
        sleep 0.1
    done
    fail "the daemon did not start in 30 s"
}

kill_daemon() {
    kill -KILL "$daemon"
    wait "$daemon" 2> /dev/null || true
    daemon=
}

ask() { curl --silent --show-error --unix-socket "$work/http.sock" "$@"; }

has_agent() {
    [ "$(ask -o /dev/null -w '%{http_code}' http://localhost/api/v1/agents/added)" = 200 ] || fail "$*"
}

start culvert
[ "$(ask -o "$work/answer" -w '%{http_code}' -X PUT -H 'content-type: application/json' \
    -d '{"address":"tcp://127.0.0.1:1"}' http://localhost/api/v1/agents/added)" = 201 ] || fail "no agent was added: $(cat "$work/answer")"
kill_daemon
start culvert
has_agent "the agent is gone after the daemon was killed"
said=$(curl --silent --unix-socket "$work/admin.sock" http://localhost/api/v1/admin/database)
grep -q pg_amcheck <<< "$said" || fail "db check says: $said"
[ ! -e "$work/state/culvert.db" ] || fail "there is a database of SQLite, too"

as_postgres pg_dump --format=custom --file="$work/server/culvert.dump" culvert
as_postgres pg_amcheck --install-missing culvert
kill_daemon
as_postgres createdb --owner=culvert restored
as_postgres pg_restore --dbname=restored "$work/server/culvert.dump"
start restored
has_agent "the agent is not in the database that was restored from a dump"
kill_daemon
echo "postgresql test: the daemon works with postgresql-15 $(dpkg-query -W -f '${Version}' postgresql-15) and" \
    "libpostgresql-jdbc-java $(dpkg-query -W -f '${Version}' libpostgresql-jdbc-java)"
