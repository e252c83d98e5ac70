# Completion for fish. The program itself says what may come; files where it says nothing.

function __pkgkiln_complete
    set -l words (commandline -opc) (commandline -ct)
    pkgkiln __complete $words[2..-1] 2>/dev/null
end

complete -c pkgkiln -f -a '(__pkgkiln_complete)'
complete -c pkgkiln -n 'test -z "$(__pkgkiln_complete)"' -F
