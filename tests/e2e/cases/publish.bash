# shellcheck shell=bash
# Publishing that fails, and files that must not be overwritten.
# One engine is enough: docker.

# shellcheck source=package.bash
. "$HERE/package.bash"

# No directory can be made there, not even by root.
REPOSITORY_PATH=/proc/pkgkiln configure anyarch epoch
kiln blocked build
it 'ends with 3 when it cannot publish' code_is 3
it 'says that the package was built and where it failed' failed_with 'anyarch, epoch' 'unpublished at step publish' /proc/pkgkiln
spooled() { (($(find "$STATE/spool" -name '*.pkg.tar.zst' | wc -l) == 2)) || fail "$(find "$STATE/spool")"; }
it 'keeps the packages in the spool' spooled
once() { (($(builds_of anyarch) == 1 && $(builds_of epoch) == 1)) || fail "$(find "$STATE/logs")"; }
kiln still-blocked build
it 'ends with 3 while it still cannot publish' code_is 3
it 'does not build again what waits in the spool' once
it 'keeps it there' spooled

configure anyarch epoch
mkdir -p "$REPO"
exec {held}<>"$REPO/.pkgkiln.lock"
flock "$held"
kiln_in_background waiting build
nap 3
kill -TERM "$BACKGROUND"
kiln_ends 10
exec {held}>&-
it 'can be ended while it waits for the lock of a repository' code_is 143
it 'keeps what it could not publish then' spooled
kiln mended build
it 'ends with 0 once it can publish' code_is 0
it 'publishes first what waited in the spool' published anyarch-1.0-1-any.pkg.tar.zst epoch-2:0.9-1-any.pkg.tar.zst
it 'says so' err_has "the packages of 'anyarch' that waited in the spool: published in kiln"
it 'builds none of it a second time' once
it 'empties the spool' nothing_is_left

# --- what must not be overwritten -----------------------------------------------------

sum() { sha256sum "$REPO/anyarch-1.0-1-any.pkg.tar.zst"; }
before=$(sum)
kiln forced build --force anyarch --set 'build.packager=Another <another@example.org>'
it 'builds what is published when it is forced to' err_has 'anyarch: building, since forced'
it 'refuses to overwrite a published file with other content' code_is 1
it 'says at the step publish what is wrong and what to do' failed_with anyarch 'failed at step publish' \
	'anyarch-1.0-1-any.pkg.tar.zst' 'hint: raise pkgrel'
unchanged() { [[ $(sum) == "$before" ]]; }
it 'leaves the published file as it was' unchanged
kiln after build
it 'is up to date as before after that' out_has '0 built, 2 up-to-date, 0 failed'
it 'keeps nothing of the refused build' nothing_is_left

# --- somebody else works on the repository as well --------------------------------------

no_build() { [[ $(builds_of anyarch) == "$before" ]]; }
repo_remove() { repo-remove --quiet "$REPO/kiln.db.tar.gz" "$1"; }
it 'lets an entry be removed by hand' repo_remove anyarch
kiln in-the-way build --set 'build.packager=Another <another@example.org>'
it 'refuses to overwrite the file that stayed' failed_with anyarch 'failed at step publish' 'remove that file'
before=$(builds_of anyarch)
rm "$REPO/anyarch-1.0-1-any.pkg.tar.zst"
kiln advised build
it 'ends with 0 when that was done' code_is 0
it 'publishes what waited' published anyarch-1.0-1-any.pkg.tar.zst
it 'builds nothing for it' no_build
it 'keeps nothing in the spool then' nothing_is_left

# --- what is not needed any more --------------------------------------------------------

# As earlier versions of a PKGBUILD made it: a second package, and the file of an old version that a run
# left when it was killed. Beside them what somebody else keeps there, and a build that was cut off.
litter=(anyarch-docs-1.0-1-any.pkg.tar.zst anyarch-0.8-1-any.pkg.tar.zst)
leave_behind() {
	local file sum
	mkdir -p "$WORLD/nothing" "$STATE/spool/gone/some-build"
	make_package "$REPO" anyarch-docs 1.0-1 "$WORLD/nothing"
	make_package "$REPO" anyarch 0.8-1 "$WORLD/nothing"
	make_package "$REPO" anyarch 0.9-1 "$WORLD/nothing"
	repo-add --quiet "$REPO/kiln.db.tar.gz" "$REPO/${litter[0]}"
	for file in "${litter[@]}"; do
		sum=$(sha256sum <"$REPO/$file")
		printf "INSERT INTO files (build_id, file_name, pkgname, sha256) VALUES (-1, '%s', '%s', '%s');" "$file" "${file%-*-*-*}" "${sum%% *}"
	done >"$WORLD/files.sql"
	"$PYTHON" -c 'import sqlite3, sys; sqlite3.connect(sys.argv[1]).executescript(sys.argv[2])' "$STATE/state.db" "
		INSERT INTO builds (id, build, target, url, branch, path, repository, commit_id, image, status, step, exit_code, why,
			started, finished, log)
			VALUES (-1, 'old', 'anyarch', '', '', '', 'kiln', '', '', 'built', '', 0, '', 0, 0, '');
		$(cat "$WORLD/files.sql")"
}
it 'is made to have litter' leave_behind
kiln would-clean clean --dry-run
it 'says what it would remove' out_has "would remove ${litter[0]} in 'kiln', which 'anyarch' makes no more" \
	"would remove ${litter[1]} in 'kiln', which no database names" 'what a build of gone left half done'
it 'only says it' published "${litter[@]}"
kiln clean clean
it 'removes a package that its target makes no more' not_published 'anyarch-docs-*'
in_database() { [[ $(bsdtar -tf "$REPO/kiln.db" | grep -c '/desc$') == 2 ]]; }
it 'takes it out of the database' in_database
it 'removes the file that a killed run left' not_published 'anyarch-0.8-*'
it 'leaves a file alone that no build made' published anyarch-0.9-1-any.pkg.tar.zst
rm "$REPO/anyarch-0.9-1-any.pkg.tar.zst"

# --- a repository that cannot be read -------------------------------------------------

mv "$WORLD/repo" "$WORLD/repo-away"
: >"$WORLD/repo"
before=$(builds_of anyarch)
kiln in-its-place build
it 'ends with 3 when a repository cannot be read' code_is 3
it 'says which place it could not read' failed_with 'anyarch, epoch' 'failed at step' "$WORLD/repo"
it 'does not begin to build for it' no_build
rm "$WORLD/repo"
mv "$WORLD/repo-away" "$WORLD/repo"
kiln in-its-place-again build
it 'goes on as before when it can be read again' out_has '0 built, 2 up-to-date, 0 failed'
