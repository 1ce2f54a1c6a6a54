#!/usr/bin/env bash
# Lets a client that others wrote judge the Proxmox of the tests: Debian's python3-proxmoxer, unmodified, against both
# versions. Run it after `mvn package`; it takes ten seconds. Exits with 77 if proxmoxer is missing and cannot be installed.
set -euo pipefail
module=$(cd "$(dirname "${BASH_SOURCE[0]}")/../../.." && pwd)
here=$module/src/test/proxmox
python=/usr/bin/python3

not_run() {
    echo "Proxmox's judge: NOT ASKED, because $*" >&2
    exit 77
}

if ! "$python" -c 'import proxmoxer, requests' 2> /dev/null; then
    if [ "$(id -u)" != 0 ] || ! command -v apt-get > /dev/null; then
        not_run "proxmoxer is missing, and only root on Debian can install it"
    fi
    install=(env DEBIAN_FRONTEND=noninteractive apt-get -q -q install -y --no-install-recommends python3-proxmoxer python3-requests)
    "${install[@]}" > /dev/null 2>&1 || { apt-get -q -q update && "${install[@]}" > /dev/null; } ||
        not_run "Debian's package python3-proxmoxer cannot be installed"
fi
[ -f "$module/target/test-classpath" ] || { echo "target/test-classpath is missing: run mvn package first" >&2; exit 2; }
java=$("$module/../culvert" jdk)/bin/java
work=$(mktemp -d)
fake=
trap 'kill $fake 2> /dev/null || true; rm -rf "$work"' EXIT

for version in 8 9; do
    echo "Proxmox's judge: version $version, with proxmoxer $("$python" -c 'import proxmoxer; print(proxmoxer.__version__)')"
    mkfifo "$work/stdin$version"
    "$java" -cp "$module/target/test-classes:$module/target/classes:$(< "$module/target/test-classpath")" \
        dev.culvert.daemon.proxmox.fake.FakeProxmoxProgram --version "$version" --task-ms 100 \
        < "$work/stdin$version" > "$work/log" 2>&1 &
    fake=$!
    exec 3> "$work/stdin$version"
    for _ in $(seq 600); do
        ! grep -q '^token ' "$work/log" || break
        sleep 0.05
    done
    port=$(sed -n 's/^listening on .*://p' "$work/log")
    token=$(sed -n 's/^token //p' "$work/log")
    [ -n "$token" ] || { echo "Proxmox's judge: the fake does not start: $(cat "$work/log")" >&2; exit 1; }
    "$python" "$here/judge.py" 127.0.0.1 "$port" "$token" "$version"
    exec 3>&-
    wait "$fake"
done
