"""Chromium without a window, driven by its own protocol over two pipes: nothing else is needed."""

import base64
import json
import os
import select
import subprocess
import tempfile


class Browser:
    def __init__(self):
        self.profile = tempfile.TemporaryDirectory(prefix="pkgkiln-web.", ignore_cleanup_errors=True)
        reading, sends = os.pipe()
        receives, writing = os.pipe()
        # The protocol is spoken on descriptors 3 and 4. As root there is no sandbox, and a container
        # has little shared memory; the pages are ours.
        command = ('exec chromium --headless=new --remote-debugging-pipe --no-sandbox --disable-gpu '
                   '--disable-dev-shm-usage --no-first-run --disable-extensions --disable-background-networking '
                   f'--user-data-dir="$0" about:blank 3<&{reading} 4>&{writing} >"$0/log" 2>&1')
        self.process = subprocess.Popen(["bash", "-c", command, self.profile.name], pass_fds=[reading, writing],
                                        stdin=subprocess.DEVNULL, start_new_session=True)
        os.close(reading)
        os.close(writing)
        self.sends, self.receives = os.fdopen(sends, "wb"), os.fdopen(receives, "rb")
        self.unread, self.number, self.session = b"", 0, None
        self.requests, self.errors, self.loaded = [], [], 0
        target = self.call("Target.createTarget", url="about:blank")["targetId"]
        self.session = self.call("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        for domain in ("Page", "Runtime", "Log", "Network"):
            self.call(domain + ".enable")

    def __enter__(self):
        return self

    def __exit__(self, *_):
        try:
            self.session = None
            self.call("Browser.close")
            self.process.wait(10)
        except (OSError, EOFError, subprocess.TimeoutExpired):
            os.killpg(self.process.pid, 9)
            self.process.wait()
        self.profile.cleanup()

    def message(self):
        while b"\0" not in self.unread:
            if not select.select([self.receives], [], [], 60)[0]:
                raise EOFError("Chromium said nothing for a minute")
            piece = self.receives.read1(1 << 20)
            if not piece:
                with open(os.path.join(self.profile.name, "log"), encoding="utf-8", errors="replace") as log:
                    raise EOFError("Chromium ended; its last words:\n" + log.read()[-2000:])
            self.unread += piece
        text, self.unread = self.unread.split(b"\0", 1)
        return json.loads(text)

    def take(self):
        """The next message; of those that tell something on their own, what is looked at."""
        message = self.message()
        method, params = message.get("method"), message.get("params", {})
        if method == "Network.requestWillBeSent":
            self.requests.append(params["request"]["url"])
        elif method == "Runtime.exceptionThrown":
            self.errors.append(params["exceptionDetails"].get("text", "") + str(params["exceptionDetails"].get("exception", "")))
        elif method == "Log.entryAdded" and params["entry"]["level"] in ("error", "warning"):
            self.errors.append(params["entry"]["text"])
        elif method == "Runtime.consoleAPICalled" and params["type"] in ("error", "warning", "assert"):
            self.errors.append(str(params["args"]))
        elif method == "Page.loadEventFired":
            self.loaded += 1
        return message

    def call(self, method, **params):
        self.number += 1
        message = {"id": self.number, "method": method, "params": params}
        if self.session:
            message["sessionId"] = self.session
        self.sends.write(json.dumps(message).encode() + b"\0")
        self.sends.flush()
        while (answer := self.take()).get("id") != self.number:
            pass
        if "error" in answer:
            raise RuntimeError(f"{method}: {answer['error']}")
        return answer["result"]

    def look(self, width, height=900, dark=False, scripts=True):
        self.call("Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=1, mobile=width < 500)
        self.call("Emulation.setEmulatedMedia", features=[{"name": "prefers-color-scheme", "value": "dark" if dark else "light"}])
        self.call("Emulation.setScriptExecutionDisabled", value=not scripts)

    def open(self, url):
        before = self.loaded
        failure = self.call("Page.navigate", url=url).get("errorText")
        if failure:
            raise RuntimeError(f"{url}: {failure}")
        while self.loaded == before:
            self.take()

    def js(self, expression):
        result = self.call("Runtime.evaluate", expression=expression, returnByValue=True, awaitPromise=True)
        if "exceptionDetails" in result:
            raise RuntimeError(f"{expression}: {result['exceptionDetails']}")
        return result["result"].get("value")

    def press(self, key, text=""):
        codes = {"Tab": 9, "Enter": 13, " ": 32}
        params = {"key": key, "windowsVirtualKeyCode": codes.get(key, ord(key[0])), "text": text or ("\r" if key == "Enter" else "")}
        self.call("Input.dispatchKeyEvent", type="keyDown", **params)
        self.call("Input.dispatchKeyEvent", type="keyUp", key=key)

    def screenshot(self, path, whole=True):
        shot = self.call("Page.captureScreenshot", captureBeyondViewport=whole)
        with open(path, "wb") as file:
            file.write(base64.b64decode(shot["data"]))
