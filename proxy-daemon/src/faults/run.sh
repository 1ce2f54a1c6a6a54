#!/usr/bin/env bash
# The fault harness at length:  run.sh [FAULTS [SEED]]
# Plays so many faults (10,000 unless said), streams 2 GB to a slow client, and takes half an hour or so. To repeat a run
# that failed, give its count and seed, which stand in what it prints.
set -euo pipefail
cd "$(dirname "$0")/../../.."

JAVA_HOME=$(./culvert jdk)
export JAVA_HOME
exec mvn -B -ntp verify -pl proxy-daemon -am -Dtest='FaultPlanTest,TurnCheckTest,RelayTest' -Dsurefire.failIfNoSpecifiedTests=false \
    -Dit.test='FaultsIT,LongStreamIT,StalledReaderIT' -Dfailsafe.failIfNoSpecifiedTests=false \
    -Dfaults.count="${1:-10000}" -Dfaults.seed="${2:-$RANDOM$RANDOM}" -Dfaults.stream=2048
