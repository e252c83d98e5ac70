# shellcheck shell=bash
# The real pacman with a root and a configuration of its own. Sourced by the cases that use it.

mkdir -p "$WORLD"/root/var/lib/pacman "$WORLD"/pacman/{cache,hooks,gpg}
cat >"$WORLD/pacman/pacman.conf" <<CONF
[options]
Architecture = $ARCH
SigLevel = Never
[kiln]
Server = file://$REPO
CONF

# What the packages need and only the base image has is assumed to be there.
with_pacman() { # arguments of pacman, the operation first
	local options=(--config "$WORLD/pacman/pacman.conf" --root "$WORLD/root" --dbpath "$WORLD/root/var/lib/pacman"
		--cachedir "$WORLD/pacman/cache" --hookdir "$WORLD/pacman/hooks" --gpgdir "$WORLD/pacman/gpg"
		--logfile "$WORLD/pacman/log" --noconfirm)
	if [[ $1 == -S* ]]; then
		[[ $(pacman -S --help) != *--disable-sandbox* ]] || options+=(--disable-sandbox)
		[[ $1 == -S[il]* ]] || options+=(--assume-installed glibc=99 --assume-installed tiny-dep=99)
	fi
	local become_root=()
	((EUID == 0)) || become_root=(fakeroot --)
	LC_ALL=C.UTF-8 "${become_root[@]}" pacman "$@" "${options[@]}"
}
