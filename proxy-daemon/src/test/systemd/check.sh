#!/usr/bin/env bash
# Checks the shipped units with systemd-analyze: they must have no faults, and an exposure of at most 1.5 (of 10). systemd need
# not be running. Installs Debian's package if systemd-analyze is missing, and exits with 77 if it cannot.
set -euo pipefail
if ! command -v systemd-analyze > /dev/null; then
    if [ "$(id -u)" != 0 ] || ! command -v apt-get > /dev/null; then
        echo "systemd: units NOT CHECKED, because systemd-analyze is missing" >&2
        exit 77
    fi
    apt-get update -q && apt-get install -qy --no-install-recommends systemd
fi
top=$(cd "$(dirname "${BASH_SOURCE[0]}")/../../../.." && pwd)
units=("$top"/proxy-daemon/dist/culvertd.{service,socket} "$top/guest-agent/dist/culvert-agent.service")

# A root folder with the units. Their programs are empty stand-ins, so that this check needs no build.
root=$(mktemp -d)
trap 'rm -rf "$root"' EXIT
mkdir -p "$root/usr/lib/systemd" "$root/usr/bin" "$root/bin"
cp -r /usr/lib/systemd/system "$root/usr/lib/systemd/"
cp "${units[@]}" "$root/usr/lib/systemd/system/"
for program in usr/bin/culvertd usr/bin/culvert-agent bin/sh; do
    install -m 755 /bin/true "$root/$program"
done
said=$(systemd-analyze verify --root="$root" --man=no "${units[@]##*/}" 2>&1) || said=${said:-it failed without output}
if [ -n "$said" ]; then
    printf 'systemd-analyze verify:\n%s\n' "$said" >&2
    exit 1
fi

for unit in "${units[@]}"; do
    case $unit in *.service) systemd-analyze security --offline=true --threshold=15 --no-pager "$unit" | tail -1 ;; esac
done
