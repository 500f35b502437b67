"""The page of the control address in a real browser: Chromium by WebDriver, Python's library alone.

Run from the root of the project: python3 tests/interop/control.py PROGRAM [FOLDER_FOR_PICTURES]
Needs chromium and chromedriver (Debian: chromium, chromium-driver). Ends with 0 if all holds.
"""
import base64, json, os, pathlib, re, shutil, socket, subprocess, sys, tempfile, time, urllib.error, urllib.request

PROGRAM = sys.argv[1]
PICTURES = pathlib.Path(sys.argv[2] if len(sys.argv) > 2 else tempfile.mkdtemp())
HOSTILE = "<script>document.title='owned'</script><img src=x onerror=\"document.title='owned'\">"
CHROMIUM = ["--headless=new", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-sync",
            "--disable-background-networking", "--disable-component-update", "--force-device-scale-factor=1"]
TAB, SPACE, ENTER = "\ue004", " ", "\ue007"
direct = urllib.request.build_opener(urllib.request.ProxyHandler({}))


def call(method, url, body=None, headers=(), timeout=40):
    data = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(url, data, {"Content-Type": "application/json", **dict(headers)}, method=method)
    try:
        with direct.open(request, timeout=timeout) as answer:
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as error:
        return error.code, error.read().decode()


def until(what, test, seconds=15):
    """Asks again and again, since a browser answers when it likes."""
    end = time.monotonic() + seconds
    while True:
        found = test()
        if found:
            return found
        if time.monotonic() > end:
            raise AssertionError(f"did not happen within {seconds} s: {what}")
        time.sleep(0.05)


class Browser:
    def __init__(self):
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        self.profile = tempfile.mkdtemp()
        self.driver = subprocess.Popen(["chromedriver", f"--port={port}"], stdout=subprocess.DEVNULL)
        self.at = f"http://127.0.0.1:{port}"
        until("chromedriver is ready", self.ready)
        options = {"args": CHROMIUM + [f"--user-data-dir={self.profile}", "--window-size=1400,1500"]}
        wanted = {"browserName": "chrome", "goog:chromeOptions": options, "goog:loggingPrefs": {"browser": "ALL"}}
        answer = self.send("POST", "/session", {"capabilities": {"alwaysMatch": wanted}})
        self.at += "/session/" + answer["sessionId"]

    def ready(self):
        try:
            return self.send("GET", "/status")["ready"]
        except OSError:
            return False

    def send(self, method, path, body=None):
        status, text = call(method, self.at + path, body)
        value = json.loads(text)["value"]
        assert status == 200, value
        return value

    def run(self, script, *arguments):
        return self.send("POST", "/execute/sync", {"script": script, "args": list(arguments)})

    def press(self, key):
        keys = [{"type": "keyDown", "value": key}, {"type": "keyUp", "value": key}]
        self.send("POST", "/actions", {"actions": [{"type": "key", "id": "keyboard", "actions": keys}]})

    def text(self, of):
        return self.run("return document.querySelector(arguments[0])?.innerText ?? ''", of)

    def tab_to(self, name):
        """Goes by keyboard alone, and sees to it that the way is shown."""
        self.run("document.activeElement.blur()")
        for _ in range(80):
            self.press(TAB)
            name_now, tag, outline = self.run(
                "const one = document.activeElement; return [one.id, one.tagName, getComputedStyle(one).outlineStyle]")
            # From the last to the first it goes by way of the page itself.
            assert outline != "none" or tag == "BODY", f"the focus cannot be seen on {tag} {name_now}"
            if name_now == name:
                return
        raise AssertionError(f"{name} cannot be reached by keyboard")

    def picture(self, name, scheme, width=1400):
        media = {"media": "screen", "features": [{"name": "prefers-color-scheme", "value": scheme}]}
        self.send("POST", "/goog/cdp/execute", {"cmd": "Emulation.setEmulatedMedia", "params": media})
        size = {"width": width, "height": 1500, "deviceScaleFactor": 1, "mobile": False}
        self.send("POST", "/goog/cdp/execute", {"cmd": "Emulation.setDeviceMetricsOverride", "params": size})
        PICTURES.mkdir(parents=True, exist_ok=True)
        (PICTURES / f"{name}.png").write_bytes(base64.b64decode(self.send("GET", "/screenshot")))
        overflows = self.run("return document.documentElement.scrollWidth > innerWidth")
        assert not overflows, f"{name}: the page is wider than its window"
        colours = self.run("const of = getComputedStyle(document.body); return [of.backgroundColor, of.color]")
        return [sum(int(part) for part in re.findall(r"\d+", colour)[:3]) for colour in colours]

    def close(self):
        try:
            self.send("DELETE", "")
        finally:
            self.driver.terminate()
            self.driver.wait()
            shutil.rmtree(self.profile, ignore_errors=True)


def proof(browser, api, control, token):
    bearer = {"Authorization": f"Bearer {token}"}
    sets = json.loads(call("GET", control + "/entities")[1])["sets"]
    # A set of whose members one can be dismissed.
    of = next(one["name"] for one in sets if one["name"] == "riskyUsers" and one["members"] > 1)
    first = json.loads(call("GET", f"{control}/entities/{of}?top=1")[1])["members"][0]
    name = next(key for key, value in first.items() if isinstance(value, str) and key.lower().endswith("displayname"))
    status, answer = call("POST", f"{control}/entities/{of}", {"id": "00000000-0000-4000-8000-000000000000", name: HOSTILE})
    assert status == 201, answer

    browser.send("POST", "/url", {"url": f"{control}/?set={of}"})
    members = browser.text("#members")
    assert first["id"] in members and len(members.splitlines()) > 2, members
    assert HOSTILE in members, "a hostile name is shown as text"
    assert browser.run("return document.title") == "entra-risk emulator", "a hostile name was run"
    print("members are shown, hostile names as text")

    until("the page is live", lambda: browser.text("#state") == "live")
    status, _ = call("GET", f"{api}/{of}", headers=bearer)
    assert status == 200, status
    call("POST", f"{api}/{of}/dismiss", {"userIds": ["no id"]}, bearer)
    shown = until("a request shows up by itself", lambda: "limit" in (text := browser.text("#requests")) or "GUID" in text)
    text = browser.text("#requests")
    assert shown and "as documented" in text and "wrong" in text and "openapi/" in text, text
    print("requests show up by themselves, with verdict, fact and line")

    browser.tab_to("switch-unavailable")
    browser.press(SPACE)
    state = "return document.getElementById('switch-unavailable')?.ariaChecked"
    until("the fault is on", lambda: browser.run(state) == "true")
    status, _ = call("GET", f"{api}/{of}", headers=bearer)
    assert status == 503, f"the fault does not strike: {status}"
    until("the page counts", lambda: "struck 1 time" in browser.text("#faults"))
    pictures = {scheme: browser.picture(scheme, scheme) for scheme in ("light", "dark")}
    assert pictures["light"][0] > 600 > 200 > pictures["light"][1], pictures
    assert pictures["dark"][0] < 200 < 600 < pictures["dark"][1], pictures
    browser.picture("narrow", "light", 420)
    print(f"light, dark and narrow are drawn: {PICTURES}")
    browser.tab_to("switch-unavailable")
    browser.press(ENTER)
    until("the fault is off", lambda: browser.run(state) == "false")
    assert call("GET", f"{api}/{of}", headers=bearer)[0] == 200
    print("a fault is switched on and off by keyboard alone")

    log = [entry for entry in browser.send("POST", "/se/log", {"type": "browser"}) if entry["level"] == "SEVERE"]
    assert not log, log

    browser.send("POST", "/goog/cdp/execute", {"cmd": "Emulation.setScriptExecutionDisabled", "params": {"value": True}})
    browser.send("POST", "/url", {"url": f"{control}/?set={of}"})
    assert browser.text("#state") == "reload to see what is new", "script is off"
    assert first["id"] in browser.text("#members") and "wrong" in browser.text("#requests")
    browser.tab_to("switch-html")
    browser.press(SPACE)
    until("a form is sent without script", lambda: "struck 0 times" in browser.text("#faults"))
    print("without script the page says and does the same")


def main():
    serve = [PROGRAM, "serve", "--listen", "127.0.0.1:0", "--control", "127.0.0.1:0"]
    environment = {key: value for key, value in os.environ.items() if not key.lower().endswith("_proxy")}
    emulator = subprocess.Popen(serve, stdout=subprocess.PIPE, text=True, env=environment)
    try:
        exported = {}
        for line in emulator.stdout:
            if found := re.match(r"export (\w+)=(\S+)", line):
                exported[found[1]] = found[2].strip("'\"")
            if "ENTRA_RISK_CONTROL" in exported and "ENTRA_RISK_TOKEN" in exported:
                break
        browser = Browser()
        try:
            proof(browser, exported["ENTRA_RISK_BASE_URL_BETA"], exported["ENTRA_RISK_CONTROL"], exported["ENTRA_RISK_TOKEN"])
        finally:
            browser.close()
    finally:
        emulator.terminate()
        emulator.wait()
    print("ok")


main()
