# shellcheck shell=bash
# PKGBUILDs that want more than to be built.

hostile=(hostile-desc hostile-link hostile-extra hostile-name hostile-owner hostile-version)
configure anyarch "${hostile[@]}" hostile-root hostile-pkgdest hostile-daemon exported
printf 'PKGBUILD export-ignore\n* text eol=crlf\n' | commit_file exported .gitattributes
sed 's/anyarch/exported/' "$ROOT/served/plain/anyarch/PKGBUILD" | commit_file exported PKGBUILD

kiln first build
it 'builds the good ones beside the hostile ones' code_is 1
it 'refuses those that made what they must not' out_has "5 built, 0 up-to-date, ${#hostile[@]} failed"

it 'refuses a package that would spoil the database' failed_with hostile-desc 'failed at step collect' '.PKGINFO'
it 'refuses a link among the packages' failed_with hostile-link 'failed at step collect' 'which is no regular file'
it 'refuses what is no package file' failed_with hostile-extra 'failed at step collect' 'something that is no package file'
it 'refuses a package that was not announced' failed_with hostile-name 'failed at step collect' 'not announced: bash-99-1-any.pkg.tar.zst'
it "refuses another target's package" failed_with hostile-owner 'failed at step collect' "its package anyarch belongs to the target 'anyarch'"
it 'refuses a file whose name and content disagree' failed_with hostile-version 'failed at step collect'
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

