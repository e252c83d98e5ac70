# shellcheck shell=bash
# One engine is enough: docker.
# shellcheck disable=SC2034 # read by become
# What goes wrong in the first hour, and what is said of it: what failed, why, and what to do. In
# other tests: an engine that isn't there and configurations that are wrong (commands), a server that
# refuses the key (vieter), a key that can't sign (sign), ids that Podman lacks and a registry's
# certificate (the unit tests of runtimes/shared), a clock that is off (those of core/git/ask).

packages=$WORLD/packages
mkdir -p "$packages"/{empty,link,none/sub}
printf 'pkgname=foo\n' >"$WORLD/PKGBUILD"
ln -s "$WORLD/PKGBUILD" "$packages/link/PKGBUILD"

# A proxy that lets nothing through.
cat >"$WORLD/proxy.py" <<'PYTHON'
import http.server, sys
class Proxy(http.server.BaseHTTPRequestHandler):
    def do_CONNECT(self):
        self.send_error(407)
    def do_GET(self):
        self.send_error(403)
    do_POST = do_GET
    def log_message(self, *words):
        pass
server = http.server.HTTPServer(("127.0.0.1", 0), Proxy)
print(server.server_port, flush=True)
server.serve_forever()
PYTHON
"$PYTHON" "$WORLD/proxy.py" >"$WORLD/proxy.port" &
proxy=$!
wait_for 20 test -s "$WORLD/proxy.port"
through=http://127.0.0.1:$(cat "$WORLD/proxy.port")

# A line a mistake: the target, what is wrong, and what to do.
mistake() { # name, further line, text...
	configure "$1"$'\n'"$2"
	kiln "$1" build
	it "tells what is wrong and what to do: $1" mistaken "$1" "${@:3}"
}
mistaken() { # target, text...
	code_is 1
	failed_with "$1" failed "${@:2}"
}
at() { printf 'url = "%s"' "$1"; }

mistake wrong-branch "$(at "$(packaging anyarch)")"$'\nbranch = "nope"' \
	"has no branch 'nope': there are '" "hint: "
mistake wrong-address "$(at http://no-such-host.invalid/foo.git)" \
	"the host's name has no address" 'hint: check the spelling of the URL, and the network'
mistake wrong-path "$(at "$(packaging gone)")" 'there is no such repository' 'hint: check the URL'
mistake no-pkgbuild "$(at "$(packaging many)")"$'\nbranch = "packages"' \
	"there is no PKGBUILD in '$(packaging many)'" "hint: set the target's path to the directory of the PKGBUILD, or to \"*\""
mistake empty-folder "$(at "$packages/empty")" "there is no PKGBUILD in '$packages/empty'" "hint: set the target's path"
mistake linked-pkgbuild "$(at "$packages/link")" \
	"the PKGBUILD in '$packages/link' is a link to '$WORLD/PKGBUILD'" 'hint: put the file itself there'
mistake gone-folder "$(at "$packages/gone")" "there is no folder '$packages/gone'" 'hint: check the path'
mistake folder-for-git "$(at "file://$packages/empty")" \
	"the folder '$packages/empty' is no Git repository" 'hint: for PKGBUILDs that lie in it give its path without file://'
mistake page-for-git "$(at "http://127.0.0.1:$PORT/")" 'there is no such repository' 'hint: check the URL'
ENVIRONMENT=("https_proxy=$through" "http_proxy=$through")
mistake proxy-that-wants-a-password "$(at https://example.com/foo.git)" \
	'the proxy did not let it through' 'hint: check http_proxy, https_proxy and no_proxy of the user that runs pkgkiln'
mistake proxy-that-refuses "$(at http://example.com/foo.git)" 'behind a proxy it may be the proxy that refuses'
ENVIRONMENT=("http_proxy=http://127.0.0.1:9")
mistake proxy-that-is-gone "$(at http://example.com/foo.git)" 'the host was not reached' 'hint: check the network, the proxy settings'
ENVIRONMENT=()
kill "$proxy"

configure anyarch
kiln unknown-image --set "image.base=${PKGKILN_TEST_BASE_IMAGE%/*}/nope:latest" build
no_image() { code_is 3 && err_has "cannot pull the base image '" 'try: check [image] base' && err_matches 'not found|manifest unknown'; }
it 'tells of an image that is not there' no_image
kiln unknown-registry --set image.base=no-such-registry.invalid/x:latest doctor
no_registry() { code_is 3 && out_has 'no-such-registry.invalid' 'try: check image.base, and that its registry can be reached'; }
it 'tells in the doctor of a registry that is not there' no_registry

# Root may use and read everything, unless it is kept from it.
cat >"$WORLD/plainly" <<SH
#!/bin/sh
[ "\$(id -u)" != 0 ] || exec setpriv --bounding-set=-dac_override,-dac_read_search '$PROGRAM' "\$@"
exec '$PROGRAM' "\$@"
SH
chmod +x "$WORLD/plainly"
"$PYTHON" -c 'import os, socket, sys, time
made = socket.socket(socket.AF_UNIX)
made.bind(sys.argv[1])
made.listen()
os.chmod(sys.argv[1], 0)
print("ready", flush=True)
time.sleep(600)' "$WORLD/closed.sock" >"$WORLD/closed" &
closed=$!
wait_for 20 test -s "$WORLD/closed"
PROGRAM=$WORLD/plainly kiln closed-socket --set runtime.kind=docker --set "runtime.socket=unix://$WORLD/closed.sock" build --force
closed_socket() { code_is 3 && err_has 'Permission denied' 'try: ' 'usermod -aG docker'; }
it 'tells of a socket that may not be used' closed_socket
kill "$closed"
mkdir -p "$WORLD/theirs"
chmod 555 "$WORLD/theirs"
PROGRAM=$WORLD/plainly kiln forbidden --set "build.state_dir=$WORLD/theirs/state" build
forbidden() { code_is 3 && err_has "cannot make the directory '$WORLD/theirs/state'" 'Permission denied' 'try: let this user use it'; }
it 'tells of a state directory that may not be written to' forbidden
mkdir "$WORLD/small"
as_root=()
((EUID == 0)) || as_root=(sudo --)
"${as_root[@]}" mount -t tmpfs -o size=512k,mode=777 pkgkiln-small "$WORLD/small" || die 'cannot mount a small file system'
small_ends() { "${as_root[@]}" umount "$WORLD/small"; }
AT_END+=(small_ends)
for left in 0 130; do
	head -c "$((512 - left))k" /dev/zero >"$WORLD/small/full" || true
	kiln "no-room-$left" --set "build.state_dir=$WORLD/small/state" build
	no_room() { code_is 3 && err_has "error: cannot " "'$WORLD/small/state" 'try: make room on the disk that it is on'; }
	it "tells that there is no room on the disk ($left KiB)" no_room
	rm -r "$WORLD"/small/*
done

printf '[repositories\n' >>"$CONFIG"
kiln bad-toml build
bad_toml() { code_is 2 && err_has 'error: ' "config.toml:$(wc -l <"$CONFIG")"; }
it 'points at the line that is no TOML' bad_toml
