#!/usr/bin/env bash
# Prints the commands of a page that a test script runs as they are: its blocks marked ```sh tested-by=SCRIPT.
#
#   blocks.sh PAGE SCRIPT    both as paths from the top of the source tree
#
# Fails if the page has no such block.
set -euo pipefail
top=$(cd "$(dirname "${BASH_SOURCE[0]}")/../../../.." && pwd)
awk -v "begin=\`\`\`sh tested-by=$2" '
    { line = $0; sub(/^ +/, "", line) }
    inside && line == "```" { inside = 0; print "" }
    inside { print }
    line == begin { inside = 1; found = 1 }
    END { exit !found }' "$top/$1" || { echo "$1 has no block that $2 runs" >&2; exit 1; }
