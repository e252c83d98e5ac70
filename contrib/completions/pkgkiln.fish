# fish completion for pkgkiln

set -l commands build plan targets doctor config
set -l target "(pkgkiln targets 2>/dev/null | string split -f 1 ' ')"

complete -c pkgkiln -f
complete -c pkgkiln -s c -l config -r -F -d 'The configuration file'
complete -c pkgkiln -l set -x -d 'Override a setting (TABLE.KEY=VALUE)'
complete -c pkgkiln -l runtime -x -a 'auto podman docker' -d 'Override runtime.kind'
complete -c pkgkiln -s q -l quiet -d 'Say only warnings and errors'
complete -c pkgkiln -s v -l verbose -d 'Say every step'
complete -c pkgkiln -s h -l help -d 'Show help'
complete -c pkgkiln -s V -l version -d 'Show the version'

complete -c pkgkiln -n "not __fish_seen_subcommand_from $commands" -a build -d 'Build what changed and publish it'
complete -c pkgkiln -n "not __fish_seen_subcommand_from $commands" -a plan -d 'Say what would be built, and why'
complete -c pkgkiln -n "not __fish_seen_subcommand_from $commands" -a targets -d 'List the targets'
complete -c pkgkiln -n "not __fish_seen_subcommand_from $commands" -a doctor -d 'Check configuration, engine and repositories'
complete -c pkgkiln -n "not __fish_seen_subcommand_from $commands" -a config -d 'Show the effective settings'

complete -c pkgkiln -n '__fish_seen_subcommand_from build plan' -a $target -d Target
complete -c pkgkiln -n '__fish_seen_subcommand_from build plan' -s f -l force -d 'Build even what is published'
complete -c pkgkiln -n '__fish_seen_subcommand_from build' -s n -l dry-run -d 'Only say what would be done'
complete -c pkgkiln -n '__fish_seen_subcommand_from build' -l refresh-image -d 'Make a new builder image'
complete -c pkgkiln -n '__fish_seen_subcommand_from config' -l example -d 'Print a commented example'
