# shellcheck shell=bash
# bash completion for pkgkiln

_pkgkiln_targets() { pkgkiln targets 2>/dev/null | cut -d ' ' -f 1; }

_pkgkiln() {
	local current=${COMP_WORDS[COMP_CWORD]} previous=${COMP_WORDS[COMP_CWORD - 1]}
	local word command='' options='--config --set --runtime --quiet --verbose --help --version'
	for word in "${COMP_WORDS[@]:1:COMP_CWORD-1}"; do
		case $word in build | plan | targets | doctor | config) command=$word ;; esac
	done
	case $previous in
	-c | --config)
		mapfile -t COMPREPLY < <(compgen -f -- "$current")
		return
		;;
	--runtime)
		mapfile -t COMPREPLY < <(compgen -W 'auto podman docker' -- "$current")
		return
		;;
	--set) return ;;
	esac
	case $command in
	'') options="build plan targets doctor config $options" ;;
	build) options="$(_pkgkiln_targets) --force --dry-run --refresh-image $options" ;;
	plan) options="$(_pkgkiln_targets) --force $options" ;;
	config) options="--example $options" ;;
	esac
	mapfile -t COMPREPLY < <(compgen -W "$options" -- "$current")
}

complete -F _pkgkiln pkgkiln
