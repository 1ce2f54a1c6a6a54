#!/usr/bin/env bash
# Runs the fault harness in full; `mvn verify` runs a short form.
#   run.sh [FAULTS [SEED]]      Plays FAULTS faults (10,000 by default) and streams 2 GB to a slow client. Takes about
#                               half an hour.
#   run.sh hostile [--seed N] [--loops N]
#                               Runs hostile guests and clients beside honest ones for about six minutes, on one event
#                               loop or on N.
#   run.sh kills [KILLS [SEED]] Kills a program that writes to its state_dir KILLS times (300 by default), and checks that
#                               nothing is lost that was acknowledged. Takes about five minutes.
#   run.sh flows [--kills N] [--seed N]
#                               Kills a daemon 200 times, or N, while it runs flows of 20 steps, and lets whoever is asked
#                               count what was done: each side effect once, or somebody is asked about the step. Takes
#                               ten minutes.
#   run.sh storm [--agents N] [--seed N]
#                               Lets 5,000 agents, or N, lose the daemon at once: first because it is killed, then because
#                               their links end. Measures how they come back. Takes about three minutes.
#   run.sh racer [TRIES [SEED]] Lets the tools for files read and write TRIES times (1,000,000 by default), in each of the
#                               ways in which they open files, while a thread swaps names for links that lead out. Takes
#                               about three minutes.
#   run.sh codex [COMMANDS [SEED]]
#                               Compares what a policy decides about COMMANDS commands (100,000 by default) with
#                               `codex execpolicy check` 0.171.0: the program that CULVERT_CODEX names, or the codex in PATH.
# A run prints its count and seed. Pass both to repeat it.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."

usage() {
    sed -n '2,23s/^# \{0,1\}//p' proxy-daemon/faults/run.sh >&2
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
elif [ "${1:-}" = storm ]; then
    shift
    agents=5000
    while [ $# -gt 0 ]; do
        case $1 in
            --agents) agents=${2:?--agents needs a number} ;;
            --seed) seed=${2:?--seed needs a number} ;;
            *) usage ;;
        esac
        shift 2
    done
    tests=SlotsTest
    scenes=StormIT
    options=("-Dstorm.agents=$agents" "-Dstorm.seed=$seed")
elif [ "${1:-}" = flows ]; then
    shift
    kills=200
    while [ $# -gt 0 ]; do
        case $1 in
            --kills) kills=${2:?--kills needs a number} ;;
            --seed) seed=${2:?--seed needs a number} ;;
            *) usage ;;
        esac
        shift 2
    done
    exec mvn -B -ntp test -pl proxy-daemon -am -Dtest=FlowsKillTest -Dsurefire.failIfNoSpecifiedTests=false \
        -Djunit.jupiter.execution.timeout.default=55m "-Dflows.kills=$kills" "-Dflows.seed=$seed"
elif [ "${1:-}" = racer ]; then
    [[ ${2:-0} =~ ^[0-9]+$ ]] || usage
    exec mvn -B -ntp test -pl proxy-core -am -Dtest=EscapeTest -Dsurefire.failIfNoSpecifiedTests=false \
        -Djunit.jupiter.execution.timeout.default=55m "-Dculvert.racer=${2:-1000000}" "-Dculvert.seed=${3:-$seed}"
elif [ "${1:-}" = codex ]; then
    [[ ${2:-0} =~ ^[0-9]+$ ]] || usage
    CULVERT_CODEX=${CULVERT_CODEX:-$(command -v codex || true)}
    if [ -z "$CULVERT_CODEX" ]; then
        echo "run.sh: there is no codex in PATH: set CULVERT_CODEX to the program (npm install @openai/codex@0.171.0)" >&2
        exit 2
    fi
    export CULVERT_CODEX CULVERT_CODEX_COMMANDS=${2:-100000}
    exec mvn -B -ntp test -pl proxy-core -am -Dtest=CodexAgreementTest -Dsurefire.failIfNoSpecifiedTests=false \
        -Djunit.jupiter.execution.timeout.default=55m "-Dculvert.seed=${3:-$seed}"
elif [ "${1:-}" = kills ]; then
    [[ ${2:-0} =~ ^[0-9]+$ ]] || usage
    tests=FaultPlanTest
    scenes=KillsIT
    options=("-Dkills.count=${2:-300}" "-Dkills.seed=${3:-$seed}")
else
    [[ ${1:-0} =~ ^[0-9]+$ ]] || usage
    tests=FaultPlanTest,TurnCheckTest,RelayTest
    scenes=FaultsIT,LongStreamIT,StalledReaderIT
    options=("-Dfaults.count=${1:-10000}" "-Dfaults.seed=${2:-$seed}" -Dfaults.stream=2048)
fi
# The full form takes longer than the 10 minutes that a test may usually take.
exec mvn -B -ntp verify -pl proxy-daemon/faults -am -Djunit.jupiter.execution.timeout.default=55m \
    -Dtest="$tests" -Dsurefire.failIfNoSpecifiedTests=false \
    -Dit.test="$scenes" -Dfailsafe.failIfNoSpecifiedTests=false "${options[@]}"
