# shellcheck shell=bash
# shellcheck disable=SC2034 # read by configure
# One engine is enough: podman.
# What builds keep for later ones: signed packages for all targets, unsigned ones and sources for
# their own; what somebody put there; limits, and `clean`.

# shellcheck source=package.bash
. "$HERE/package.bash"

# --- a repository that is signed, and one that is not -----------------------------------

UPSTREAM=$ROOT/served/$TOPIC/upstream
readonly UPSTREAM FIXTURE=http://fixtures.test:$PORT/$TOPIC/upstream
mkdir -p "$UPSTREAM"/{signed,unsigned} "$WORLD/gnupg" "$WORLD/keyring"
chmod 700 "$WORLD/gnupg" "$WORLD/keyring"

with_gpg() { gpg --homedir "$1" --batch --quiet --no-permission-warning "${@:2}" 2>>"$WORLD/gpg.log"; }

make_key() {
	with_gpg "$WORLD/gnupg" --passphrase '' --quick-generate-key 'Fixture <fixture@localhost>' ed25519 sign never
	# In the format that pacman looks for, and trusted as if the packager had signed it.
	touch "$WORLD/keyring/pubring.gpg"
	with_gpg "$WORLD/gnupg" --export | with_gpg "$WORLD/keyring" --import
	with_gpg "$WORLD/gnupg" --list-keys --with-colons | awk -F: '$1 == "fpr" {print $10 ":6:"; exit}' |
		with_gpg "$WORLD/keyring" --import-ownertrust
	with_gpg "$WORLD/keyring" --check-trustdb
	gpgconf --homedir "$WORLD/gnupg" --kill all
}

# A package of the files in a folder, in a repository.
publish_upstream() { # repository, name, folder, line of its .PKGINFO...
	local file
	file=$(make_package "$UPSTREAM/$1" "$2" 1-1 "${@:3}")
	[[ $1 != signed ]] || with_gpg "$WORLD/gnupg" --detach-sign "$file"
	repo-add --quiet "$UPSTREAM/$1/$1.db.tar.gz" "$file" >/dev/null
}
files_of() { # name, content; of a package that holds no more
	mkdir -p "$WORLD/$1/usr/share"
	printf '%s\n' "$2" >"$WORLD/$1/usr/share/$1"
	printf '%s' "$WORLD/$1"
}

make_key
mkdir -p "$WORLD/keyring-package/etc/pacman.d/gnupg"
cp "$WORLD"/keyring/{pubring.gpg,trustdb.gpg} "$WORLD/keyring-package/etc/pacman.d/gnupg"
chmod 644 "$WORLD/keyring-package/etc/pacman.d/gnupg"/*
publish_upstream unsigned fixture-keyring "$WORLD/keyring-package"
# It conflicts with what the image has, and its install script starts what should be root's for long.
files_of unsigned-dep genuine >/dev/null
cat >"$WORLD/unsigned-dep/.INSTALL" <<'INSTALL'
post_install() {
	(
		trap '' TERM HUP INT
		for place in packages target; do
			touch "/var/cache/pkgkiln/$place/file" && touch /tmp/wrote-to-cache
			mkfifo "/var/cache/pkgkiln/$place/pipe" && touch /tmp/wrote-to-cache
		done
		while sleep 0.1; do date +%s%N >/tmp/roots-beat; done
	) >/dev/null 2>&1 &
	setsid bash -c 'while sleep 0.1; do date +%s%N >/tmp/roots-beat; done' >/dev/null 2>&1 &
	until [ -e /tmp/roots-beat ]; do sleep 0.1; done
}
INSTALL
publish_upstream unsigned unsigned-dep "$WORLD/unsigned-dep" 'conflict = fixture-rival'
publish_upstream unsigned fixture-rival "$(files_of fixture-rival here)"
publish_upstream signed signed-dep "$(files_of signed-dep genuine)"
cat >"$WORLD/repositories.conf" <<CONF
[unsigned]
SigLevel = Never
Server = $FIXTURE/unsigned
[signed]
SigLevel = Required TrustedOnly DatabaseNever
Server = $FIXTURE/signed
CONF
IMAGE_LINES=$(printf 'pacman_conf = "%s"\npackages = ["fixture-keyring", "fixture-rival"]' "$WORLD/repositories.conf")

# --- what is built ------------------------------------------------------------------------

commit_upstream() { # repository, text
	[[ -d $UPSTREAM/$1.git ]] || git init --quiet --bare --initial-branch=main "$UPSTREAM/$1.git"
	"$HERE/../fixtures/commit" "$UPSTREAM/$1.git" text "$2"
}
new_tarball() { # content
	printf '%s\n' "$1" >"$UPSTREAM/checked.txt"
	CHECKED=$(sha256sum "$UPSTREAM/checked.txt" | cut -d ' ' -f 1)
}
printf 'first\n' >"$UPSTREAM/unchecked.txt"
commit_upstream one one
"$HERE/../fixtures/commit" "$UPSTREAM/one.git" steady genuine

hoard() { # pkgrel, text of functions
	local sources=("$FIXTURE/checked.txt" "renamed::$FIXTURE/unchecked.txt" "clone::git+$FIXTURE/one.git")
	cat >"$WORLD/PKGBUILD" <<-PKGBUILD
		pkgname=hoard
		pkgver=1
		pkgrel=$1
		arch=(any)
		license=(custom:none)
		depends=(signed-dep unsigned-dep)
		source=($(printf "'%s' " "${sources[@]}"))
		sha256sums=($CHECKED SKIP SKIP)
		package() {
			cat /usr/share/signed-dep /usr/share/unsigned-dep
			install -D -m 644 -t "\$pkgdir/usr/share/hoard" checked.txt renamed clone/text clone/steady
		}
		${2-}
	PKGBUILD
	{
		printf 'pkgbase = hoard\n\tpkgver = 1\n\tpkgrel = %s\n\tarch = any\n' "$1"
		printf '\tdepends = %s\n' signed-dep unsigned-dep
		printf '\tsource = %s\n' "${sources[@]}"
		printf '\tsha256sums = %s\n' "$CHECKED" SKIP SKIP
		printf '\npkgname = hoard\n'
	} | commit_file hoard .SRCINFO
	commit_file hoard PKGBUILD <"$WORLD/PKGBUILD"
}
sharer() { # pkgrel
	# shellcheck disable=SC2016 # makepkg expands it
	printf '%s\n' pkgname=sharer pkgver=1 "pkgrel=$1" 'arch=(any)' 'license=(custom:none)' 'depends=(signed-dep)' \
		'package() { install -D -m 644 /usr/share/signed-dep "$pkgdir/usr/share/sharer"; }' | commit_file sharer PKGBUILD
	printf 'pkgbase = sharer\n\tpkgver = 1\n\tpkgrel = %s\n\tarch = any\n\tdepends = signed-dep\n\npkgname = sharer\n' "$1" |
		commit_file sharer .SRCINFO
}
# Looks for root's processes but for the first and what that waits with, and for ways into caches.
# shellcheck disable=SC2016 # makepkg expands it
looks='
prepare() {
	local beat file
	beat=$(cat /tmp/roots-beat)
	sleep 0.5
	[[ $(cat /tmp/roots-beat) == "$beat" ]] || echo "a daemon lives on"
	for file in /proc/[0-9]*/status; do
		grep -qE "^Uid:[[:space:]]0" "$file" && echo "of root: $(grep -E "^(Name|NSsid):" "$file" | tr -s "[:space:]" " ")"
	done 2>/dev/null
	[[ ! -e /tmp/wrote-to-cache ]] || echo "root wrote to a cache"
	ls /var/cache/pkgkiln/packages && echo "builder sees what all share"
	touch /var/cache/pkgkiln/{packages,target,target/*}/evil && echo "builder wrote to a cache"
	true
}'
new_tarball first
hoard 1 "$looks"
sharer 1
BUILD_LINES=$'jobs = 2\nproxy = "none"'
# So that this machine reaches fixtures.test as well, which is a name in containers only. They are
# not to have that proxy.
ENVIRONMENT=("http_proxy=http://127.0.0.1:$PORT" no_proxy=127.0.0.1)
configure hoard sharer

downloads() { # path; how often it was fetched
	grep -cE " 200 GET (http://[^/]+)?/$TOPIC/upstream/$1\$" "$ROOT/server.log"
}
downloaded() { # times, path...
	local path
	for path in "${@:2}"; do
		(($(downloads "$path") == $1)) || fail "$path: $(downloads "$path") times instead of $1" "$(grep "/$TOPIC/upstream/" "$ROOT/server.log" | tail -n 30)"
	done
}
SIGNED=signed/signed-dep-1-1-any.pkg.tar.zst UNSIGNED=unsigned/unsigned-dep-1-1-any.pkg.tar.zst
readonly SIGNED UNSIGNED
content_is() { # package, file, content
	local content
	content=$(bsdtar -xOf "$REPO/$1" "usr/share/$2") || return
	[[ $content == "$3" ]] || fail "$2 of $1: $content"
}

# Runs a command where a volume is mounted at /cache, and prints what it prints.
in_volume() { # volume, text of a shell command
	local name=pkgkiln-e2e-look-$$-$BASHPID status=0
	engine POST "/containers/create?name=$name" -d '{"Image": "'"$PKGKILN_TEST_BASE_IMAGE"'", "Cmd": ["sleep", "60"],
		"HostConfig": {"Binds": ["'"$1"':/cache"]}}' >/dev/null
	engine POST "/containers/$name/start" >/dev/null
	engine_exec "$name" root /bin/sh -c "cd /cache && $2" | tr -d '\r' || status=$?
	engine DELETE "/containers/$name?force=1" >/dev/null
	return "$status"
}
volume_of() { ours volumes all | grep -E -- "-($1)(-[0-9a-f]{12})?\$"; } # packages, target-NAME
in_shared() { in_volume "$(volume_of packages)" "$1"; }

kiln first build
it 'builds with a signed and an unsigned repository' code_is 0
it 'builds both' out_has '2 built, 0 up-to-date, 0 failed'
first_downloads=$(downloads "$SIGNED")
fetches_at_first() { ((first_downloads >= 1)) && downloaded 1 "$UNSIGNED" checked.txt unchecked.txt; }
it 'downloads what it needs' fetches_at_first
shared_holds() { diff <(printf '%s\n' signed-dep-1-1-any.pkg.tar.zst{,.sig}) <(in_shared 'ls -A1'); }
it 'shares signed packages and nothing else' shared_holds
own_holds() {
	diff <(printf '%s\n' files files/checked.txt git git/clone packages packages/unsigned-dep-1-1-any.pkg.tar.zst) \
		<(in_volume "$(volume_of target-hoard)" 'find * -maxdepth 1 | sort')
}
it 'keeps unsigned packages and sources where one target has them' own_holds
nothing_lived_on() {
	local log
	log=$(log_of hoard)
	lacks "$log" 'a daemon lives on' 'root wrote' 'builder sees' 'builder wrote'
	[[ $(grep -c '^of root: ' "$log") -le 2 ]] || fail "$(grep '^of root: ' "$log")"
}
it "ends root's processes before builder's begin, and lets nobody of a build write to a cache" nothing_lived_on
removal_is_told() { has "$(log_of hoard)" 'replaces it or conflicts with it: fixture-rival'; }
it 'makes room for a dependency that conflicts with what the image has, and says so' removal_is_told

# Forges an object of its clone, as later builds would find it, and has its hooks run.
# shellcheck disable=SC2016 # makepkg expands it
forges='
build() {
	cd "$SRCDEST/clone"
	local steady evil pack
	steady=$(git rev-parse HEAD:steady)
	mkdir -p "$SRCDEST/away"
	for pack in objects/pack/*.pack; do
		mv "${pack%.pack}".* "$SRCDEST/away"
		git unpack-objects <"$SRCDEST/away/${pack##*/}"
	done
	evil=$(echo evil | git hash-object -w --stdin)
	mkdir -p "objects/${steady:0:2}"
	mv -f "objects/${evil:0:2}/${evil:2}" "objects/${steady:0:2}/${steady:2}"
	git config core.hooksPath "$PWD/hooks"
	git config core.fsmonitor "echo a hook runs >&2; false"
	mkdir -p hooks
	printf "#!/bin/sh\necho a hook runs >&2\n" >hooks/post-checkout
	chmod 755 hooks/post-checkout
}'
hoard 2 "$forges"
sharer 2
commit_upstream one more
printf 'second\n' >"$UPSTREAM/unchecked.txt"
kiln second build
it 'builds what changed' out_has '2 built, 0 up-to-date, 0 failed'
it 'downloads no package a second time' downloaded "$first_downloads" "$SIGNED"
it 'downloads no unsigned package a second time' downloaded 1 "$UNSIGNED"
it 'downloads no source a second time that has a checksum' downloaded 1 checked.txt
it 'downloads a source again that has none' downloaded 2 unchecked.txt
it 'has the new content of that one' content_is hoard-1-2-any.pkg.tar.zst hoard/renamed second
updates_clone() { has "$(log_of hoard)" 'Updating clone git repo' && content_is hoard-1-2-any.pkg.tar.zst hoard/text more; }
it 'brings a clone up to date that is there' updates_clone

# --- what somebody put there ----------------------------------------------------------------

new_tarball 'first, but longer'
hoard 3
sharer 3
# Its default branch gets another name.
git -C "$UPSTREAM/one.git" branch --move main renamed
"$HERE/../fixtures/commit" --branch renamed "$UPSTREAM/one.git" text renamed
# As long as it was, so that only the signature tells.
# shellcheck disable=SC2016 # the container's shell expands it
poison='for f in signed-dep*zst; do s=$(stat -c %s $f); head -c $s /dev/zero >new; mv new $f; done'
it 'lets an attacker write to the shared cache' in_shared "$poison; mkfifo signed-dep-9-1-any.pkg.tar.zst; ln -s /etc odd"
kiln poisoned build
it 'builds in spite of a poisoned package, a tarball of the same name and a renamed branch' out_has '2 built, 0 up-to-date, 0 failed'
retried() { grep -q 'trying once more without what came from a cache' "$STATE"/logs/*/*.log; }
it 'says that it did without the cache' retried
it 'never installs what was poisoned' content_is sharer-1-3-any.pkg.tar.zst sharer genuine
it 'has the tarball of its checksum' content_is hoard-1-3-any.pkg.tar.zst hoard/checked.txt 'first, but longer'
it 'has what the default branch is now' content_is hoard-1-3-any.pkg.tar.zst hoard/text renamed
believes_no_object() { content_is hoard-1-3-any.pkg.tar.zst hoard/steady genuine && lacks "$(log_of hoard)" 'a hook runs'; }
it 'has nothing of what a build made of its clone' believes_no_object
sources_are_told() { has "$(log_of hoard)" 'trying once more without them'; }
it 'says that it did without earlier sources' sources_are_told
it 'has the genuine package in the cache again, and nothing odd' shared_holds

# --- limits, and clean --------------------------------------------------------------------------

cleaned() { # arguments of clean
	kiln "clean-$#-${1-}" clean "$@"
	code_is 0
}
sizes_are_told() { cleaned --all --dry-run && out_matches 'cache of hoard.* \([0-9.]+ [KM]?i?B\)' 'shared cache'; }
it 'says what it would remove, with sizes' sizes_are_told
all_are_there() { (($(volume_of '.*' | wc -l) == 3)) || fail "$(volume_of '.*')"; }
it 'removes nothing when it only says so' all_are_there

it 'cleans for a target that is named' cleaned hoard
one_is_gone() { [[ $(volume_of '.*' | wc -l) == 2 && -z $(volume_of 'target-hoard') ]] || fail "$(volume_of '.*')"; }
it 'removes the caches of that target, and no others' one_is_gone

sharer 4
kiln limited --set cache.packages=100 --set cache.sources=1 build sharer
it 'builds with caches that are too small' code_is 0
shared_is_empty() { [[ -z $(in_shared 'ls -A') ]] || fail "$(in_shared 'ls -lA')"; }
it 'holds the shared cache to its limit' shared_is_empty
own_are_gone() { [[ -z $(volume_of 'target-.*') ]] || fail "$(volume_of '.*')"; }
it "removes targets' caches that exceed their limit" own_are_gone

sharer 5
kiln again build sharer
configure hoard
mirrors() { find "$STATE/mirrors" -mindepth 1 -maxdepth 1 | wc -l; }
cleans_unlisted() {
	ENVIRONMENT+=(VIETER_ADDRESS=http://127.0.0.1:9 VIETER_API_KEY=unused)
	kiln unlisted --set vieter.retry_timeout=0s clean
	code_is 3 && err_has 'listed no more' && [[ -n $(volume_of 'target-sharer') && $(mirrors) == 2 ]]
}
it 'ends with 3 when not all targets can be listed, and forgets none of them' cleans_unlisted
it 'cleans' cleaned
forgotten() {
	[[ -z $(volume_of 'target-sharer') && ! -e $STATE/logs/sharer ]] || fail "$(volume_of '.*')" "$(ls "$STATE"/{logs,mirrors})"
	[[ -d $STATE/logs/hoard && $(mirrors) == 1 && -n $(volume_of packages) ]] || fail "$(volume_of '.*')" "$(ls "$STATE"/{logs,mirrors})"
}
it 'removes what belongs to targets that are listed no more, and nothing else' forgotten
it 'cleans all' cleaned --all
none_are_there() { [[ -z $(volume_of '.*') ]] || fail "$(volume_of '.*')"; }
it 'removes all caches when it is told to' none_are_there
