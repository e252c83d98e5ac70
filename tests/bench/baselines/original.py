"""The baseline "original": how Vieter's first builder did it, over Docker's API.

A builder image in each run; a container for each target, which clones, asks the server and
publishes from inside; both looked at every five seconds until they have ended.
"""

import base64
import json
import time
import urllib.parse
import urllib.request

POLL = 5  # seconds
BOOTSTRAP = """pacman -Syu --needed --noconfirm base-devel git
groupadd -g 1000 builder
useradd -mg builder builder
echo 'builder ALL=(ALL) NOPASSWD: ALL' >> /etc/sudoers
mkdir /build
chown -R builder:builder /build
"""
BUILD = """git clone --single-branch --depth 1 --branch {branch} {url} repo
cd repo
makepkg --nobuild --nodeps
source PKGBUILD
curl --head --fail {address}/$pkgname-$pkgver-$pkgrel-$(uname -m).pkg.tar.zst && exit 0
MAKEFLAGS="-j$(nproc)" makepkg -s --noconfirm --needed && for pkg in $(ls -1 *.pkg*); do \
curl -XPOST -T "$pkg" -H "X-API-KEY: $API_KEY" {address}/publish; done
"""


class Original:
    def __init__(self, engine, base_image, instance):
        self.engine, self.base_image = engine, base_image
        self.labels = {"io.pkgkiln.instance": instance}

    def create(self, body):
        body["Labels"] = self.labels
        body["HostConfig"] = {"ExtraHosts": [f"fixtures.test:{self.engine.host_address}"]}
        return self.engine.call("POST", "/containers/create", body)["Id"]

    def run(self, container):
        self.engine.call("POST", f"/containers/{container}/start")
        while self.engine.call("GET", f"/containers/{container}/json")["State"]["Running"]:
            time.sleep(POLL)

    def make_image(self):
        name, _, tag = self.base_image.rpartition(":")
        query = urllib.parse.urlencode({"fromImage": name, "tag": tag})
        self.engine.call("POST", f"/images/create?{query}")
        container = self.create({
            "Image": self.base_image, "Env": ["BUILD_SCRIPT=" + encoded(BOOTSTRAP)],
            "Entrypoint": ["/bin/sh", "-c"], "Cmd": ["echo $BUILD_SCRIPT | base64 -d | /bin/sh -e"]})
        self.run(container)
        tag = str(time.monotonic_ns())
        image = self.engine.call("POST", f"/commit?container={container}&repo=bench-original&tag={tag}")
        self.engine.call("DELETE", f"/containers/{container}")
        return image["Id"]

    def remove_image(self, image):
        self.engine.call("DELETE", f"/images/{image}?force=1")

    def build(self, image, server, key):
        """Builds what the server lists, one after the other."""
        request = urllib.request.Request(server.url + "/api/repos", headers={"X-Api-Key": key})
        with urllib.request.urlopen(request) as response:
            targets = json.load(response)
        address = f"http://fixtures.test:{server.port}"
        for target in targets:
            script = BUILD.format(address=address, **target)
            container = self.create({
                "Image": image, "Env": ["BUILD_SCRIPT=" + encoded(script), "API_KEY=" + key],
                "Entrypoint": ["/bin/sh", "-c"], "WorkingDir": "/build", "User": "builder:builder",
                "Cmd": ["echo $BUILD_SCRIPT | base64 -d | /bin/bash -e"]})
            self.run(container)
            self.engine.call("DELETE", f"/containers/{container}")


def encoded(text):
    return base64.b64encode(text.encode()).decode()
