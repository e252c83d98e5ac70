# Completion for fish. Targets come from `pkgkiln targets`.

set -l commands build plan targets schedule notify tree search show add remove held diff approve deny doctor clean ledger sign key verify config
set -l none "not __fish_seen_subcommand_from $commands"

complete -c pkgkiln -f
complete -c pkgkiln -s c -l config -r -F -d 'Configuration file'
complete -c pkgkiln -l set -x -d 'Override a setting, TABLE.KEY=VALUE'
complete -c pkgkiln -l runtime -x -a 'auto podman docker' -d 'Override runtime.kind'
complete -c pkgkiln -s q -l quiet -d 'Print nothing when nothing failed'
complete -c pkgkiln -s v -l verbose -d 'Show every step'
complete -c pkgkiln -s h -l help -d 'Show help'
complete -c pkgkiln -n $none -s V -l version -d 'Show the version'

complete -c pkgkiln -n $none -a build -d 'Build what changed and publish it'
complete -c pkgkiln -n $none -a plan -d 'Say what would be built, and why'
complete -c pkgkiln -n $none -a targets -d 'List the targets'
complete -c pkgkiln -n $none -a schedule -d 'Say when each target is due'
complete -c pkgkiln -n $none -a notify -d 'Try how people are told of changes'
complete -c pkgkiln -n $none -a tree -d 'Show which targets packages of the AUR need'
complete -c pkgkiln -n $none -a search -d 'Look for packages of the AUR'
complete -c pkgkiln -n $none -a show -d 'Show what the AUR says of a package'
complete -c pkgkiln -n $none -a add -d 'Add packages of the AUR, and what they need'
complete -c pkgkiln -n $none -a remove -d 'Take targets out of the configuration'
complete -c pkgkiln -n $none -a held -d 'List the changes that wait for you'
complete -c pkgkiln -n $none -a diff -d 'Show what changed, and why it is held'
complete -c pkgkiln -n $none -a approve -d 'Let what was shown be built'
complete -c pkgkiln -n $none -a deny -d 'Never build what is held'
complete -c pkgkiln -n $none -a doctor -d 'Check that everything is ready'
complete -c pkgkiln -n $none -a clean -d 'Remove what is not needed any more'
complete -c pkgkiln -n $none -a ledger -d 'Copy what people decided, and who owns which name'
complete -c pkgkiln -n $none -a sign -d 'Sign what is published already'
complete -c pkgkiln -n $none -a key -d 'Give clients the key that signs'
complete -c pkgkiln -n $none -a verify -d 'Build packages again, and compare'
complete -c pkgkiln -n $none -a config -d 'Show the effective settings'

complete -c pkgkiln -n '__fish_seen_subcommand_from build plan schedule tree remove diff approve deny clean verify' \
    -a "(pkgkiln targets 2>/dev/null | awk '{print \$1}')" -d Target
complete -c pkgkiln -n '__fish_seen_subcommand_from build plan' -s d -l due -d 'Only what is due'
complete -c pkgkiln -n '__fish_seen_subcommand_from build plan' -s f -l force -d 'Even what is published'
complete -c pkgkiln -n '__fish_seen_subcommand_from build plan schedule search show add remove held diff verify' -l json -d 'Print JSON'
complete -c pkgkiln -n '__fish_seen_subcommand_from plan' -s e -l explain -d 'Show what it was decided by'
complete -c pkgkiln -n '__fish_seen_subcommand_from build clean' -s n -l dry-run -d 'Only say what would be done'
complete -c pkgkiln -n '__fish_seen_subcommand_from clean' -s a -l all -d 'Remove all caches'
complete -c pkgkiln -n '__fish_seen_subcommand_from build' -l refresh-image -d 'Make a new builder image'
complete -c pkgkiln -n '__fish_seen_subcommand_from add' -s y -l yes -d 'Ask nothing'
complete -c pkgkiln -n '__fish_seen_subcommand_from diff' -l stat -d 'Only which files changed'
complete -c pkgkiln -n '__fish_seen_subcommand_from diff' -l full -d 'All lines'
complete -c pkgkiln -n '__fish_seen_subcommand_from approve' -s a -l all -d 'All that is held'
complete -c pkgkiln -n '__fish_seen_subcommand_from approve' -l allow -x -d 'A rule that is to hold it no more'
complete -c pkgkiln -n '__fish_seen_subcommand_from approve deny' -l commit -x -d 'The commit'
complete -c pkgkiln -n '__fish_seen_subcommand_from approve deny' -l note -x -d 'Why'
complete -c pkgkiln -n '__fish_seen_subcommand_from deny' -l freeze -d 'Nor any other commit'
complete -c pkgkiln -n '__fish_seen_subcommand_from verify' -F
complete -c pkgkiln -n '__fish_seen_subcommand_from key' -F -a export
complete -c pkgkiln -n '__fish_seen_subcommand_from sign' -s a -l all -d 'All without a valid signature'
complete -c pkgkiln -n '__fish_seen_subcommand_from ledger' -F -a 'export import'
complete -c pkgkiln -n '__fish_seen_subcommand_from ledger' -l replace -d 'In the place of one that holds something'
complete -c pkgkiln -n '__fish_seen_subcommand_from config' -l example -d 'Print a commented example'
complete -c pkgkiln -n '__fish_seen_subcommand_from notify' -l test -d 'Send a message by each way'
