# shellcheck shell=bash
# shellcheck disable=SC2034 # read by become
# The commands: results on stdout, words for people on stderr, exit codes.
# One engine is enough: podman.

said_on_stdout_only() { [[ -s $WORLD/runs/$RUN.out && ! -s $WORLD/runs/$RUN.err ]] || fail "$(head "$WORLD/runs/$RUN".*)"; }
said_on_stderr_only() { [[ -s $WORLD/runs/$RUN.err && ! -s $WORLD/runs/$RUN.out ]] || fail "$(head "$WORLD/runs/$RUN".*)"; }
# What a command that went well, or did not, says where.
result() { code_is 0 && said_on_stdout_only; }
complaint() { code_is "$1" && said_on_stderr_only && err_has 'error: ' "${@:2}"; }

configure anyarch $'elsewhere\narch = ["riscv64"]' "$(printf 'in-subdirectory\nurl = "%s"\nbranch = "packages"\npath = "tools/in-subdirectory"' "$(packaging many)")"

kiln version --version
it 'prints its version on stdout' result
it 'names itself beside its version' out_matches '^pkgkiln [0-9]+\.[0-9]+'
kiln help --help
it 'prints its help on stdout' result
it 'names every command in its help' out_matches '^ +build ' '^ +plan ' '^ +targets ' '^ +doctor ' '^ +config '
it 'explains the exit codes in its help' out_has 'Exit codes'
kiln build-help build --help
it 'prints the help of a command' out_has --force --dry-run --refresh-image
kiln no-command
it 'gives an overview without a command' out_has 'Nothing has been built yet'
kiln unknown-option build --no-such-option
it 'refuses an unknown option' code_is 2
kiln config config
it 'prints the effective settings on stdout' result
it 'says where each setting comes from' out_matches "kind = \"$RUNTIME\" +# .*config\\.toml:2\$" '^timeout = "2h" +# default$'
kiln set --set build.timeout=30min config
it 'lets --set override the file' out_matches '^timeout = "30min" +# --set'
kiln example config --example
it 'prints an example of a configuration' result
example_is_good() { cp "$WORLD/runs/example.out" "$WORLD/example.toml"; CONFIG=$WORLD/example.toml; kiln use-example config; code_is 0; }
it 'prints an example that it can read' example_is_good

# --- a first configuration ----------------------------------------------------------------

mkdir -p "$WORLD/recipes/foo" && printf 'pkgname=foo\n' >"$WORLD/recipes/foo/PKGBUILD"
kept=$CONFIG CONFIG=$WORLD/first.toml engine_variable=${RUNTIME/podman/container}_host
ENVIRONMENT=("${engine_variable^^}=$SOCKET" "PKGKILN_IMAGE_BASE=$PKGKILN_TEST_BASE_IMAGE" "PKGKILN_BUILD_STATE_DIR=$WORLD/first-state")
kiln init init --repo first --path "$WORLD/first" "$WORLD/recipes" "$(packaging anyarch)"
it 'writes a first configuration without a question' out_has "wrote $CONFIG" '[first]' "Server = file://$WORLD/first/first/" 'pkgkiln doctor'
it 'names the engine that it found' err_matches "^engine: $RUNTIME "
kiln init-again init
it 'replaces no configuration' complaint 2 'there is a configuration already' 'try: '
kiln first-doctor doctor
it 'writes one that the doctor passes' out_matches '^ok +config +.*: 2 targets, 1 repositories' '^ok +repository +first'
kiln first-targets targets
it 'finds the PKGBUILDs of a folder, and a Git repository' out_matches '^foo +first +git ' '^anyarch +first +git '

# shellcheck disable=SC2016 # Python's text
asked='
import os, pty, subprocess, sys
screen, terminal = pty.openpty()
running = subprocess.Popen(sys.argv[1:], stdin=terminal, stdout=terminal, stderr=terminal)
os.close(terminal)
answers = {b"[pkgkiln] ": ["asked"], b"packages to lie? ": [os.environ["HOME"] + "/asked"], b"that\x27s all): ": ["/nonexistent", os.environ["HOME"] + "/../recipes", ""]}
text, begin = b"", 0
try:
    while part := os.read(screen, 4096):
        text += part
        for question, lines in answers.items():
            if lines and (text.endswith(question) or question in text[begin:] and text.endswith(b"] ")):
                begin = len(text)
                os.write(screen, lines.pop(0).encode() + b"\n")
except OSError:
    pass
assert running.wait() == 0, (running.returncode, text)
assert b"there is no folder \x27/nonexistent\x27" in text, text
'
asks_little() {
	(become "$PYTHON" -c "$asked" "$PROGRAM" --config "$WORLD/asked.toml" init) &&
		has "$WORLD/asked.toml" 'name = "asked"' "path = \"$WORLD/home/asked\"" "url = \"$WORLD/recipes\"" 'path = "*"'
}
it 'asks little at a terminal, and goes on after a wrong answer' asks_little
CONFIG=$kept ENVIRONMENT=()

kiln targets targets
it 'lists the targets on stdout' result
it 'shows where a target comes from' out_matches "^anyarch +kiln +git +$(packaging anyarch) +/.*/config.toml:[0-9]+\$" ' branch packages path tools/in-subdirectory +/.*/config.toml:[0-9]+$'
lists_no_foreign() { lacks "$WORLD/runs/targets.out" elsewhere; }
it 'leaves out targets of other machines' lists_no_foreign
kiln plan plan
it 'prints a plan on stdout' result
it 'plans to build what was never built' out_matches '^anyarch +build +it was never built here$'
kiln dry-run build --dry-run
it 'prints the same plan on a dry run' cmp "$WORLD/runs/plan.out" "$WORLD/runs/dry-run.out"
nothing_was_done() { has_none images && has_none containers && [[ ! -e $WORLD/repo ]]; }
it 'does nothing for a plan' nothing_was_done

kiln export ledger export
it 'prints an empty ledger as JSON' out_has '"format": "pkgkiln-ledger"' '"decisions": []'
name='{"repository":"kiln","pkgname":"anyarch","target":"anyarch","source":"","since":"2026-10-02T12:00:00Z"}'
sed "s|\"names\": \[\]|\"names\": [$name]|" "$WORLD/runs/export.out" >"$WORLD/exported"
kiln import ledger import "$WORLD/exported"
it 'reads an exported ledger into an empty one' out_has 'imported 0 decisions, 0 held, 1 names'
kiln import-again ledger import "$WORLD/exported"
it 'puts no ledger over another one by itself' complaint 3 'is in use' 'try: add --replace'
kiln export-again ledger export "$WORLD/exported-again"
same_ledger() { cmp <(tr -d ' \n' <"$WORLD/exported") <(tr -d ' \n' <"$WORLD/exported-again"); }
it 'exports what it imported' same_ledger
mv "$STATE/ledger.db" "$WORLD/ledger.db"
kiln no-ledger doctor
it 'says what to do about a ledger that is gone' out_has 'FAILED  ledger' 'it is gone' 'pkgkiln ledger import --replace FILE'
kiln replaced ledger import --replace "$WORLD/exported"
it 'replaces a ledger when asked to' code_is 0
kiln no-export ledger import "$CONFIG"
it 'imports nothing else' complaint 3 "cannot import '$CONFIG'"

ENVIRONMENT=(http_proxy=http://localhost:3128 PKGKILN_NOTIFY_MAIL=ada@example.com PKGKILN_NOTIFY_SENDMAIL=/none/sendmail)
kiln doctor doctor
ENVIRONMENT=()
it 'finds nothing wrong' code_is 0
it 'reports on stdout what it checked' out_matches '^ok +config ' '^ok +state ' '^ok +ledger +0 decisions, 1 owned names' "^ok +engine +.*$RUNTIME" '^ok +base image ' '^ok +container ' '^ok +repository +kiln'
it 'warns of a way to tell people that cannot work' out_matches "^warning +notify +mail: there is no program '/none/sendmail'$"
it 'warns of a proxy that containers would look for in themselves' out_matches '^warning +proxy +http_proxy=http://localhost:3128'
rootless_is_told() { if [[ $RUNTIME == podman ]]; then out_has rootless; else out_has rootful; fi; }
it 'tells whether the engine is rootless' rootless_is_told
it 'leaves nothing of its container' nothing_is_left
closed_is_told() {
	mkdir -p "$WORLD/closed/repo"
	chmod 755 "$ROOT" "$WORLD/closed"
	REPOSITORY_PATH=closed/repo CONFIG=$WORLD/closed.toml
	configure anyarch
	kiln open-repository doctor
	code_is 0 && lacks "$WORLD/runs/open-repository.out" 'cannot enter' || return
	chmod 750 "$WORLD/closed"
	kiln closed-repository doctor
	code_is 0 && out_matches "^warning +repository +kiln: other users cannot enter $WORLD/closed: " '^ +try: another path'
}
it 'warns of a repository that other users cannot read' closed_is_told

# contrib/quickstart reads there which engine was taken. The program here is a stand-in that leads to
# the engine of these tests; a machine whose own Podman socket answers has no use for any.
make_program() {
	mkdir "$WORLD/bin"
	printf '%s\n' '#!/bin/sh' "ln -s '${SOCKET#unix://}' \"\${4#unix://}\" && exec sleep 600" >"$WORLD/bin/podman"
	chmod +x "$WORLD/bin/podman"
}
tells_quickstart() {
	local DIR=$WORLD
	cp "$WORLD/runs/program.out" "$DIR/doctor.txt"
	eval "$(grep '^uses_podman_program() ' "$HERE/../../contrib/quickstart")"
	if grep -q 'Podman socket.*: taken' "$DIR/doctor.txt"; then
		! uses_podman_program
	else
		out_matches '^- +engine +.*: taken, podman' && uses_podman_program
	fi
}
if [[ $RUNTIME == podman ]]; then
	make_program
	PATH=$WORLD/bin:$PATH kiln program --set runtime.socket= doctor
	it 'tells quickstart that it uses the podman program' tells_quickstart
fi

# --- what goes wrong ------------------------------------------------------------------

kiln unknown build anyarhc
it 'refuses an unknown target and names the nearest' complaint 2 "'anyarhc'" "'anyarch'"
CONFIG=/nonexistent/config.toml kiln no-config build
it 'refuses a configuration that is not there' complaint 2 /nonexistent/config.toml

bad_config() { # name of the run, line that is wrong, expected place and text...
	local good=$CONFIG
	CONFIG=$WORLD/$1.toml
	{ cat "$good"; printf '%s\n' "$2"; } >"$CONFIG"
	kiln "$1" plan
	complaint 2 "$1.toml:$(wc -l <"$CONFIG"):" "${@:3}"
}
it 'points at a key that it does not know' bad_config unknown-key 'urll = "x"' ': ' urll 'url'
it 'points at a value of the wrong kind' bad_config wrong-kind 'network = "yes"' network
it 'points at text that is no TOML' bad_config no-toml 'network = = true'

kiln no-socket --set "runtime.socket=unix://$WORLD/no.sock" build anyarch
without_engine() { code_is 3 && err_has 'error: ' "$@" 'try: ' && out_matches '^anyarch: failed at step prepare: cannot '; }
it 'ends with 3 when the socket is missing, and says what could not be built' without_engine "$WORLD/no.sock"
"$PYTHON" -c 'import socket, sys; socket.socket(socket.AF_UNIX).bind(sys.argv[1])' "$WORLD/dead.sock"
kiln dead-socket --set "runtime.socket=unix://$WORLD/dead.sock" build anyarch
it 'ends with 3 when nothing listens at the socket, and says what could not be built' without_engine "$WORLD/dead.sock"
kiln no-engine-doctor --set "runtime.socket=unix://$WORLD/no.sock" doctor
it 'finds in the doctor that the engine is missing' code_is 3
it 'says in the doctor what to do about it' out_matches '^FAILED +engine ' 'try: '
kiln no-image --set "image.base=${PKGKILN_TEST_BASE_IMAGE%/*}/no-such-image:latest" build anyarch
it 'ends with 3 when there is no base image' code_is 3
it 'names the base image that there is not' err_has no-such-image
: >"$WORLD/a-file"
kiln no-state --set "build.state_dir=$WORLD/a-file/state" build anyarch
it 'ends with 3 when the state directory cannot be' complaint 3 "$WORLD/a-file/state"
kiln tcp --set runtime.socket=tcp://127.0.0.1:2375 plan
it 'refuses a socket of another scheme' complaint 2 'tcp'

kiln quiet --quiet build anyarch
it 'builds quietly' code_is 0
says_nothing() { [[ ! -s $WORLD/runs/$RUN.out && ! -s $WORLD/runs/$RUN.err ]] || fail "$(head "$WORLD/runs/$RUN".*)"; }
it 'says nothing then' says_nothing
kiln quiet-doctor --quiet doctor
no_good_findings() { ! grep -E '^(ok|-) ' "$WORLD/runs/$RUN.out"; }
it 'says nothing of what is good in a quiet doctor' no_good_findings
kiln no-engine-needed --set "runtime.socket=unix://$WORLD/no.sock" build anyarch
missed() { code_is 0 && out_has '0 built, 1 up-to-date' && lacks "$WORLD/runs/$RUN.err" no.sock; }
it 'misses no engine when there is nothing to build' missed

# --- readers who go away or stop ------------------------------------------------------

program() { become "$PROGRAM" --config "$CONFIG" "$@" </dev/null; }
nobody_reads() {
	program --verbose build in-subdirectory 2>&1 | true
	published in-subdirectory-3.1-1-any.pkg.tar.zst
}
it 'builds though nobody reads what it says' nobody_reads
nothing_is_open() { (program build anyarch) <&- >&- 2>&-; }
it 'builds though no standard stream is open' nothing_is_open
full_stderr() { (program build anyarch) 2>/dev/full >"$WORLD/full.out" && has "$WORLD/full.out" '0 built, 1 up-to-date'; }
it 'builds though stderr is a file on a full disk' full_stderr
full_stdout() {
	local code=0
	(program plan) >/dev/full 2>"$WORLD/full.err" || code=$?
	((code == 3)) || fail "it ended with $code"
	has "$WORLD/full.err" 'error: cannot write the results' 'No space left on device'
}
it 'says when its results cannot be written' full_stdout
# The lock must not be held by whoever pressed Ctrl-S.
# shellcheck disable=SC2016 # Python's text
stopped='
import os, pty, subprocess, sys, termios, time
screen, terminal = pty.openpty()
termios.tcflow(terminal, termios.TCOOFF)
first = subprocess.Popen(sys.argv[1:], stdin=subprocess.DEVNULL, stdout=terminal, stderr=terminal)
time.sleep(2)
deadline = time.monotonic() + 60
while (code := subprocess.call(sys.argv[1:], stdout=subprocess.DEVNULL)) == 4:
    assert time.monotonic() < deadline, "the lock is held"
    time.sleep(0.5)
assert code == 0, code
assert first.poll() is None, "it did not wait for its reader"
termios.tcflow(terminal, termios.TCOON)
os.close(terminal)
text = b""
try:
    while part := os.read(screen, 4096):
        text += part
except OSError:
    pass
assert first.wait() == 0, first.returncode
assert b"0 built, 1 up-to-date" in text, text
'
stopped_terminal() { (become "$PYTHON" -c "$stopped" "$PROGRAM" --config "$CONFIG" build anyarch); }
it 'holds up nobody for a terminal that is stopped' stopped_terminal

no_configuration() {
	(become "$PROGRAM" plan) 2>"$WORLD/none.err"
	has "$WORLD/none.err" 'there is no configuration' 'pkgkiln init'
}
it 'says in a plan that there is no configuration' no_configuration
kiln verbose --verbose build --force in-subdirectory --set 'build.packager=Another <another@example.org>'
it 'names every step when it is verbose' err_has 'in-subdirectory: source' 'in-subdirectory: fetch' 'in-subdirectory: seal' 'in-subdirectory: build' 'in-subdirectory: collect'
no_escapes() { ! grep -q $'\x1b' "$WORLD/runs/verbose.err" "$WORLD/runs/verbose.out"; }
it 'shows the log of a build when it is verbose, with its name' err_has 'in-subdirectory: ==> Starting package()...'
it 'draws no progress without a terminal' no_escapes
# Another build of the same version was refused, and waits for its file or its entry to be removed.
kiln unforced build in-subdirectory
it 'drops a refused build once its target is up to date without it' err_has 'its target is up to date without them'
