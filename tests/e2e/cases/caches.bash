# shellcheck shell=bash
# shellcheck disable=SC2034 # read by configure
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
publish_upstream() { # repository, name, folder
	local file
	file=$(make_package "$UPSTREAM/$1" "$2" 1-1 "$3")
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
publish_upstream unsigned unsigned-dep "$(files_of unsigned-dep genuine)"
publish_upstream signed signed-dep "$(files_of signed-dep genuine)"
cat >"$WORLD/repositories.conf" <<CONF
[unsigned]
SigLevel = Never
Server = $FIXTURE/unsigned
[signed]
SigLevel = Required TrustedOnly DatabaseNever
Server = $FIXTURE/signed
CONF
IMAGE_LINES=$(printf 'pacman_conf = "%s"\npackages = ["fixture-keyring"]' "$WORLD/repositories.conf")

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
commit_upstream two two

hoard() { # pkgrel, upstream of its clone
	local sources=("$FIXTURE/checked.txt" "renamed::$FIXTURE/unchecked.txt" "clone::git+$FIXTURE/$2.git")
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
			install -D -m 644 -t "\$pkgdir/usr/share/hoard" checked.txt renamed clone/text
		}
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
new_tarball first
hoard 1 one
sharer 1
BUILD_LINES='jobs = 2'
# So that this machine reaches fixtures.test as well, which is a name in containers only.
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
	diff <(printf '%s\n' packages packages/unsigned-dep-1-1-any.pkg.tar.zst sources sources/checked.txt sources/clone sources/renamed) \
		<(in_volume "$(volume_of target-hoard)" 'find * -maxdepth 1 | sort')
}
it 'keeps unsigned packages and sources where one target has them' own_holds
owners_are() { diff <(printf '%s\n' '755 0 packages' '755 1500 sources') <(in_volume "$(volume_of target-hoard)" "stat -c '%a %u %n' *"); }
it 'lets builder write to his sources and to nothing else' owners_are

hoard 2 one
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
hoard 3 two
sharer 3
# As long as it was, so that only the signature tells.
# shellcheck disable=SC2016 # the container's shell expands it
poison='for f in signed-dep*zst; do s=$(stat -c %s $f); head -c $s /dev/zero >new; mv new $f; done'
it 'lets an attacker write to the shared cache' in_shared "$poison; mkfifo signed-dep-9-1-any.pkg.tar.zst; ln -s /etc odd"
kiln poisoned build
it 'builds in spite of a poisoned package, a tarball of the same name and a clone of something else' out_has '2 built, 0 up-to-date, 0 failed'
retried() { grep -q 'trying once more without what came from a cache' "$STATE"/logs/*/*.log; }
it 'says that it did without the cache' retried
it 'never installs what was poisoned' content_is sharer-1-3-any.pkg.tar.zst sharer genuine
it 'has the tarball of its checksum' content_is hoard-1-3-any.pkg.tar.zst hoard/checked.txt 'first, but longer'
it 'has the clone that it names' content_is hoard-1-3-any.pkg.tar.zst hoard/text two
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
cleans_unlisted() {
	ENVIRONMENT+=(VIETER_ADDRESS=http://127.0.0.1:9 VIETER_API_KEY=unused)
	kiln unlisted --set vieter.retry_timeout=0s clean
	code_is 3 && err_has 'listed no more' && [[ -n $(volume_of 'target-sharer') && -d $STATE/mirrors/sharer ]]
}
it 'ends with 3 when not all targets can be listed, and forgets none of them' cleans_unlisted
it 'cleans' cleaned
forgotten() {
	[[ -z $(volume_of 'target-sharer') && ! -e $STATE/logs/sharer && ! -e $STATE/mirrors/sharer ]] || fail "$(volume_of '.*')" "$(ls "$STATE"/{logs,mirrors})"
	[[ -d $STATE/logs/hoard && -d $STATE/mirrors/hoard && -n $(volume_of packages) ]] || fail "$(volume_of '.*')" "$(ls "$STATE"/{logs,mirrors})"
}
it 'removes what belongs to targets that are listed no more, and nothing else' forgotten
it 'cleans all' cleaned --all
none_are_there() { [[ -z $(volume_of '.*') ]] || fail "$(volume_of '.*')"; }
it 'removes all caches when it is told to' none_are_there
