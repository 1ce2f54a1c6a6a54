#!/usr/bin/env bash
# Lets programs that others wrote judge /mcp and culvert mcp: the official conformance suite in both revisions, the official
# clients of both eras, also in a workspace, and the inspector. The other direction, too: servers that others wrote judge how an
# agent uses their tools. Run it after `mvn package`. It installs Node 24 if there is no Node, and the
# packages of mcp/package.json, into target/judges-mcp.
#
#   mcp.sh [NODE_TEST_OPTION…]    such as --test-name-pattern=conformance
#
# mcp/not-applicable.json lists what of the suite does not apply, and why; any other failure fails.
# Exits with 77 where there is no Node and none can be installed.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/mcp"
top=$(cd ../../../../.. && pwd)
for image in proxy-daemon/target/culvertd/bin/culvertd proxy-daemon/target/culvertd/bin/culvert guest-agent/target/culvert-agent/bin/culvert-agent; do
    [ -x "$top/$image" ] || { echo "$image is missing: run mvn package first" >&2; exit 2; }
done

target=$top/proxy-daemon/target
[ -f "$target/test-classpath" ] || { echo "$target/test-classpath is missing: run mvn test-compile first" >&2; exit 2; }
PROXMOX=${PROXMOX:-$("$top/culvert" jdk)/bin/java -cp $target/test-classes:$target/classes:$(< "$target/test-classpath") dev.culvert.daemon.proxmox.fake.FakeProxmoxProgram}
export PROXMOX

if ! command -v npm > /dev/null; then
    if [ "$(id -u)" = 0 ] && command -v apt-get > /dev/null; then
        apt-get -qq update && DEBIAN_FRONTEND=noninteractive apt-get -qq install -y nodejs npm > /dev/null
    else
        echo "judges of MCP: NOT ASKED, because there is no Node and only root on Debian can install it" >&2
        exit 77
    fi
fi
work=$top/proxy-daemon/target/judges-mcp
mkdir -p "$work"
cp ./*.json ./*.mjs ../road.mjs ../runtime.mjs "$work"
cd "$work"
# Not `npm ci`: which optional packages a lock names differs between versions of npm.
npm install --silent --no-audit --no-fund
[ -x node/node_modules/node/bin/node ] || npm install --silent --no-audit --no-fund --prefix node node@24.21.0
CULVERT_TOP=$top exec node/node_modules/node/bin/node --test --test-concurrency=1 --test-timeout=120000 "$@" ./*.test.mjs
