# shellcheck shell=bash
# Completion for bash. Targets come from `pkgkiln targets`.

_pkgkiln_command() {
	local word
	for word in "${COMP_WORDS[@]:1:COMP_CWORD-1}"; do
		case $word in
		build | plan | targets | doctor | clean | config) printf '%s' "$word"; return ;;
		esac
	done
}

_pkgkiln() {
	local current=${COMP_WORDS[COMP_CWORD]} previous=${COMP_WORDS[COMP_CWORD - 1]} command
	local words='--config --set --runtime --quiet --verbose --help'
	COMPREPLY=()
	case $previous in
	-c | --config)
		mapfile -t COMPREPLY < <(compgen -f -- "$current")
		return
		;;
	--runtime) words='auto podman docker' ;;
	--set) return ;;
	*)
		command=$(_pkgkiln_command)
		case $command in
		'') words+=' --version build plan targets doctor clean config' ;;
		build) words+=' --force --dry-run --refresh-image --json' ;;
		plan) words+=' --force --explain --json' ;;
		clean) words+=' --all --dry-run' ;;
		config) words+=' --example' ;;
		esac
		if [[ $current != -* && $command == @(build|plan|clean) ]]; then
			words=$(pkgkiln targets 2>/dev/null | awk '{print $1}')
		fi
		;;
	esac
	mapfile -t COMPREPLY < <(compgen -W "$words" -- "$current")
}

complete -F _pkgkiln pkgkiln
