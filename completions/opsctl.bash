# Completion of opsctl for bash. The binary is asked on every TAB: nothing here depends on its release.

_opsctl() {
    local program line
    program=$(type -P -- "${1/#\~\//$HOME/}") || program=opsctl
    COMPREPLY=()
    while IFS= read -r line; do
        COMPREPLY+=("$line")
    done < <(
        OPSCTL_COMPLETE=bash OPSCTL_COMPLETE_LINE="${COMP_LINE:0:COMP_POINT}" OPSCTL_COMPLETE_WORD="$2" \
            OPSCTL_COMPLETE_TYPE="$COMP_TYPE" "$program" -- </dev/null 2>/dev/null
    )
    if [[ ${#COMPREPLY[@]} == 1 && ${COMPREPLY[0]} == */ ]]; then
        compopt -o nospace 2>/dev/null
    fi
}

# Shells before 4.4 sort by themselves.
complete -o nosort -F _opsctl opsctl 2>/dev/null || complete -F _opsctl opsctl
