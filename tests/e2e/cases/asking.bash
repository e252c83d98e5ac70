# shellcheck shell=bash
# One engine is enough: docker.
# shellcheck disable=SC2034 # read by become
# What is asked without a run: how targets stand, former builds, their logs; what failed is tried
# again; a local repository is listed, checked and mended.

recipe() { # target, version, lines of package(), further line
	commit_file "$1" PKGBUILD <<-TEXT
		pkgname=$1
		pkgver=$2
		pkgrel=1
		arch=(any)
		${4-}
		package() {
		  install -Dm644 /dev/null "\$pkgdir/usr/share/$1/file"
		  $3
		}
	TEXT
}
recipe good 1.0 'echo packaged'
recipe bad 1.0 'echo "about to fail"; false'
recipe app 1.0 : 'depends=(bad)'
configure good bad app

ended_with() { code_is "$1" && out_has "${@:2}"; }
complains() { code_is "$1" && err_has 'error: ' "${@:2}"; }

kiln nothing
it 'tells a newcomer what to do' ended_with 0 'Nothing has been built yet' 'pkgkiln doctor'
kiln no-status status
nothing_built() { code_is 0 && err_has 'nothing has been built yet'; }
it 'has no status before the first run' nothing_built
kiln no-logs logs
it 'has no logs before the first build' complains 3 'there are no logs' 'try: pkgkiln build'

kiln build --set "report.path=$WORLD/report" build
it 'fails for a target' code_is 1
page=$WORLD/report/targets/bad.html
reports() { grep -q '1 of 3 targets built, 1 failed' "$WORLD/report/index.html" && grep -q '>failed</span> at build' "$page"; }
it 'writes pages after a run' reports
has_log() { grep -q 'about to fail' "$WORLD/report/logs/$(grep -o 'bad,[^"]*html' "$page")"; }
it 'shows in them what the failed build printed' has_log
kiln report report "$WORLD/report"
same_report() { code_is 0 && err_has '0 files written and 0 removed' "$WORLD/report/index.html"; }
it 'writes none anew while nothing changes' same_report
kiln nowhere report
it 'wants to know where the pages are to be' complains 2 'try: name one, or set path below [report]'
kiln overview
it 'gives an overview: the run, what failed, what to type' ended_with 0 '1 of 3 targets built, 1 failed, 1 waiting' '1 of 3 targets are good' '  bad (at build): ' "  app: its dependency 'bad' failed" 'pkgkiln retry'
kiln status status
in_order() { tr -s ' ' <"$WORLD/runs/$RUN.out" | cut -d ' ' -f 1,2,3 | head -4 | cmp - <(printf '%s\n' 'NAME STATUS VERSION' 'bad failed -' 'app blocked -' 'good built 1.0-1'); }
it 'says how each target stands, failures first' in_order
kiln failed status --failed
only_failed() { out_matches '^bad +failed' && lacks "$WORLD/runs/$RUN.out" app good; }
it 'says which failed' only_failed
kiln json status --json
# shellcheck disable=SC2016 # Python's text
reads_json() {
	"$PYTHON" - "$WORLD/runs/$RUN.out" <<-'PYTHON'
		import json, sys
		said = json.load(open(sys.argv[1]))
		assert said["format"] == 1 and not said["running"]
		bad = said["targets"][0]
		assert (bad["target"], bad["status"], bad["step"]) == ("bad", "failed", "build"), bad
		assert bad["build"]["host"] and bad["build"]["version"] == "1.0-1", bad
		assert said["last_run"]["exit_code"] == 1, said["last_run"]
	PYTHON
}
it 'says the same as JSON' reads_json
kiln unknown status nope
it 'knows no target that no run came to' complains 2 "'nope'"

kiln show show app bad
shows() { code_is 0 && out_matches '^needs +bad \(target bad\)$' '^needed by +app$' "^url +$(packaging bad)\$" '^why +at step build: '; }
it 'shows a target with its dependencies both ways' shows
kiln logs logs bad
it 'shows what a build printed' ended_with 0 '==> [' 'about to fail'
kiln step logs bad --step build
one_step() { out_has '] build (builder' 'about to fail' && lacks "$WORLD/runs/$RUN.out" '] dependencies (root'; }
it 'shows one step of it' one_step
kiln json-log logs bad --json --step build
# shellcheck disable=SC2016 # Python's text
reads_log() {
	"$PYTHON" - "$WORLD/runs/$RUN.out" <<-'PYTHON'
		import json, sys
		step, = json.load(open(sys.argv[1]))["steps"]
		assert step["step"] == "build" and not step["good"] and "about to fail" in step["lines"], step
		assert step["begin"].startswith("==> [") and ": exit code 4 " in step["end"], step
	PYTHON
}
it 'shows it as JSON' reads_log
kiln no-step logs bad --step nope
it 'names the steps that there are' complains 2 "no step 'nope'" 'dependencies, fetch, build'
kiln no-build logs bad --build 7
it 'names no build that there is not' complains 2 "no log of a build '7'"

# shellcheck disable=SC2016 # Python's text
in_terminal='
import os, pty, subprocess, sys
screen, terminal = pty.openpty()
running = subprocess.Popen(sys.argv[2:], stdin=terminal, stdout=terminal, stderr=terminal)
os.close(terminal)
answer, text = sys.argv[1].encode(), b""
try:
    while part := os.read(screen, 4096):
        text += part
        if answer and text.endswith(b"[y/N] "):
            os.write(screen, answer + b"\n")
            answer = b""
except OSError:
    pass
sys.stdout.buffer.write(text)
sys.exit(running.wait())
'
at_terminal() { # answer, arguments; what is seen goes to a file
	local code=0
	(become "$PYTHON" -c "$in_terminal" "$1" "$PROGRAM" --config "$CONFIG" "${@:2}") >"$WORLD/seen" || code=$?
	((code == 0)) || fail "it ended with $code:" "$(cat "$WORLD/seen")"
}
paged() {
	ENVIRONMENT=(TERM=xterm 'PAGER=sed s/^/paged:/')
	at_terminal '' logs bad
	has "$WORLD/seen" 'paged:about to fail' $'paged:\x1b[1;34m==> [' $'paged:\x1b[1;31m<== ['
}
it 'shows logs by the pager, coloured by step' paged

kiln retry retry
it 'tries again what failed, though nothing changed' code_is 1
kiln history history bad
two_builds() { code_is 0 && (($(grep -c ' bad  *failed ' "$WORLD/runs/$RUN.out") == 2)); }
it 'lists former builds' two_builds
kiln latest history --limit 1
newest() { (($(wc -l <"$WORLD/runs/$RUN.out") == 2)); }
it 'lists as many as are wanted' newest
kiln first logs bad --build 2
it 'shows the log of an earlier build' ended_with 0 'about to fail'

recipe bad 1.1 'echo "goes on"; sleep 3; echo "and ends"'
kiln_in_background mended retry
building=$BACKGROUND
wait_for 60 grep -rqs "goes on" "$STATE/logs/bad"
kiln_in_background stopped logs bad --follow
nap 0.5
kill -INT "$BACKGROUND"
kiln_ends 20
it 'stops following when it is told to, though nothing is printed' code_is 130
kiln follow logs bad --follow
it 'follows a build to its end' ended_with 0 'goes on' 'and ends' '<== ['
BACKGROUND=$building RUN=mended
kiln_ends 100
it 'builds what was mended, and what waited for it' code_is 0
kiln no-retry retry
nothing_failed() { code_is 0 && err_has 'nothing failed'; }
it 'tries nothing again when all is good' nothing_failed

kiln list repo list
it 'lists the packages of the repository with their targets' out_matches '^kiln +app +1\.0-1 +.* app$' '^kiln +bad +1\.1-1 +.* bad$'
kiln files files bad
it 'lists the files of a package' ended_with 0 'bad /usr/share/bad/file'
kiln check repo check
it 'finds a repository sound' ended_with 0 'kiln: 3 packages, 0 problems'

old=$WORLD/good-1.0-1-any.pkg.tar.zst
cp "$REPO/${old##*/}" "$old"
recipe good 2.0 'echo packaged'
kiln newer --set report.path=/dev/null/report build good
built_all_the_same() { code_is 0 && err_has "note: cannot make the directory '/dev/null/report'"; }
it 'builds all the same where pages cannot be written' built_all_the_same
kiln unasked repo downgrade "$old"
it 'downgrades nothing where nobody can be asked' complains 2 'nobody is there to be asked' 'try: add --yes'
kiln downgrade repo downgrade --yes "$old"
it 'puts an older file in the place of a newer one' ended_with 0 "'kiln' has good 1.0-1 now"
is_older() { published good-1.0-1-any.pkg.tar.zst && [[ ! -e $REPO/good-2.0-1-any.pkg.tar.zst ]]; }
it 'publishes it in every way' is_older
kiln stays build good
it 'leaves it there while the target does not change' ended_with 0 '0 built, 1 up-to-date'
kiln again repo downgrade --yes "$old"
it 'downgrades to no newer or equal version' complains 2 'is not older than good 1.0-1'

echo x >>"$REPO/good-1.0-1-any.pkg.tar.zst"
touch "$REPO/left-1-1-any.pkg.tar.zst"
kiln damaged repo check
it 'finds what is wrong with a repository' ended_with 1 'good-1.0-1-any.pkg.tar.zst has another size' "left-1-1-any.pkg.tar.zst lies there, but the database doesn't name it" 'kiln: 3 packages, 2 problems'
unwanted() { at_terminal n repo remove app && has "$WORLD/seen" 'remove these packages? [y/N] ' && published app-1.0-1-any.pkg.tar.zst; }
it 'removes nothing that somebody wants to keep' unwanted
kiln remove repo remove --yes app
it 'takes a package out, and says what the next run does' ended_with 0 "removed app-1.0-1-any.pkg.tar.zst from 'kiln'; the next run builds it again while 'app' is a target"
is_gone() { [[ ! -e $REPO/app-1.0-1-any.pkg.tar.zst ]] && ! tar -tf "$REPO/kiln.db" | grep -q '^app-'; }
it 'takes it out of the database' is_gone
kiln none files app
it 'lists no files of what is not there' complains 2 "no local repository has a package 'app'"
