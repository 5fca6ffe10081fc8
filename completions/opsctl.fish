# Completion of opsctl for fish. The binary is asked on every TAB: nothing here depends on its release.

function __opsctl_complete
    set -l words (commandline --current-process --tokenize --cut-at-cursor)
    set -l program (string replace --regex '^~/' "$HOME/" -- $words[1])
    command --query -- $program; or set program opsctl
    OPSCTL_COMPLETE=fish $program -- $words (commandline --current-token --cut-at-cursor) </dev/null 2>/dev/null
end

complete --command opsctl --no-files --keep-order --arguments '(__opsctl_complete)'
