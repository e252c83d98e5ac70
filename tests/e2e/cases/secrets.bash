# shellcheck shell=bash
# shellcheck disable=SC2034 # read by become
# One engine is enough: podman.
# Credentials of targets and servers stay on the host, and nobody gets to read them there either.

# shellcheck source=server.bash
. "$HERE/server.bash"
PASSWORD=pass$RANDOM$RANDOM$RANDOM
KEY=$SERVER_KEY
VIETER=$WORLD/vieter
vieter_lists 'epoch, "repo": "srv"'
vieter_starts 0.6
sed 's/^arch=.*/&\nmakedepends=(epoch)/' "$ROOT/served/plain/endless/PKGBUILD" | commit_file endless PKGBUILD
commit_file endless .SRCINFO <<<'' # the old one does not say so
# The server answers late, so that who asks it is seen in the list of processes.
secret_url=http://tester:$PASSWORD@127.0.0.1:$PORT/slow/0.3/$TOPIC
configure "$(printf 'endless\nrepository = "srv"\nurl = "%s/endless.git"' "$secret_url")" "$(printf 'no-such\nurl = "%s/no-such.git"' "$secret_url")" \
	"$(printf 'no-such-url\nkind = "url"\nurl = "%s/no-such/PKGBUILD"' "$secret_url")" "$(printf 'anyarch\nurl = "%s/anyarch.git"' "$secret_url")" proxied
printf '[[repositories]]\nname = "srv"\n' >>"$CONFIG"
ENVIRONMENT=("VIETER_API_KEY=$KEY" "VIETER_ADDRESS=$VIETER_URL" "PKGKILN_VIETER_CONTAINER_ADDRESS=http://fixtures.test:$VIETER_PORT")
# A proxy that is never asked, since no_proxy names all there is.
ENVIRONMENT+=("http_proxy=http://tester:$PASSWORD@192.0.2.1:3128" 'no_proxy=fixtures.test,127.0.0.1')
commit_file proxied PKGBUILD <<'PKGBUILD'
pkgname=proxied
pkgver=1.0
pkgrel=1
arch=(any)
prepare() {
	echo "open: $http_proxy $no_proxy"
}
build() {
	echo "sealed:${http_proxy-}${no_proxy-}."
}
package() {
	install -d "$pkgdir/usr/share/proxied"
}
PKGBUILD

# Writes down each command line with a secret in it. env hands the key over, and is ours.
watch_processes() {
	local process words
	while kill -0 $$ && nap 0.1; do
		for process in /proc/[0-9]*; do
			mapfile -d '' -t words <"$process/cmdline" || continue
			[[ ${words[0]-} != env ]] || continue
			[[ ${words[*]} != *git*fetch* ]] || : >"$WORLD/git-was-seen"
			case ${words[*]} in
			*"$PASSWORD"* | *"$KEY"*) printf '%s\n' "${words[*]}" >>"$WORLD/processes" ;;
			esac
		done 2>/dev/null
	done
}
: >"$WORLD/processes"
watch_processes &
watcher=$!

# Greps for both without naming them on its command line.
no_secret() { # file...
	local file
	for file; do ! grep -n -e "${PASSWORD/s/[s]}" -e "${KEY/k/[k]}" "$file" || fail "a secret is in $file"; done
}

kiln first build anyarch epoch proxied
it 'builds from a repository whose URL holds a password' code_is 0
has_proxy() { matches "$(log_of proxied)" '^open: http://\*\*\*@192\.0\.2\.1:3128 fixtures\.test,127\.0\.0\.1$' '^sealed:\.$'; }
it 'gives the proxy to the open steps alone, and stars its password in the log' has_proxy
it 'publishes with the key' on_server srv/x86_64/epoch-2:0.9-1-any.pkg.tar.zst

kiln_in_background endless --verbose build endless no-such no-such-url
begun() { grep -q '^==> \[.*\] build (' "$STATE"/logs/endless/*.log; }
it 'comes to the build of an endless package' wait_for 120 begun
container=$(ours containers)

has_the_repository() { engine_exec "$container" root cat /etc/pacman.conf | tr -d '\r' >"$WORLD/pacman.conf" && has "$WORLD/pacman.conf" '[srv]' "http://fixtures.test:$VIETER_PORT/srv/"; }
it "has the server's repository at hand in the container" has_the_repository
containers_know_nothing() {
	local image
	image=$(ours images)
	engine GET "/containers/$container/json" >"$WORLD/inspected"
	engine GET "/images/$image/json" >>"$WORLD/inspected"
	engine GET "/images/$image/history" >>"$WORLD/inspected"
	has "$WORLD/inspected" "$container" io.pkgkiln.target PATH=
	no_secret "$WORLD/inspected"
}
it "shows no secret in the engine's words on container and image" containers_know_nothing
environments_know_nothing() {
	local user
	# Each user's processes show their environment to that user only.
	for user in root builder; do
		engine_exec "$container" "$user" bash -c 'cat /proc/[0-9]*/environ /proc/[0-9]*/cmdline 2>/dev/null | tr "\0" "\n"'
	done >"$WORLD/environments"
	has "$WORLD/environments" MAKEFLAGS= PKGDEST= makepkg
	no_secret "$WORLD/environments"
}
it "gives no secret to any process in the container" environments_know_nothing
files_know_nothing() {
	# The expressions do not match themselves, since command lines are watched.
	engine_exec "$container" root grep -rsl -e "${PASSWORD/s/[s]}" -e "${KEY/k/[k]}" -e "^pkgdesc='Its build() never ends'" \
		/ --exclude-dir=proc --exclude-dir=sys --exclude-dir=dev | tr -d '\r' >"$WORLD/files" || true
	[[ $(cat "$WORLD/files") == /build/startdir/PKGBUILD ]] || fail "$(cat "$WORLD/files")"
}
it 'leaves no secret in a file of the container' files_know_nothing

kill -INT "$BACKGROUND"
kiln_ends 60
# Those after the interrupted one are not asked any more, but were when it was planned.
kiln failing build no-such no-such-url
it 'reports the targets that cannot be had' out_has '0 built, 0 up-to-date, 2 failed'
for command in config plan targets; do
	kiln "$command" "$command"
	it "shows the targets of '$command' without their passwords" out_has anyarch
done
hides_key() { matches "$WORLD/runs/config.out" '^api_key = "\*+"'; }
it "shows that there is a key, but not which" hides_key
kiln doctor doctor
it 'says which proxy builds use, without its password' out_has "http_proxy=http://***@192.0.2.1:3128"
kill "$watcher"
watcher_saw() { [[ -e $WORLD/git-was-seen ]]; }
it 'was watched while it fetched' watcher_saw
no_process_told() { [[ ! -s $WORLD/processes ]] || fail "$(sort -u "$WORLD/processes")"; }
it 'puts no secret on a command line' no_process_told
it 'says no secret on stdout or stderr' no_secret "$WORLD"/runs/*.out "$WORLD"/runs/*.err
state_knows_nothing() {
	grep -rq anyarch "$STATE" && ! grep -rla -e "${PASSWORD/s/[s]}" -e "${KEY/k/[k]}" "$STATE" "$WORLD/repo" "$VIETER"
}
it 'writes no secret to logs, history or repositories' state_knows_nothing
