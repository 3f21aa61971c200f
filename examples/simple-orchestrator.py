#!/usr/bin/env python3
"""A small orchestrator: a pool of agents, each with a capacity; the most urgent issue first.

    simple-orchestrator.py                   dispatch until interrupted, then finish what runs
    simple-orchestrator.py --once            work off what can be done now, then end
    simple-orchestrator.py --work './work.sh "$JIT_ISSUE_ID"' --agent agent:big:4 --agent agent:small:1

Needs Python 3.9 and nothing else. The command of --work runs once for each issue, with JIT_ISSUE_ID,
JIT_ISSUE_TITLE and JIT_AGENT in its environment; exit status 0 means that the issue is done.
"""

import argparse
import json
import os
import signal
import subprocess
import sys
import time
from dataclasses import dataclass, field

PRIORITIES = ["critical", "high", "normal", "low"]
# Exit codes of a claim that say: take another. Blocked meanwhile, held by another, contended.
LOST = {4, 5, 7}


@dataclass
class Agent:
    """One of the pool: so many issues at a time."""

    name: str
    capacity: int
    running: dict = field(default_factory=dict)  # issue id -> process

    @property
    def free(self):
        return self.capacity - len(self.running)


def jit(*args, agent=None):
    """Runs jit, as an agent if one is given."""
    environment = {**os.environ, "JIT_AGENT": agent} if agent else None
    return subprocess.run(["jit", *args], env=environment, capture_output=True, text=True)


def say(*words):
    print(time.strftime("%T"), *words, flush=True)


class Orchestrator:
    def __init__(self, agents, work):
        self.agents = agents
        self.work = work
        self.failed = set()  # Left to others, or to the next start.
        self.stopping = False

    def stop(self, *_):
        self.stopping = True

    def ready(self):
        """What can be claimed, the most urgent first and then the oldest."""
        answer = jit("query", "ready", "--json")
        if answer.returncode != 0:
            say("cannot look:", answer.stderr.strip() or answer.stdout.strip())
            return []
        issues = json.loads(answer.stdout)["issues"]
        issues.sort(key=lambda issue: (PRIORITIES.index(issue["priority"]), issue["created_at"], issue["id"]))
        return [issue for issue in issues if issue["id"] not in self.failed]

    def dispatch(self):
        """Gives ready issues to agents that have room, those with most room first."""
        for issue in self.ready():
            agent = max(self.agents, key=lambda agent: agent.free)
            if agent.free <= 0:
                return
            claim = jit("issue", "claim", issue["id"], agent.name)
            if claim.returncode == 0:
                self.start(agent, issue)
            elif claim.returncode not in LOST:
                say("cannot claim", issue["id"], claim.stderr.strip())

    def start(self, agent, issue):
        environment = {
            **os.environ,
            "JIT_ISSUE_ID": issue["id"],
            "JIT_ISSUE_TITLE": issue["title"],
            "JIT_AGENT": agent.name,
        }
        # A session of its own: Ctrl-C asks the orchestrator to end, not the work.
        process = subprocess.Popen(self.work, shell=True, env=environment, start_new_session=True)
        agent.running[issue["id"]] = process
        say(agent.name, "started", issue["id"], issue["priority"], issue["title"])

    def reap(self):
        """Finishes or gives back what has ended. Whether anything had."""
        ended = [
            (agent, issue, process.returncode)
            for agent in self.agents
            for issue, process in agent.running.items()
            if process.poll() is not None
        ]
        for agent, issue, status in ended:
            del agent.running[issue]
            if status == 0:
                done = jit("issue", "update", issue, "--state", "done", agent=agent.name)
                say(agent.name, "finished" if done.returncode == 0 else "is not done yet with", issue)
            else:
                self.failed.add(issue)
                jit("issue", "release", issue, f"exit status {status}", agent=agent.name)
                say(agent.name, "released", issue, "exit status", status)
        return bool(ended)

    @property
    def busy(self):
        return any(agent.running for agent in self.agents)

    def run(self, once, interval):
        look_at = 0.0
        while self.busy or not self.stopping:
            # Something that ended may have freed room, or what waited for it.
            if self.reap() or time.monotonic() >= look_at:
                if not self.stopping:
                    self.dispatch()
                look_at = time.monotonic() + interval
                if once and not self.busy:
                    return
            time.sleep(0.1)


def agent(text):
    name, _, capacity = text.rpartition(":")
    if ":" not in name or not capacity.isdigit() or int(capacity) == 0:
        raise argparse.ArgumentTypeError(f"{text!r} is not kind:name:capacity")
    return Agent(name, int(capacity))


def main():
    parser = argparse.ArgumentParser(description="Dispatch ready issues to a pool of agents.")
    parser.add_argument("--once", action="store_true", help="work off what can be done now, then end")
    parser.add_argument("--interval", type=float, default=5, help="seconds until it looks again")
    parser.add_argument("--work", default="sleep 1", help="the command that does an issue")
    parser.add_argument("--agent", type=agent, action="append", metavar="KIND:NAME:CAPACITY")
    options = parser.parse_args()
    agents = options.agent or [Agent("agent:python-1", 2), Agent("agent:python-2", 1)]
    orchestrator = Orchestrator(agents, options.work)
    signal.signal(signal.SIGINT, orchestrator.stop)
    signal.signal(signal.SIGTERM, orchestrator.stop)
    orchestrator.run(options.once, options.interval)


if __name__ == "__main__":
    sys.exit(main())
