"""Programs of others against the emulator: the Python SDK and the npm client of Microsoft Graph, and Schemathesis.

Run from the root of the project: python3 tests/interop/clients.py PROGRAM FOLDER [NAME ... | --install]
Installs into FOLDER what requirements.txt and npm/package-lock.json pin. Each proof runs twice, on
an emulator of its own: it must hold, and it must not hold where the emulator has a fault. With
--install none runs. Needs Python 3.11, node 20 and npm. Ends with 0 if all does.
"""
import concurrent.futures, os, pathlib, re, shlex, shutil, subprocess, sys, time

HERE = pathlib.Path(__file__).parent.resolve()
PROGRAM, FOLDER = (pathlib.Path(argument).resolve() for argument in sys.argv[1:3])
VENV, NPM = FOLDER / "venv", FOLDER / "npm"
SCHEMATHESIS = [VENV / "bin/schemathesis", "--config-file", HERE / "schemathesis/schemathesis.toml",
                "run", HERE.parents[1] / "openapi/beta.yaml", "--no-color"]

# Name, command, with the fault that it must see: the same or a quicker command, and what it says then.
PROOFS = [
    ("msgraph-sdk for Python", [VENV / "bin/python", HERE / "msgraph/proof.py"],
     "no-effect", [], "is not confirmedCompromised"),
    ("npm client", ["node", NPM / "proof.mjs"],
     "no-effect", [], "-   'confirmedCompromised'"),
    ("schemathesis", SCHEMATHESIS,
     "html,operation=*.get,times=1", ["--phases", "coverage"], "Server error"),
]


def run(command, environment=None, cwd=None):
    # Each ends by itself; the bound is for a server that keeps it waiting.
    done = subprocess.run([str(part) for part in command], stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                          env=environment, cwd=cwd, text=True, errors="replace", timeout=300)
    return done.returncode, done.stdout


def install():
    """What is there already, from the same pins, stays."""
    def once(folder, pins, *steps):
        stamp, wanted = folder / "pins.txt", "".join(pin.read_text() for pin in pins)
        if stamp.exists() and stamp.read_text() == wanted:
            return
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        for step in steps:
            code, said = run(step, cwd=folder)
            assert code == 0, said
        stamp.write_text(wanted)

    pins, packages = HERE / "requirements.txt", [HERE / "npm/package.json", HERE / "npm/package-lock.json"]
    with concurrent.futures.ThreadPoolExecutor() as both:
        # Thousands of modules are in the SDK: those that are used are compiled when they are.
        python = both.submit(once, VENV, [pins], [sys.executable, "-m", "venv", "--without-pip", VENV],
                             [sys.executable, "-m", "pip", "--python", VENV / "bin/python", "install", "--quiet",
                              "--no-compile", "--only-binary", ":all:", "-r", pins])
        npm = both.submit(once, NPM, packages, ["cp", *packages, NPM],
                          ["npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund"])
        python.result(), npm.result()
    # Node looks for packages beside the file, and nowhere else.
    shutil.copy(HERE / "npm/proof.mjs", NPM)


def proof(command, *faults):
    """What the command ends with and says, on an emulator of its own."""
    ours = {key: value for key, value in os.environ.items()
            if not key.lower().endswith("_proxy") and not key.startswith(("AZURE_", "ENTRA_RISK_"))}
    serve = [str(PROGRAM), "serve", "--tls", "--users", "130", *(part for fault in faults for part in ("--fault", fault))]
    emulator = subprocess.Popen(serve, stdout=subprocess.PIPE, text=True, env=ours)
    try:
        exported = {}
        for line in emulator.stdout:
            if found := re.match(r"export (\w+)=(.*)", line):
                exported[found[1]] = shlex.split(found[2])[0]
            if "ENTRA_RISK_CA_FILE" in exported:
                break
        authority = exported["ENTRA_RISK_CA_FILE"]
        trust = dict.fromkeys(("SSL_CERT_FILE", "REQUESTS_CA_BUNDLE", "NODE_EXTRA_CA_CERTS"), authority)
        return run(command, {**ours, **exported, **trust}, FOLDER)
    finally:
        emulator.terminate()
        emulator.wait()


def judge(name, command, fault, quicker, says):
    """What became of one proof, and all that was said where it failed."""
    start = time.monotonic()
    code, said = proof(command)
    if code == 0:
        code, said = proof([*command, *quicker], fault)
        seen = code != 0 and says in said
        outcome, said = ("ok", "") if seen else (f"does not see the fault {fault}", said)
    else:
        outcome = "failed"
    return outcome == "ok", f"{name}: {outcome}, {time.monotonic() - start:.0f} s\n{said}"


def main():
    start = time.monotonic()
    install()
    print(f"installed in {time.monotonic() - start:.0f} s", flush=True)
    if sys.argv[3:] == ["--install"]:
        return
    wanted = [one for one in PROOFS if one[0] in sys.argv[3:] or not sys.argv[3:]]
    with concurrent.futures.ThreadPoolExecutor() as together:
        done = list(together.map(lambda one: judge(*one), wanted))
    print("".join(said for _, said in done), end="")
    sys.exit(0 if done and all(held for held, _ in done) else 1)


main()
