# shellcheck shell=bash
# Completion for bash. The program itself says what may come; files where it says nothing.

_pkgkiln() {
	COMPREPLY=()
	mapfile -t COMPREPLY < <(pkgkiln __complete "${COMP_WORDS[@]:1:COMP_CWORD}" 2>/dev/null | cut -f 1)
}

complete -o default -F _pkgkiln pkgkiln
