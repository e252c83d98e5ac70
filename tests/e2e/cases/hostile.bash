# shellcheck shell=bash
# One engine is enough: podman.
# PKGBUILDs that want more than to be built.

hostile=(hostile-desc hostile-link hostile-extra hostile-name hostile-owner hostile-version hostile-core)
sed 's/^pkgname=.*/pkgname=git\nreplaces=(glibc)/' "$ROOT/served/plain/anyarch/PKGBUILD" | commit_file hostile-core PKGBUILD
configure anyarch "${hostile[@]}" hostile-root hostile-pkgdest hostile-daemon exported
printf 'PKGBUILD export-ignore\n* text eol=crlf\n' | commit_file exported .gitattributes
sed 's/anyarch/exported/' "$ROOT/served/plain/anyarch/PKGBUILD" | commit_file exported PKGBUILD

kiln first build
it 'builds the good ones beside the hostile ones' code_is 1
it 'refuses those that made what they must not' out_has "5 built, 0 up-to-date, ${#hostile[@]} failed"

it 'refuses a package that would spoil the database' failed_with hostile-desc 'failed at step accept' '.PKGINFO'
it 'refuses a link among the packages' failed_with hostile-link 'failed at step accept' 'which is no regular file'
it 'refuses what is no package file' failed_with hostile-extra 'failed at step accept' 'something that is no package file'
it 'refuses a package that was not announced' failed_with hostile-name 'failed at step accept' 'not announced: bash-99-1-any.pkg.tar.zst'
it "refuses another target's package" failed_with hostile-owner 'failed at step names' "its package anyarch belongs to the target 'anyarch', which has its name"
it 'refuses a file whose name and content disagree' failed_with hostile-version 'failed at step accept'
it 'refuses a package of the distribution' failed_with hostile-core 'failed at step names' 'its package git has the name of one of the distribution' '(repository core)' 'owns = ["git"]'
not_begun() { lacks "$(log_of hostile-core)" dependencies && lacks "$(log_of hostile-owner)" dependencies; }
it 'refuses names before anything is installed or built' not_begun
only_good() {
	local name
	diff <(cd "$REPO" && ls -- *.pkg.tar.*) <(
		for name in anyarch exported hostile-daemon hostile-pkgdest hostile-root; do
			printf '%s\n' "$name-1.0-1-any.pkg.tar.zst"{,.intoto.jsonl}
		done
	)
}
it 'publishes nothing but what was to be made' only_good
listed() { bsdtar -tf "$REPO/kiln.db" | grep -o '^[^/]*' | sort -u | diff - <(printf '%s-1.0-1\n' anyarch exported hostile-daemon hostile-pkgdest hostile-root); }
it 'lists nothing else in its database' listed

files_of() { bsdtar -tf "$REPO/$1-1.0-1-any.pkg.tar.zst"; }
nobody_became_root() { files_of hostile-root | grep -q usr/share/hostile-root/tried && ! files_of hostile-root | grep became; }
it 'lets no build become root' nobody_became_root
no_mark_is_faked() { has "$(log_of hostile-root)" '00:00:00' '| ==> [00:00:00] seal' && ! grep -E '^(==>|<==|-->) \[00:00:00\]' "$(log_of hostile-root)"; }
it 'lets no build fake the marks of its log' no_mark_is_faked
is_plain_text() { has "$(log_of hostile-root)" '\x1b[2J \xff \u202e' && ! LC_ALL=C grep -P '[\x00-\x08\x0b-\x1f\x7f]' "$(log_of hostile-root)"; }
it 'keeps nothing in a log that a terminal obeys' is_plain_text
it_stayed() { has "$(log_of hostile-pkgdest)" 'pkgdest stayed'; }
it "lets no build replace root's directories" it_stayed

daemons_ended() { files_of hostile-daemon | grep -q usr/share/hostile-daemon/tried && ! files_of hostile-daemon | grep -q lives; }
it 'ends what prepare() left running before the build' daemons_ended
asked() { grep -F " /$1" "$ROOT/server.log"; }
it 'has the network before the seal' asked beacon-open
not_asked() { ! asked beacon-sealed; }
it 'has no network after the seal, for nobody' not_asked
attributes_count_for_nothing() { ! bsdtar -xOf "$REPO/exported-1.0-1-any.pkg.tar.zst" usr/share/exported/version | grep $'\r'; }
it 'honours no attributes of the packaging repository' attributes_count_for_nothing

before=$(builds_of hostile-link)
kiln again build
it 'builds nothing again that made what it must not' failed_with hostile-link 'failed at step accept' 'not tried again'
not_again() { [[ $(builds_of hostile-link) == "$before" ]]; }
it 'begins no build for it' not_again

# The history may be lost: who owns what stands in the ledger.
rm "$STATE"/state.db*
sed 's/anyarch/exported/; s/^pkgver=.*/pkgver=2.0/' "$ROOT/served/plain/anyarch/PKGBUILD" | commit_file exported PKGBUILD
sed 's/^pkgver=.*/pkgver=2.0/' "$ROOT/served/plain/anyarch/PKGBUILD" | commit_file anyarch PKGBUILD
sed 's/anyarch/exported/; s/^pkgver=.*/pkgver=9.0/' "$ROOT/served/plain/anyarch/PKGBUILD" | commit_file thief PKGBUILD
configure anyarch thief
kiln stolen build
it "refuses a name to others whose target is listed no more" failed_with thief 'failed at step names' \
	"its package exported belongs to the target 'exported', which is listed no more" 'owns = ["exported"]' 'pkgkiln clean'
other="$(printf 'other\nurl = "%s"' "$(packaging exported)")"
configure anyarch "$other"
kiln renamed build
it 'lets a target of another name go on with its packages' published exported-2.0-1-any.pkg.tar.zst anyarch-2.0-1-any.pkg.tar.zst

# It is no cache.
mv "$STATE/ledger.db" "$WORLD/ledger.db"
kiln lost build
it 'does nothing when its ledger is gone' code_is 3
it 'says what to do about it' err_has 'it is gone' 'pkgkiln ledger import --replace FILE' "remove '$STATE/ledger.db.made'"
rm "$STATE"/state.db* "$STATE/ledger.db.made"
sed 's/anyarch/exported/; s/^pkgver=.*/pkgver=3.0/' "$ROOT/served/plain/anyarch/PKGBUILD" | commit_file exported PKGBUILD
kiln forgotten build
it 'does not replace what no target is known to have made' failed_with other 'failed at step names' \
	'its package exported would replace exported 2.0-1 in kiln, which no target made' 'pkgkiln build --force other' 'owns = ["exported"]'
kiln forced build --force other
it 'replaces it when it is told to' published exported-3.0-1-any.pkg.tar.zst
sed 's/anyarch/exported/; s/^pkgver=.*/pkgver=4.0/' "$ROOT/served/plain/anyarch/PKGBUILD" | commit_file exported PKGBUILD
kiln owned build
it 'goes on from there by itself' published exported-4.0-1-any.pkg.tar.zst

sed 's/anyarch/exported/; s/^pkgver=.*/pkgver=5.0\nreplaces=(something-else)\nprovides=(git=99 libexported.so)/' "$ROOT/served/plain/anyarch/PKGBUILD" | commit_file exported PKGBUILD
kiln pretends build
it 'refuses a package that comes to replace others' failed_with other 'failed at step publish' \
	'its package exported now replaces something-else' 'owns = ["something-else"]'
configure anyarch "$other"$'\nowns = ["something-else"]'
kiln pretends-still build
it 'refuses one that comes to stand for others' failed_with other 'failed at step publish' 'its package exported now stands for git,' 'owns = ["git"]'
before=$(builds_of other)
configure anyarch "$other"$'\nowns = ["something-else", "git"]'
kiln allowed build
it 'publishes it when the target owns these names' published exported-5.0-1-any.pkg.tar.zst
not_built() { [[ $(builds_of other) == "$before" ]]; }
it 'needs no second build for that' not_built

configure anyarch thief
kiln clean clean
it 'gives up the names of a target that is listed no more when it cleans' out_has "removed the right of 'other' to publish exported"
kiln taken build --force thief
it 'lets another target have them then' published exported-9.0-1-any.pkg.tar.zst
