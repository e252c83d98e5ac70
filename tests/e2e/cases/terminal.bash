# shellcheck shell=bash
# One engine is enough: docker.
# It waits long.
# How a run looks: in a real terminal, and where there is none.

command -v tmux >/dev/null || die 'tmux is missing' 'install it (./tests/run does)'

# shellcheck disable=SC2016 # makepkg expands it
package_that() { # name, depends, commands of build()
	printf '%s\n' "pkgname=$1" pkgver=1.0 pkgrel=1 'arch=(any)' "depends=($2)" "build() { $3; }" 'package() { :; }' |
		commit_file "$1" PKGBUILD
}
package_that lamp '' 'echo "編集 is what it edits"; sleep 20'
package_that table lamp 'sleep 4'
package_that broken '' 'echo "lamp.c:1:2: error: no light" >&2; return 1'
package_that small '' :

BUILD_LINES='jobs = 2' configure lamp table broken small
kiln image build small

not() { ! "$@"; }
terminal() { tmux -L "pkgkiln-$TOPIC-$$" -f /dev/null -u "$@"; }
terminal_ends() { terminal kill-server 2>/dev/null; }
AT_END+=(terminal_ends)

# Starts the program in a terminal of its own, by a script that keeps its exit code.
kiln_in_terminal() { # name of this run, columns, words before the program, arguments
	local script=$WORLD/runs/$1.bash before=$3
	RUN=$1
	{
		declare -p PROGRAM CONFIG WORLD ENVIRONMENT
		declare -f become
		printf '%s\n' "$before" "(become \"\$PROGRAM\" --config \"\$CONFIG\" ${*:4})" "printf %s \$? >'$WORLD/runs/$1.code'" 'sleep 600'
	} >"$script"
	terminal new-session -d -s "$1" -x "$2" -y 24 "bash '$script'"
	terminal set-option -g history-limit 1000 >/dev/null
}
screen() { terminal capture-pane -p -t "$RUN" "$@"; }
shows() { screen | grep -qE -- "$1"; }           # regular expression
has_ended() { [[ -s $WORLD/runs/$RUN.code ]]; }
# What differs from one run to another is masked.
masked() { sed -E "s#/[^ ]*/logs/#LOGS/#; s#[0-9TZ-]+-[0-9a-f]+\.log#ID.log#; s/[0-9]+:[0-9]{2}/T/g; s/ +$//" | sed -e :a -e '/^\n*$/{$d;N;ba' -e '}'; }

looks_as() { # golden file, options of the capture
	local golden=$HERE/golden/$1.txt
	[[ ${PKGKILN_UPDATE_GOLDEN-} != 1 ]] || screen "${@:2}" | masked >"$golden"
	diff -u "$golden" <(screen "${@:2}" | masked)
}
# Once the size is another, the view is drawn anew.
looks_well_at() { # columns
	terminal resize-window -t "$RUN" -x "$1" -y 24
	nap 1.5
	looks_as "terminal-$1"
}

ENVIRONMENT=(TERM=screen-256color)
kiln_in_terminal wide 80 '' build lamp table broken
it 'shows what a build prints, and what waits for it' wait_for 60 shows '^lamp 1.0-1 +build .*編集'
it 'tells what failed while others go on' wait_for 60 shows '^broken: failed at step build'
# The README shows it.
[[ -z ${PKGKILN_PICTURES-} ]] || screen -e | "$PYTHON" "$HERE/picture.py" 80 >"$PKGKILN_PICTURES/terminal.svg"
for columns in 80 200 40; do it "looks as it should at $columns columns" looks_well_at "$columns"; done
coloured() { screen -e | grep -q $'\x1b\\[1mlamp'; }
it 'has names in bold' coloured
terminal resize-window -t wide -x 80 -y 24
wait_for 60 has_ended
it 'leaves nothing of the view behind' looks_as terminal-end -J
once() { [[ $(screen -S - | grep -cE "^$1(: built|: failed| 1.0-1 +build)") == "$2" ]] || fail "$(screen -S -)"; } # target, how often
for target in lamp table; do it "tells once what became of $target" once "$target" 1; done
it 'tells of a failure when it happens, and in the summary' once broken 2

# The terminal is stopped, and then gone.
ENVIRONMENT=(TERM=screen-256color NO_COLOR=1)
kiln_in_terminal stopped 80 "trap '' HUP" build --force table small
wait_for 60 shows '^table 1.0-1 '
plain() { ! screen -e | grep -q $'\x1b\\['; }
it 'uses no colours where none are wanted' plain
# A shell writes below the view of a program that it has stopped.
stopped_by_shell() {
	local id tty
	id=$(pgrep -n -f -- "--config $CONFIG build --force table small")
	tty=$(terminal display-message -p -t stopped '#{pane_tty}')
	kill -STOP "$id"
	printf '\nback to the shell\n' >"$tty"
	kill -CONT "$id"
	nap 1.5
	if ! shows '^back to the shell' || ! shows '^table 1.0-1 '; then fail "$(screen)"; fi
}
it 'draws its view anew when it was stopped, and nothing over what was written then' stopped_by_shell
built_to_its_end() { grep -q '<== \[.*\] build: exit code 0' "$(log_of table)"; }
terminal send-keys -t stopped C-s
it 'still builds when it is stopped' not built_to_its_end
it 'goes on while nobody reads' wait_for 60 built_to_its_end
terminal kill-session -t stopped
kept_going() { wait_for 30 has_ended && code_is 0; }
it 'comes to its end when its terminal is gone' kept_going

ENVIRONMENT=()
kiln quiet --quiet build broken small
it 'is quiet but for what failed' out_matches '^broken: failed at step build'
silent() { [[ ! -s $WORLD/runs/quiet.err ]] && ! grep -q '^small' "$WORLD/runs/quiet.out"; }
it 'says nothing else then' silent
: >"$WORLD/runs/journal.err"
ENVIRONMENT=("JOURNAL_STREAM=$(stat -c %d:%i "$WORLD/runs/journal.err")")
kiln journal build broken small
it 'gives the journal priorities, and no times' err_matches '^<6>' '^<3>broken: failed at step build'
ENVIRONMENT=()
kiln plain --color always build broken
it 'gives others times' err_matches '^[0-9]{2}:[0-9]{2}:[0-9]{2} .*1mbroken'
