# shellcheck shell=bash
# shellcheck disable=SC2034 # read by become and server.bash
# Targets from a Vieter server, packages and logs to it; what goes wrong on the way.
# One engine is enough: docker.

# shellcheck source=server.bash
. "$HERE/server.bash"
# shellcheck source=pacman.bash
. "$HERE/pacman.bash"
VIETER=$WORLD/vieter
LISTED=('split, "repo": "mine", "branch": ""' 'epoch, "repo": "aur"' 'anyarch, "repo": "aur", "arch": ["x86_64", "aarch64"]'
	'failing-build, "repo": "aur"' 'endless, "repo": "aur", "arch": ["m68k"]')
vieter_lists "${LISTED[@]}"
vieter_starts 0.6
configure_vieter

# --- a first run into a server without repositories ------------------------------------

kiln first build
it 'ends with 1 when a target of the server fails' code_is 1
it 'builds what the server lists for this machine' out_has '3 built, 0 up-to-date, 1 failed'
it 'publishes in the repository that the server names' on_server "mine/$ARCH/split-tool-1.2-3-$ARCH.pkg.tar.zst" \
	"mine/x86_64/split-data-1.2-3-any.pkg.tar.zst" aur/x86_64/epoch-2:0.9-1-any.pkg.tar.zst aur/x86_64/anyarch-1.0-1-any.pkg.tar.zst
log_of_target() { # id, exit code, text
	local query log
	query=$(echo "$VIETER/logs/$1-"*.json)
	has "$query" "\"exitCode\": \"$2\"" "\"arch\": \"$ARCH\"" "\"target\": \"$1\""
	log=${query%.json}.log
	has "$log" "$3"
	"$PYTHON" - "$query" <<-'PYTHON'
		import json, sys, time
		query = json.load(open(sys.argv[1]))
		start, end = int(query["startTime"]), int(query["endTime"])
		assert time.time() - 600 < start <= end <= time.time() + 1, query
	PYTHON
}
it 'delivers the log of a target that was built' log_of_target 1 0 'made split-tool'
it 'delivers the log of a target that failed, with its exit code' log_of_target 4 4 'ERROR: A failure occurred in build()'
no_expect() { (($(requests ' expect$') == 0 && $(requests 'POST /mine/publish') == 2)) || fail "$(cat "$VIETER/requests")"; }
it 'sends every package once and waits for no 100' no_expect
keyless() { (($(requests ' (GET|HEAD) /(mine|aur)/.* key') == 0)) || fail "$(cat "$VIETER/requests")"; }
it 'shows the key to no request that needs none' keyless

cat >>"$WORLD/pacman/pacman.conf" <<CONF
[mine]
Server = $VIETER_URL/\$repo/\$arch
[aur]
Server = $VIETER_URL/\$repo/\$arch
CONF
sed -i '/^\[kiln\]/,+1d' "$WORLD/pacman/pacman.conf"
installs() {
	with_pacman -Sy
	with_pacman -S split-tool epoch anyarch
	with_pacman -Q split-tool split-data epoch anyarch
}
it 'publishes what the real pacman installs from the server' installs

# --- nothing changed ---------------------------------------------------------------------

begun() { find "$STATE/logs" -name '*.log' | wc -l; }
before=$(begun)
kiln unchanged build split epoch anyarch
it 'is done at once when nothing changed' out_has '0 built, 3 up-to-date, 0 failed'
it 'ends with 0 then' code_is 0
begins_none() { [[ $(begun) == "$before" ]]; }
it 'begins no build for that' begins_none
printf 'garbage file\n' >"$VIETER/faults"
kiln page plan epoch
: >"$VIETER/faults"
it 'takes a page with status 200 for no package' out_matches '^epoch +failed +cannot tell whether epoch-2:0.9-1-any.pkg.tar.zst is published'
for version in 0.5 0.4 0.3 0.2; do
	vieter_becomes "$version"
	kiln "plan-$version" plan split epoch anyarch
	nothing_to_do() { code_is 0; (($(grep -c ' up-to-date ' "$WORLD/runs/$RUN.out") == 3)) || fail "$(cat "$WORLD/runs/$RUN.out")"; }
	it "finds all of it on a server of $version as well" nothing_to_do
done
vieter_lists 'epoch, "repo": "mine"' "${LISTED[@]}"
kiln names targets
it 'gives two targets of one name and no ids a name each, and the older keeps its own, wherever they are listed' \
	out_matches '^epoch +aur ' '^epoch@[0-9a-f]{8} +mine '
kiln names-plan plan epoch
it 'knows what it built under that name' out_matches '^epoch +up-to-date '
vieter_lists "${LISTED[@]}"
mv "$VIETER/repos/aur/x86_64" "$VIETER/repos/aur/aarch64"
kiln elsewhere plan epoch anyarch
only_elsewhere() { (($(grep -c ' up-to-date ' "$WORLD/runs/$RUN.out") == 2)) || fail "$(cat "$WORLD/runs/$RUN.out")"; }
it 'finds packages for any arch where only another arch has them' only_elsewhere
mv "$VIETER/repos/aur/aarch64" "$VIETER/repos/aur/x86_64"

# --- uploads that go wrong ---------------------------------------------------------------

vieter_becomes 0.5
vieter_drops mine split-data-1.2-3
printf '500 publish 2\n' >"$VIETER/faults"
kiln half build split
it 'builds a split package of which one is missing' code_is 0
it 'publishes all of it, though the second upload failed once' on_server "mine/$ARCH/split-tool-1.2-3-$ARCH.pkg.tar.zst" \
	mine/x86_64/split-data-1.2-3-any.pkg.tar.zst

sed 's/^pkgver=.*/pkgver=1.0/' "$ROOT/served/plain/epoch/PKGBUILD" | commit_file epoch PKGBUILD
printf 'cut publish 1\n' >"$VIETER/faults"
kiln cut build epoch
it 'mends an upload that was cut off' code_is 0
is_whole() {
	on_server aur/x86_64/epoch-2:1.0-1-any.pkg.tar.zst
	bsdtar -tf "$VIETER/packages/aur/x86_64/epoch-2:1.0-1-any.pkg.tar.zst" | grep -qx usr/share/epoch/version
	(($(requests ' 0 POST /aur/publish') == 1)) || fail "$(cat "$VIETER/requests")"
}
it 'leaves the whole package on the server' is_whole
it 'replaces the version before' not_on_server aur/x86_64/epoch-2:0.9-1-any.pkg.tar.zst

# A server takes each path with ".pkg" in it for that of a package file.
sed 's/^pkgver=.*/pkgver=1.1/' "$ROOT/served/plain/epoch/PKGBUILD" | commit_file epoch PKGBUILD
sed 's/^pkgver=.*/pkgver=1.1.pkg/' "$ROOT/served/plain/anyarch/PKGBUILD" | commit_file anyarch PKGBUILD
logs_of() { compgen -G "$VIETER/logs/$1-*.log" | wc -l || true; } # id
before_2=$(logs_of 2) before_3=$(logs_of 3)
printf 'down-after publish 1\n' >"$VIETER/faults"
kiln down build epoch anyarch
it 'ends with 3 when the server goes down in the middle' code_is 3
it 'says what became of the packages' out_has '0 built, 0 up-to-date, 0 failed, 2 unpublished'
it 'says that their logs wait' err_has "the log of 'epoch' waits for the next run" "the log of 'anyarch' waits for the next run"
: >"$VIETER/faults"
before=$(begun) sent=$(requests 'POST /aur/publish')
kiln up-again build epoch anyarch
it 'publishes them first the next time' code_is 0
it 'has them all on the server then' on_server aur/x86_64/epoch-2:1.1-1-any.pkg.tar.zst aur/x86_64/anyarch-1.1.pkg-1-any.pkg.tar.zst
logs_came() { (($(logs_of 2) == before_2 + 1 && $(logs_of 3) == before_3 + 1)) || fail "$(ls "$VIETER/logs")"; }
it 'delivers their logs as well' logs_came
waits_for_nothing() { [[ -z $(ls "$STATE/undelivered") ]] || fail "$(find "$STATE/undelivered")"; }
it 'keeps none of them waiting' waits_for_nothing
it 'builds none of them again' begins_none
one_was_there() { (($(requests 'POST /aur/publish') == sent + 1)) || fail "$(tail -n 20 "$VIETER/requests")"; }
it 'sends nothing that had arrived' one_was_there

# --- what a server would take, or not, and should not be sent ---

sed 's/^pkgver=.*/pkgver=1.0/' "$ROOT/served/plain/epoch/PKGBUILD" | commit_file epoch PKGBUILD
kiln older build epoch
it 'publishes no older version in the place of a newer one' failed_with epoch 'failed at step publish' 'epoch 2:1.1-1, which is newer'
it 'leaves the newer version there' on_server aur/x86_64/epoch-2:1.1-1-any.pkg.tar.zst
before=$(begun)
vieter_lists 'epoch, "repo": "Api"'
kiln reserved build
it 'refuses a repository whose name the server keeps for itself' failed_with epoch 'failed at step repository' "'Api' can't be a repository of"
it 'builds nothing for it' begins_none
vieter_lists "${LISTED[@]}"

# --- servers that can't be used ----------------------------------------------------------

for fault in down 'garbage list' '500 list 1'; do
	for _ in {1..40}; do printf '%s\n' "$fault"; done >"$VIETER/faults"
	kiln "listing-${fault%% *}" targets
	it "ends with 3 when the list of targets meets the fault: $fault" code_is 3
	it 'says which server, and what to do' err_has "$VIETER_URL" 'try: '
done
printf 'down\n' >"$VIETER/faults"
LOCAL=true configure_vieter anyarch
kiln local build
it 'ends with 3 when the server is down' code_is 3
it 'builds the targets of the configuration all the same' published anyarch-1.1.pkg-1-any.pkg.tar.zst
: >"$VIETER/faults"
configure_vieter
ENVIRONMENT=(VIETER_API_KEY=wrong)
kiln refused targets
ENVIRONMENT=()
it 'ends with 3 when the server refuses the key' code_is 3
it 'says that it is the key' err_has 'the server refuses the key' 'try: check vieter.api_key'
kiln doctor-says doctor
it 'shows the version of the server in doctor' out_has "Vieter 0.5 at $VIETER_URL"
key_is_safe() { ! grep -rl -e "${SERVER_KEY/k/[k]}" "$STATE" "$WORLD/runs" "$VIETER"; }
it 'writes the key nowhere' key_is_safe

# --- each generation's way of publishing -------------------------------------------------

installs_from() { # version
	{
		sed '/^\[\(mine\|vieter\)\]/,$d' "$WORLD/pacman/pacman.conf"
		# shellcheck disable=SC2016 # pacman's own variables
		printf '[vieter]\nServer = %s%s\n' "$VIETER_URL" "$([[ $1 == seed ]] || printf '/$repo/$arch')"
	} >"$WORLD/pacman/new.conf"
	mv "$WORLD/pacman/new.conf" "$WORLD/pacman/pacman.conf"
	rm -rf "$WORLD/pacman/cache" # each server has another build of it
	with_pacman -Syy
	with_pacman -S epoch
}
logs_fit() { # version
	local logs
	logs=$(compgen -G "$VIETER/logs/1-*.log" | wc -l || true)
	case $1 in seed | 0.2) ((logs == 0)) ;; *) ((logs == 1)) ;; esac || fail "$logs logs"
}
for version in seed 0.2 0.3 0.4; do
	VIETER=$WORLD/vieter-$version
	vieter_lists 'epoch, "repo": "vieter"'
	vieter_becomes "$version"
	if [[ $version == 0.4 ]]; then
		# As the original's users have it: nothing but their variables.
		printf '%s' "$VIETER_URL" >"$WORLD/address"
		printf '%s' "$PKGKILN_TEST_BASE_IMAGE" >"$WORLD/base-image"
		ENVIRONMENT=("VIETER_ADDRESS_FILE=$WORLD/address" "VIETER_API_KEY_FILE=$WORLD/vieter.key" "VIETER_BASE_IMAGE_FILE=$WORLD/base-image"
			"PKGKILN_RUNTIME_KIND=$RUNTIME" "PKGKILN_RUNTIME_SOCKET=$SOCKET" "PKGKILN_RUNTIME_ADD_HOSTS=fixtures.test:$HOST_ADDRESS" "PKGKILN_BUILD_STATE_DIR=$STATE")
		: >"$CONFIG"
	fi
	kiln "publish-$version" build
	it "builds and publishes with a server of $version" out_has '1 built, 0 up-to-date, 0 failed'
	kiln "again-$version" build
	it 'finds it there again' out_has '0 built, 1 up-to-date, 0 failed'
	it 'publishes it where pacman installs it from' installs_from "$version"
	it 'delivers a log where the server takes one' logs_fit "$version"
done
it 'is content with the variables of the original' code_is 0
