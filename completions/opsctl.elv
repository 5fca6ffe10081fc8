# Completion of opsctl for elvish. The binary is asked on every TAB: nothing here depends on its release.

use str

set edit:completion:arg-completer[opsctl] = {|@words|
    var program = $words[0]
    if (not (has-external $program)) {
        set program = opsctl
    }
    env OPSCTL_COMPLETE=elvish $program -- $@words </dev/null 2>/dev/null | from-lines | each {|line|
        var value shown = (str:split &max=2 "\t" $line)
        var suffix = ' '
        if (str:has-suffix $value /) {
            set suffix = ''
        }
        edit:complex-candidate $value &display=$shown &code-suffix=$suffix
    }
}
