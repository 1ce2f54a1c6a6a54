#!/usr/bin/env bash
# Lets OpenAI's Codex and Anthropic's Claude Code, unmodified, do a small task through Culvert, also while parts of it fail.
# Then they call a tool that `culvert mcp install` gave them. They take 1 GB of disk, so `.ci/run` calls this only with CI_HARNESSES=1. Run it after `mvn package`.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"
top=$(cd ../../../.. && pwd)
# Installs Node, and puts the scripts into target/judges.
./run.sh --install || exit $?
work=$top/proxy-daemon/target/judges
cd "$work"
PATH=$work/node/node_modules/node/bin:$PATH
export PATH CULVERT_TOP=$top
npm install --silent --no-audit --no-fund --prefix harnesses @openai/codex@0.171.0 @anthropic-ai/claude-code@2.1.332
# A policy's rules about commands decide as Codex's own do: 100,000 of them, where the build compares 1,000.
(cd "$top" && CULVERT_CODEX=$work/harnesses/node_modules/.bin/codex CULVERT_CODEX_COMMANDS=100000 \
    mvn -B -ntp -q -Dspotless.check.skip -pl proxy-core -am test -Dtest=CodexAgreementTest -Dsurefire.failIfNoSpecifiedTests=false)
exec node --test --test-concurrency=1 ./harnesses.mjs
