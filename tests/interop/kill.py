#!/usr/bin/env python3
"""Kills `users dismiss` and `jobs resume` at random moments, as often as is asked for, and holds the
ledger, the emulator and the summary to each other in the end.

    python3 tests/interop/kill.py PATH-OF-ENTRA-RISK [KILLS] [SEED]

The same as tests/it/settle/kill.rs, for longer than a test may take. It speaks to an emulator that it
starts, and to nothing else.
"""

import json
import os
import random
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections import Counter

N_IDS = 900
MOST_A_JOB = 6
FAULTS = [
    {"fault": "latency", "millis": 20, "operation": "riskyUser.dismiss"},
    {"fault": "reset-after", "probability": 0.1, "operation": "riskyUser.dismiss"},
    {"fault": "reset-before", "probability": 0.05, "operation": "riskyUser.dismiss"},
]


def uuid(index):
    return f"c0000000-0000-4000-8000-{index:012x}"


def member(index):
    return {
        "id": uuid(index),
        "riskLevel": ("low", "medium", "high")[index % 3],
        "riskState": "atRisk",
        "isDeleted": False,
        "isProcessing": False,
        "riskLastUpdatedDateTime": f"2026-11-{1 + index % 20:02}T08:00:00Z",
    }


class Place:
    """An emulator, and a folder for the ledger."""

    def __init__(self, program, n_accounts, folder):
        self.program, self.folder = program, folder
        seed = os.path.join(folder, "seed.json")
        with open(seed, "w") as file:
            json.dump({"entities": {"riskyUsers": [member(index) for index in range(n_accounts)]}}, file)
        command = [program, "serve", "--seed", seed, "--control", "127.0.0.1:0"]
        self.server = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        exports = {}
        while "ENTRA_RISK_TOKEN" not in exports or "ENTRA_RISK_CONTROL" not in exports:
            line = self.server.stdout.readline()
            if not line:
                raise SystemExit("the emulator did not start")
            name, _, value = line.removeprefix("export ").strip().partition("=")
            exports[name] = value.strip("'")
        self.root, self.control = exports["ENTRA_RISK_GRAPH_ROOT"], exports["ENTRA_RISK_CONTROL"]
        self.environment = {"HOME": folder, "XDG_DATA_HOME": folder, "ENTRA_RISK_TOKEN": exports["ENTRA_RISK_TOKEN"]}
        # The other lines are read by nobody.
        self.server.stdout.close()

    def call(self, method, path, body=None):
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(self.control + path, data, {"content-type": "application/json"}, method=method)
        with urllib.request.urlopen(request) as answer:
            return json.load(answer)

    def start(self, *arguments):
        command = [self.program, *arguments, "--format", "json", "--server", self.root]
        pipes = {"stdin": subprocess.DEVNULL, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
        return subprocess.Popen(command, env=self.environment, cwd=self.folder, **pipes, text=True)

    def jobs(self, *arguments):
        command = [self.program, "jobs", *arguments]
        return subprocess.run(command, env=self.environment, cwd=self.folder, capture_output=True, text=True)

    def n_jobs(self):
        listed = self.jobs("list", "--format", "json")
        assert listed.returncode == 0, listed
        found = json.loads(listed.stdout)
        return len(found if isinstance(found, list) else found["jobs"])

    def ids(self):
        """Every id of the job as the ledger has it."""
        exported = self.jobs("export", "1", "--format", "jsonl")
        assert exported.returncode == 0, exported
        return [json.loads(line) for line in exported.stdout.splitlines()]

    def moment(self):
        """Where the job was when it was killed."""
        if self.n_jobs() == 0:
            return "before the job"
        outcomes = Counter(line["outcome"] for line in self.ids())
        if outcomes["planned"] == N_IDS:
            return "before its first call"
        return "during a call" if outcomes["sending"] else "between calls" if outcomes["planned"] else "after its last call"

    def accounts(self):
        """Every account as the emulator has it."""
        after, found = "", []
        while True:
            page = self.call("GET", f"/entities/riskyUsers?top=500{after}")["members"]
            found += page
            if not page:
                return found
            after = f"&after={page[-1]['id']}"


def main():
    program = os.path.abspath(sys.argv[1])
    n_wanted = int(sys.argv[2]) if len(sys.argv) > 2 else 200
    seed = int(sys.argv[3]) if len(sys.argv) > 3 else random.randrange(1 << 32)
    dice = random.Random(seed)
    print(f"seed {seed}")
    begun = time.monotonic()
    n_killed, n_jobs, moments = 0, 0, Counter()
    while n_killed < n_wanted:
        n_jobs += 1
        with tempfile.TemporaryDirectory() as folder:
            place = Place(program, N_IDS, folder)
            try:
                n_killed += one_job(place, dice, moments)
            finally:
                place.server.kill()
                place.server.wait()
        if n_jobs % 10 == 0:
            print(f"{n_jobs} jobs, {n_killed} kills, {time.monotonic() - begun:.0f} s", flush=True)
    print(f"{n_killed} kills of {n_jobs} jobs of {N_IDS} ids: ledger, emulator and summary agree on each id")
    print(", ".join(f"{name}: {n}" for name, n in sorted(moments.items())))


def one_job(place, dice, moments):
    n_killed = 0
    place.call("PUT", "/faults", FAULTS)
    ids = [uuid(index) for index in range(N_IDS)]
    with open(os.path.join(place.folder, "ids.txt"), "w") as file:
        file.write("\n".join(ids))
    while True:
        is_begun = place.n_jobs() > 0
        new = ("users", "dismiss", "--from", "ids.txt", "--yes", "--rate", "40")
        running = place.start(*(("jobs", "resume", "last") if is_begun else new))
        if n_killed < MOST_A_JOB:
            time.sleep(dice.uniform(0.002, 0.6))
            running.kill()
        out, err = running.communicate()
        if running.returncode >= 0:
            break
        n_killed += 1
        moments[place.moment()] += 1
    assert running.returncode == 0, (running.returncode, out, err)
    summary = json.loads(out)
    assert summary["job"] == 1 and summary["counts"]["settled"] == N_IDS, summary
    lines = place.ids()
    assert [line["id"] for line in lines] == ids and {line["outcome"] for line in lines} == {"settled"}
    place.call("PUT", "/faults", [])
    ours = [account for account in place.accounts() if account["id"].startswith("c0000000")]
    assert len(ours) == N_IDS
    assert {(account["riskLevel"], account["riskState"]) for account in ours} == {("none", "dismissed")}
    nobody_twice(place)
    return n_killed


def nobody_twice(place):
    """A call that has its effect is recorded with it, whatever becomes of its answer."""
    done = set()
    requests = place.call("GET", "/requests")["requests"]
    assert len(requests) < 1000, "the emulator forgot some"
    for request in sorted(requests, key=lambda request: request["number"]):
        if request["operation"] != "riskyUser.dismiss" or "body" not in request:
            continue
        for id in json.loads(request["body"])["userIds"]:
            assert id not in done, f"{id} was sent though it had moved"
            if request["status"] == 204 or request["fault"] == "reset-after":
                done.add(id)
    assert len(done) == N_IDS, len(done)


if __name__ == "__main__":
    main()
