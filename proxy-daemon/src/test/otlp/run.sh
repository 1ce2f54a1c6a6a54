#!/usr/bin/env bash
# Decodes the spans that TracingTest kept in target/otlp with OpenTelemetry's own package, which refuses unknown fields
# and wrong types. Run it after `mvn package`. Exits with 77 where Python cannot install that package.
set -euo pipefail
cd "$(dirname "$0")/../../.."

venv=target/otlp-venv
if ! { python3 -m venv "$venv" && "$venv/bin/pip" install -q opentelemetry-proto==1.45.0; } 2> /dev/null; then
    echo "otlp: NOT CHECKED, because Python cannot install opentelemetry-proto" >&2
    exit 77
fi
"$venv/bin/python" src/test/otlp/decode.py target/otlp/*.json
