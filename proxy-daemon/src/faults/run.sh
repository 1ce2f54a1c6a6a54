#!/usr/bin/env bash
# The fault harness at length:
#   run.sh [FAULTS [SEED]]      Plays so many faults (10,000 unless said), streams 2 GB to a slow client, and takes half an
#                               hour or so.
#   run.sh hostile [--seed N] [--loops N]
#                               Plays hostile guests and clients beside honest ones, in six minutes or so. All meet on one
#                               event loop unless more are wanted.
# To repeat a run that failed, give its count and seed, which it prints.
set -euo pipefail
cd "$(dirname "$0")/../../.."

usage() {
    sed -n '2,8s/^# \{0,1\}//p' "proxy-daemon/src/faults/run.sh" >&2
    exit 2
}

JAVA_HOME=$(./culvert jdk)
export JAVA_HOME
seed=$RANDOM$RANDOM
if [ "${1:-}" = hostile ]; then
    shift
    loops=1
    while [ $# -gt 0 ]; do
        case $1 in
            --seed) seed=${2:?--seed needs a number} ;;
            --loops) loops=${2:?--loops needs a number} ;;
            *) usage ;;
        esac
        shift 2
    done
    tests=FaultPlanTest
    scenes=HostileGuestsIT
    options=(-Dhostile.whole=true "-Dhostile.seed=$seed" "-Dhostile.loops=$loops")
else
    tests=FaultPlanTest,TurnCheckTest,RelayTest
    scenes=FaultsIT,LongStreamIT,StalledReaderIT
    options=("-Dfaults.count=${1:-10000}" "-Dfaults.seed=${2:-$seed}" -Dfaults.stream=2048)
fi
# At length they take longer than the 10 minutes that a test may take elsewhere.
exec mvn -B -ntp verify -pl proxy-daemon -am -Djunit.jupiter.execution.timeout.default=55m \
    -Dtest="$tests" -Dsurefire.failIfNoSpecifiedTests=false \
    -Dit.test="$scenes" -Dfailsafe.failIfNoSpecifiedTests=false "${options[@]}"
