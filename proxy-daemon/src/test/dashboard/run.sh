#!/usr/bin/env bash
# Opens the dashboard in Chromium, as people do, and lets axe look at every page. Run it after `mvn package`. It installs
# Node and Chromium from Debian where there are none, and the packages of package.json into target/dashboard.
#
#   run.sh [NODE_TEST_OPTION…]    such as --test-name-pattern=reload
#
# PICTURES=DIR also saves pictures of the pages there. DAEMON, AGENT and PROXMOX name other programs than those of
# the build. Exits with 77 where Node or Chromium is missing and cannot be installed.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"
top=$(cd ../../../.. && pwd)
export DAEMON=${DAEMON:-$top/proxy-daemon/target/culvertd/bin/culvertd}
export AGENT=${AGENT:-$top/guest-agent/target/culvert-agent/bin/culvert-agent}
target=$top/proxy-daemon/target
export PROXMOX=${PROXMOX:-$("$top/culvert" jdk)/bin/java -cp $target/test-classes:$target/classes:$(< "$target/test-classpath") dev.culvert.daemon.proxmox.fake.FakeProxmoxProgram}
for program in "$DAEMON" "$AGENT"; do
    [ -x "$program" ] || { echo "$program is missing: run mvn package first" >&2; exit 2; }
done

missing=()
command -v npm > /dev/null || missing+=(nodejs npm)
command -v chromium chromium-browser google-chrome > /dev/null || missing+=(chromium)
if [ ${#missing[@]} -gt 0 ]; then
    if [ "$(id -u)" = 0 ] && command -v apt-get > /dev/null; then
        apt-get -qq update && DEBIAN_FRONTEND=noninteractive apt-get -qq install -y --no-install-recommends "${missing[@]}" > /dev/null
    else
        echo "dashboard: NOT OPENED, because ${missing[*]} is missing and only root on Debian can install it" >&2
        exit 77
    fi
fi
CHROMIUM=$(command -v chromium chromium-browser google-chrome | head -n 1)
export CHROMIUM
work=$top/proxy-daemon/target/dashboard
mkdir -p "$work"
cp package.json package-lock.json ./*.mjs "$work"
cd "$work"
npm install --silent --no-audit --no-fund
# Debian's own Node is too old for playwright-core.
[ -x node/node_modules/node/bin/node ] || npm install --silent --no-audit --no-fund --prefix node node@24.21.0
exec node/node_modules/node/bin/node --test --test-concurrency=1 --test-timeout=900000 "$@" dashboard.test.mjs flows.test.mjs inventory.test.mjs plan.test.mjs
