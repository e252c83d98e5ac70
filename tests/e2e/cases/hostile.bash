# shellcheck shell=bash
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
it 'refuses a package of the distribution' failed_with hostile-core 'failed at step names' 'its package git has the name of one of the distribution' '(repository core)' 'packages = ["git"]'
not_begun() { lacks "$(log_of hostile-core)" dependencies && lacks "$(log_of hostile-owner)" dependencies; }
it 'refuses names before anything is installed or built' not_begun
only_good() { diff <(cd "$REPO" && ls -- *.pkg.tar.*) <(printf '%s-1.0-1-any.pkg.tar.zst\n' anyarch exported hostile-daemon hostile-pkgdest hostile-root); }
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

# Who made what is not known any more.
rm "$STATE"/state.db*
sed 's/anyarch/exported/; s/^pkgver=.*/pkgver=2.0/' "$ROOT/served/plain/anyarch/PKGBUILD" | commit_file exported PKGBUILD
sed 's/^pkgver=.*/pkgver=2.0/' "$ROOT/served/plain/anyarch/PKGBUILD" | commit_file anyarch PKGBUILD
other="$(printf 'other\nurl = "%s"' "$(packaging exported)")"
configure anyarch "$other"
kiln forgotten build
it 'goes on for the target that has the name of what is published' published anyarch-2.0-1-any.pkg.tar.zst
it 'does not replace what no target is known to have made' failed_with other 'failed at step names' \
	'its package exported would replace exported 1.0-1 in kiln, which no target made' 'pkgkiln build --force other' 'packages = ["exported"]'
kiln forced build --force other
it 'replaces it when it is told to' published exported-2.0-1-any.pkg.tar.zst
sed 's/anyarch/exported/; s/^pkgver=.*/pkgver=3.0\nreplaces=(something-else)/' "$ROOT/served/plain/anyarch/PKGBUILD" | commit_file exported PKGBUILD
kiln owned build
it 'goes on from there by itself' published exported-3.0-1-any.pkg.tar.zst
it 'tells what a package replaces' err_has "note: 'other': its package exported replaces on every machine that has it: something-else"
