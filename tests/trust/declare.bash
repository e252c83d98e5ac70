# Runs in a container without a network: reads every PKGBUILD in /in as makepkg does, and writes to
# /out what variables and functions bash has then. What they are is hostile.
mkdir -p /out
for directory in /in/*/; do
	name=$(basename "$directory")
	# With it where a recipe has switched it on.
	if bash -n "$directory/PKGBUILD" || bash -O extglob -n "$directory/PKGBUILD"; then : >"/out/$name.parsed"; fi >/dev/null 2>&1
	# shellcheck disable=SC2016 # the other shell expands it
	env -i PATH="$PATH" LC_ALL=C.UTF-8 HOME=/nowhere timeout -s KILL 20 bash --norc --noprofile -c '
		shopt -u extglob
		CARCH=x86_64
		cd "$1" || exit
		exec 8>"$2.variables" 9>"$2.functions"
		source ./PKGBUILD </dev/null >/dev/null 2>&1 8>&- 9>&-
		for __declared in $(compgen -A variable); do
			case $__declared in BASH* | __declared* | _ | FUNCNAME | GROUPS | DIRSTACK) continue ;; esac
			declare -n __declared_value=$__declared
			builtin printf "%s\0" "$__declared" "${#__declared_value[@]}" "${__declared_value[@]}" >&8
			unset -n __declared_value
		done
		builtin declare -f >&9' bash "$directory" "/out/$name"
done
true
