# shellcheck shell=bash
# Builds that are cut off: by their deadline, by signals, by SIGKILL. And the lock.

configure endless anyarch

it_builds_endless() { grep -q '^==> \[.*\] build (' "$STATE"/logs/endless/*.log; }
begin_endless() { # name of the run, arguments of build
	rm -rf "$STATE/logs/endless"
	kiln_in_background "$1" build "${@:2}"
	it "comes to the build of an endless package ($1)" wait_for 120 it_builds_endless
}

# A repository that answers late, so that the signal comes in the middle of the bootstrap.
printf '[slow]\nServer = http://fixtures.test:%s/slow/60\n' "$PORT" >"$WORLD/slow.conf"
kiln_in_background bootstrap --set image.pacman_conf="$WORLD/slow.conf" build
it 'begins to make the builder image' wait_for 60 has_ours containers
kill -INT "$BACKGROUND"
kiln_ends 30
it 'ends with 130 on SIGINT while it makes the builder image' code_is 130
no_image() { nothing_is_left && has_none images; }
it 'keeps nothing of a builder image that was not finished' no_image

kiln anyarch build anyarch
it 'builds a first package' code_is 0

kiln timeout --set build.timeout=12s build endless
it 'ends a build that takes too long' code_is 1
it 'reports it as timed out, at its step' failed_with endless 'timed-out at step build' 'the time allowed for a build was over' \
	'hint: raise [build] timeout if it needs longer'
it 'removes the container of a build that took too long' nothing_is_left

for signal in INT:130 TERM:143; do
	trap '' HUP # as nohup
	begin_endless "$signal" endless anyarch
	trap - HUP
	kill -HUP "$BACKGROUND"
	nap 0.5
	it "outlives its terminal when it is to ($signal)" kill -0 "$BACKGROUND"
	kill -"${signal%:*}" "$BACKGROUND"
	kiln_ends 30
	it "ends with ${signal#*:} on SIG${signal%:*}" code_is "${signal#*:}"
	it "reports what SIG${signal%:*} interrupted" failed_with endless 'interrupted at step build'
	it "removes everything on SIG${signal%:*}" nothing_is_left
done

# --- the lock, and SIGKILL ----------------------------------------------------------

begin_endless killed endless
locked_out() {
	BACKGROUND='' kiln second build anyarch
	code_is 4
	err_has 'another run' "$BACKGROUND"
}
it 'ends with 4 while another run holds the lock, and names it' locked_out
locked_out_quietly() {
	BACKGROUND='' kiln quiet-second --quiet build anyarch
	code_is 4 && [[ ! -s $WORLD/runs/quiet-second.err ]]
}
it 'says nothing of the lock when it is to be quiet' locked_out_quietly
not_cleaned() {
	BACKGROUND='' kiln clean-meanwhile clean --all
	code_is 4
	err_has 'another run' "$BACKGROUND"
	has_ours containers && has_ours images
}
it 'cleans nothing while another run builds' not_cleaned
plans_meanwhile() { kiln plan-meanwhile plan anyarch && code_is 0; }
it 'plans while another run builds' plans_meanwhile

# Things of somebody else's, one with another instance's label.
foreign=pkgkiln-e2e-foreign-$$
make_foreign() {
	local labels='{"io.pkgkiln.instance": "ffffffffffff", "io.pkgkiln.run": "theirs"}'
	engine POST "/networks/create" -d '{"Name": "'"$foreign"'", "Driver": "bridge", "Labels": '"$labels"'}'
	engine POST "/containers/create?name=$foreign" -d '{"Image": "'"$PKGKILN_TEST_BASE_IMAGE"'", "Cmd": ["sleep", "600"], "Labels": '"$labels"'}'
	engine POST "/containers/create?name=$foreign-plain" -d '{"Image": "'"$PKGKILN_TEST_BASE_IMAGE"'", "Cmd": ["sleep", "600"]}'
	engine POST "/containers/$foreign-plain/start"
}
foreign_is_there() {
	engine GET "/networks/$foreign"
	engine GET "/containers/$foreign/json"
	engine GET "/containers/$foreign-plain/json" | json 'assert data["State"]["Running"]'
}
remove_foreign() {
	engine DELETE "/containers/$foreign?force=1"
	engine DELETE "/containers/$foreign-plain?force=1"
	engine DELETE "/networks/$foreign"
} >/dev/null 2>&1
it 'lets somebody else use the engine' make_foreign

kill -KILL "$BACKGROUND"
kiln_ends 10
it 'dies of SIGKILL' code_is 137
it 'leaves the container of a build then' has_ours containers
kiln after-kill build anyarch
it 'ends the next run with 0' code_is 0
it 'says that it removed leftovers' err_matches '^[0-9:]{8} note: removed [0-9]+ leftovers? of an earlier run from the engine$'
it 'removes by label what a killed run left' nothing_is_left
it "touches nothing of somebody else's" foreign_is_there
kiln after-that build anyarch
clean_says_nothing() { lacks "$WORLD/runs/after-that.err" leftover; }
it 'speaks of leftovers only when there are some' clean_says_nothing
remove_foreign
