# shellcheck shell=bash
# One engine is enough: docker.
# Targets that fail, each at its step, with good ones between them.

# shellcheck disable=SC2016 # makepkg expands it
printf '%s\n' pkgname=moving '_seen=(/sys/class/net/*)' 'pkgver=1.${#_seen[@]}' pkgrel=1 'arch=(any)' 'package() { :; }' |
	commit_file moving PKGBUILD
printf '%s\n' 'echo bye' 'exit 0' | cat - "$ROOT/served/plain/anyarch/PKGBUILD" | commit_file ends-early PKGBUILD
sed "s/anyarch/gone/; s|^arch=.*|&\nsource=(http://fixtures.test:$PORT/status/404)\nsha256sums=(SKIP)|" "$ROOT/served/plain/anyarch/PKGBUILD" | commit_file gone PKGBUILD
# Adds what it is told to its own file.
printf '#!/bin/sh\ncat >>"$0.told"\n' >"$WORLD/tell"
chmod +x "$WORLD/tell"
tell_me() { printf '[notify]\ncommand = "%s"\n' "$WORLD/tell" >>"$CONFIG"; }
told() { # lines, word...; of which the last one has these
	(($(wc -l <"$WORLD/tell.told") == $1)) || fail "$(cat "$WORLD/tell.told")"
	tail -n 1 "$WORLD/tell.told" | has_words "${@:2}"
}
has_words() {
	local line word
	IFS= read -r line
	for word; do [[ $line == *"$word"* ]] || fail "'$word' is not in $line"; done
}

configure bad-checksum failing-build no-such-repository failing-check wants-network moving ends-early gone anyarch
tell_me
kiln first build

it 'ends with 1 when a target failed' code_is 1
it 'stops no target for another that failed' out_has '1 built, 0 up-to-date, 8 failed'
it 'publishes the good one, which came last' published anyarch-1.0-1-any.pkg.tar.zst
it 'publishes nothing of those that failed' not_published 'bad-*' 'failing-*' 'wants-*'

it 'tells of all that failed in one message' told 1 '"title":"8 failed on ' '"kind":"failed","target":"failing-build"'
it 'reports a wrong checksum at the step fetch' failed_with bad-checksum 'failed at step fetch' \
	'a source does not match its checksum: ' \
	'| ==> ERROR: One or more files did not pass the validity check!' "log: $STATE/logs/bad-checksum/"
it 'reports a failing build() at the step build' failed_with failing-build 'failed at step build' \
	'build() failed' '| the reason is on stderr' \
	'| about to fail in build()' "log: $STATE/logs/failing-build/"
it 'reports a failing check() at the step build' failed_with failing-check 'failed at step build' \
	"check() failed: the package's own tests" '| about to fail in check()'
it 'cuts the network of a build' failed_with wants-network 'failed at step build' \
	'build() tried to use the network, which is off: curl: (7)' 'hint: set network = true on the target' '| curl: (7)'
it 'reports a version that is another one without the network' failed_with moving 'failed at step build' \
	'The version is 1.1-1 now, but was 1.2-1 before the build'
it 'reports a repository that does not exist at the step source' failed_with no-such-repository 'failed at step source' \
	"$(packaging no-such-repository)"

it 'names the source that could not be downloaded, and the answer' failed_with gone 'failed at step fetch' \
	"a source could not be downloaded: 404 from http://fixtures.test:$PORT/status/404" 'hint: upstream'
it 'says of a PKGBUILD that ends makepkg what it does' failed_with ends-early 'failed at step inspect' \
	'makepkg gave no answer' 'the PKGBUILD ended makepkg' "hint: look for an 'exit'"

code_is_logged() { matches "$(log_of failing-build)" '^<== \[[0-9:]{8}\] build: exit code 4 after [0-9]+\.[0-9] s$'; }
it 'logs the exit code of a step that failed' code_is_logged
sealed_first() { [[ $(grep -nE 'sealed: no network' "$(log_of wants-network)" | cut -d : -f 1) -lt $(grep -nE '^==> .* build \(builder, network off\)' "$(log_of wants-network)" | cut -d : -f 1) ]]; }
it 'seals before the build begins' sealed_first
it 'tells the step of a failure as it happens' err_matches '^[0-9:]{8} failing-check: failed at step build: '

kiln plan plan
it 'plans to try again what failed with another image, and says how it failed' out_matches \
	'^failing-build +build +it failed at step build at this commit, so it is tried again with another builder image$'
it 'ends a plan with 1 when a target cannot be planned' code_is 1
it 'says in the plan what cannot be planned' out_matches '^no-such-repository +failed +'

before=$(builds_of failing-build)
kiln again build
it 'ends with 1 as long as a target is broken' code_is 1
not_again() { [[ $(builds_of failing-build) == "$before" ]] && failed_with failing-build 'failed at step build' 'not tried again'; }
it 'does not try again what is bound to fail, and says so' not_again
it 'tells nothing when nothing changed' told 1
it 'asks makepkg for no answer again that the PKGBUILD keeps it from giving' failed_with ends-early 'failed at step inspect' 'not tried again'

kiln good build anyarch
it 'ends with 0 when only good targets are asked for' code_is 0
it 'touches no other target then' out_has '0 built, 1 up-to-date, 0 failed'

sed 's/return 3/true/' "$ROOT/served/plain/failing-build/PKGBUILD" | commit_file failing-build PKGBUILD
configure failing-build $'wants-network\nnetwork = true'
tell_me
kiln notify notify --test
it 'tries by a message how people are told' out_matches '^ok +command$'
kiln mended build
it 'builds a target that was mended' published failing-build-1.0-1-any.pkg.tar.zst
it 'tries one again at once whose settings were changed as was advised' published wants-network-1.0-1-any.pkg.tar.zst
it 'ends with 0 then' code_is 0
it 'tells what works again' told 3 '"title":"2 working again on ' '"kind":"fixed","target":"failing-build"'

# What isn't due: nobody is asked who would not answer.
BUILD_LINES='schedule = "0 0 29 2 *"' configure $'failing-build\nurl = "http://127.0.0.1:9/failing-build.git"'
kiln not-due --set runtime.socket=unix:///none.sock build --due
it 'asks neither engine nor servers when nothing is due' code_is 0
it 'says that nothing is due' out_has 'nothing is due'
BUILD_LINES='schedule = "@daily"' REPOSITORY_PATH=$'repo"\nschedule = "0 0 29 2 *' configure $'failing-build\nurl = "http://127.0.0.1:9/failing-build.git"' \
	$'new\nurl = "http://127.0.0.1:9/new.git"' $'often\nurl = "http://127.0.0.1:9/often.git"\nschedule = "@hourly"'
kiln due plan --due
due_alone() { out_matches '^new +failed' '^often +failed' && lacks "$WORLD/runs/due.out" failing-build; }
it 'takes what no run came to yet for due, and nothing that is not due' due_alone
kiln schedule schedule
next_last() { [[ $(tail -n 1 "$WORLD/runs/schedule.out") =~ ^failing-build\ +0\ 0\ 29\ 2\ \*\ +20.*\ +20[0-9]{2}-02-29\ 00:00$ ]]; }
it 'lists first what is due' out_matches '^NAME +SCHEDULE' '^new +0 0 29 2 \* +never +due$' '^often +@hourly +never +due$'
it 'lists last what comes last, with its time' next_last

# Looking into one that failed. `shell` reads commands where it has no terminal.
in_shell() { # name of this run, commands, arguments
	RUN=$1
	(become "$PROGRAM" --config "$CONFIG" shell "${@:3}") <<<"$2" >"$WORLD/runs/$RUN.out" 2>"$WORLD/runs/$RUN.err"
	printf '%s' "$?" >"$WORLD/runs/$RUN.code"
}
BUILD_LINES='keep_failed = 1' configure failing-check anyarch
kiln kept build failing-check
kiln after build anyarch
is_kept() {
	[[ $(ours containers | wc -w) == 1 && -z $(ours networks) ]] || fail 'not one container without a network:' "$(ours containers)" "$(ours networks)"
	[[ $(engine GET "/containers/$(ours containers)/json" | json 'print(data["State"]["Running"])') == False ]]
}
it 'keeps the container of a failed build without a network, and with nothing running' is_kept
in_shell look 'pwd; ls -d "$BUILDDIR"/*/src; ls /sys/class/net; id -un; echo "in $PKGDEST"; echo aside >&2; echo changed >mark; exit 3' failing-check
printed() { [[ $(cat "$WORLD/runs/$RUN.out") == "$1" ]] || fail "run '$RUN' printed:" "$(cat "$WORLD/runs/$RUN.out")"; }
looked() { code_is 0 && printed $'/build/startdir\n/build/builddir/failing-check/src\nlo\nbuilder\nin /build/pkgdest' && err_has 'failing-check: ' 'failed at step build' 'network off' 'makepkg --noextract --nodeps' aside; }
it 'opens a shell where the build failed' looked
it 'keeps it afterwards as well' is_kept
in_shell root 'cat mark; id -u' failing-check --root
as_root() { code_is 0 && printed $'changed\n0'; }
it 'opens one as root, with what was changed before' as_root
typed() { become script -qec "'$PROGRAM' --config '$CONFIG' shell failing-check" /dev/null <<<'test -t 0 && stty -a && exit' >"$WORLD/runs/tty.out"; has "$WORLD/runs/tty.out" 'rows 24; columns 80'; }
it 'gives a terminal to whoever has one' typed
in_shell sealed 'ls /sys/class/net; makepkg --noextract --nodeps >/dev/null 2>&1 && ls "$PKGDEST"' --step build anyarch
ready() { code_is 0 && printed $'lo\nanyarch-1.0-1-any.pkg.tar.zst' && err_has 'anyarch: ready for the step build' 'network off'; }
it 'makes a new container ready for the build, without the network' ready
in_shell open 'ls /sys/class/net' --step dependencies anyarch
has_network() { code_is 0 && out_matches '^eth0$' && err_has 'network on'; }
it 'has the network on before' has_network
it 'removes those again' is_kept
in_shell unknown : nobody
it 'knows no target of another name' code_is 2
kiln clean clean
it 'removes what is kept when asked to clean' out_matches '^removed the kept container .* of .failing-check.$'
