#!/usr/bin/env bash
# The smallest orchestrator that is of use: one agent, one issue at a time.
#
#   bash-orchestrator.sh           look for ready issues until it is interrupted
#   bash-orchestrator.sh --once    work off what can be done now, then end
#
# Environment:
#   AGENT   who works, as kind:name            [agent:bash-worker]
#   POLL    seconds until it looks again       [5]
#   WORK    what does an issue: it finds the id in JIT_ISSUE_ID, and 0 means done  [sleep 1]
set -euo pipefail

AGENT=${AGENT:-agent:bash-worker}
POLL=${POLL:-5}
WORK=${WORK:-sleep 1}

# Everything below acts as this agent: it may finish and release what it holds.
export JIT_AGENT=$AGENT

stopping=
trap 'stopping=yes' INT TERM

# Issues that failed here are left to others, or to the next start.
failed=" "

say() {
    echo "$(date +%T) $*"
}

# The ids of what is ready, most urgent first.
ready() {
    if command -v jq > /dev/null; then
        jit query ready --json | jq -r '.issues[].id'
    else
        jit query ready --quiet
    fi
}

# Takes one issue from claim to end. Fails if there was nothing to do for us.
work_on() {
    local id=$1 status=0
    jit issue claim "$id" "$AGENT" --quiet > /dev/null 2>&1 || status=$?
    case $status in
        0) say "claimed $id" ;;
        4 | 5 | 7) return 1 ;; # It is blocked meanwhile, or somebody was faster.
        *) say "cannot claim $id: jit exited with $status"; return 1 ;;
    esac
    JIT_ISSUE_ID=$id bash -c "$WORK" || status=$?
    if [ "$status" -eq 0 ]; then
        # With gates pending it is now gated, and whoever passes the last gate completes it.
        jit issue update "$id" --state done --quiet > /dev/null || say "$id is not done yet"
        say "finished $id"
    else
        failed="$failed$id "
        jit issue release "$id" "exit status $status" --quiet > /dev/null
        say "released $id: exit status $status"
    fi
}

while [ -z "$stopping" ]; do
    worked=
    for id in $(ready); do
        [ -z "$stopping" ] || break
        case $failed in *" $id "*) continue ;; esac
        # Looking again after each: what this one blocked may be more urgent than the rest.
        if work_on "$id"; then worked=yes; break; fi
    done
    [ -z "$worked" ] || continue
    [ "${1:-}" != --once ] || break
    # In the background, so that a signal ends the wait.
    sleep "$POLL" &
    wait $! || true
done
