# shellcheck shell=bash
# Completion for bash. Targets come from `pkgkiln targets`.

_pkgkiln_command() {
	local word
	for word in "${COMP_WORDS[@]:1:COMP_CWORD-1}"; do
		case $word in
		build | plan | targets | schedule | notify | tree | search | show | add | remove | held | diff | approve | deny | doctor | clean | ledger | sign | key | verify | config) printf '%s' "$word"; return ;;
		esac
	done
}

# What `--config` or `-c` names, for the targets in it.
_pkgkiln_config() {
	local at typed=("${COMP_WORDS[@]:0:COMP_CWORD}")
	for ((at = 1; at < ${#typed[@]} - 1; at++)); do
		[[ ${typed[at]} == @(-c|--config) ]] || continue
		# "=" is a word of its own.
		[[ ${typed[at + 1]} != = ]] || ((at++))
		printf '%s' "${typed[at + 1]-}"
	done
}

_pkgkiln() {
	local current=${COMP_WORDS[COMP_CWORD]} previous=${COMP_WORDS[COMP_CWORD - 1]} command config
	local words='--config --set --runtime --quiet --verbose --help'
	COMPREPLY=()
	if [[ $current == = ]]; then
		current=''
	elif [[ $previous == = ]] && ((COMP_CWORD > 1)); then
		previous=${COMP_WORDS[COMP_CWORD - 2]}
	fi
	case $previous in
	-c | --config)
		# Names with spaces are quoted then, and directories go on.
		compopt -o filenames
		mapfile -t COMPREPLY < <(compgen -f -- "$current")
		return
		;;
	--runtime) words='auto podman docker' ;;
	--set) return ;;
	*)
		command=$(_pkgkiln_command)
		case $command in
		'') words+=' --version build plan targets schedule notify tree search show add remove held diff approve deny doctor clean ledger sign key verify config' ;;
		build) words+=' --due --force --dry-run --refresh-image --json' ;;
		plan) words+=' --due --force --explain --json' ;;
		schedule | search | show | remove | held) words+=' --json' ;;
		add) words+=' --yes --json' ;;
		diff) words+=' --stat --full --json' ;;
		approve) words+=' --all --allow --commit --note' ;;
		deny) words+=' --freeze --commit --note' ;;
		clean) words+=' --all --dry-run' ;;
		sign) words+=' --all' ;;
		notify) words+=' --test' ;;
		key) words+=' export' ;;
		verify) words+=' --json' ;;
		ledger) words+=' export import --replace' ;;
		config) words+=' --example' ;;
		esac
		if [[ $current != -* && $command == @(build|plan|schedule|tree|remove|diff|approve|deny|clean|verify) ]]; then
			config=$(_pkgkiln_config)
			words=$(pkgkiln ${config:+--config "${config/#\~\//$HOME/}"} targets 2>/dev/null | awk '{print $1}')
		fi
		;;
	esac
	mapfile -t COMPREPLY < <(compgen -W "$words" -- "$current")
}

# Files where nothing else fits.
complete -o default -F _pkgkiln pkgkiln
