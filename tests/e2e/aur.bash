# shellcheck shell=bash
# shellcheck disable=SC2034 # read by the other files
# A server like the AUR with packages of its own. Sourced by the cases that use it.

AUR=$WORLD/aur
aur() { PYTHONDONTWRITEBYTECODE=1 "$HERE/../fixtures/aur" "$@"; }

aur_starts() {
	local tries
	mkdir -p "$AUR/git"
	: >"$WORLD/aur.url"
	PYTHONDONTWRITEBYTECODE=1 "$HERE/../fixtures/aur" serve --port "${AUR_PORT:-0}" "$AUR" >"$WORLD/aur.url" 2>>"$WORLD/aur.err" &
	AUR_PID=$!
	AT_END+=(aur_stops)
	for ((tries = 200; tries > 0; tries--)); do
		AUR_URL=$(cat "$WORLD/aur.url")
		[[ -z $AUR_URL ]] || break
		nap 0.05
	done
	[[ -n $AUR_URL ]] || { cat "$WORLD/aur.err" >&2; return 1; }
	AUR_PORT=${AUR_URL##*:}
}
aur_stops() {
	[[ -z ${AUR_PID-} ]] || { kill "$AUR_PID"; wait "$AUR_PID"; } 2>/dev/null
	AUR_PID=''
}
# Pushes a PKGBUILD to a package base; its further arguments are lines of its own.
pushed() { # pkgbase, version, line...
	local repository=$AUR/git/$1.git
	[[ -d $repository ]] || git init --quiet --bare --initial-branch=master "$repository"
	"$HERE/../fixtures/commit" --branch master "$repository" PKGBUILD \
		"$(printf '%s\n' "pkgname=$1" "pkgver=$2" pkgrel=1 'arch=(any)' 'license=(custom:none)' "${@:3}" 'package() { :; }')"
}
requests() { grep -cE -- "$1" "$AUR/requests" || true; }
asked() { # count, regular expression
	[[ $(requests "$2") == "$1" ]] || fail "not $1 but $(requests "$2") requests are '$2':" "$(cat "$AUR/requests")"
}
anew() { : >"$AUR/requests"; }
configure_aur() { # further lines from stdin
	{
		common_tables
		printf '[aur]\nurl = "%s"\n[trust]\n%s\n[[repositories]]\nname = "kiln"\npath = "repo"\n' "$AUR_URL" "${TRUST_LINES-}"
		cat
	} >"$CONFIG"
}
