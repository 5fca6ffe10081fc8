# Completion of opsctl for PowerShell. The binary is asked on every TAB: nothing here depends on its release.

Register-ArgumentCompleter -Native -CommandName opsctl -ScriptBlock {
    param($wordToComplete, $commandAst, $cursorPosition)

    $line = $commandAst.Extent.Text
    $length = $cursorPosition - $commandAst.Extent.StartOffset
    if ($length -gt $line.Length) {
        $line += ' '
    } else {
        $line = $line.Substring(0, $length)
    }
    $program = $commandAst.GetCommandName()
    if (-not (Get-Command $program -CommandType Application -ErrorAction SilentlyContinue)) {
        $program = 'opsctl'
    }
    try {
        $env:OPSCTL_COMPLETE = 'powershell'
        $env:OPSCTL_COMPLETE_LINE = $line
        $env:OPSCTL_COMPLETE_WORD = $wordToComplete
        & $program '--' 2>$null | ForEach-Object {
            $text, $shown, $about = $_ -split "`t", 3
            [System.Management.Automation.CompletionResult]::new($text, $shown, 'ParameterValue', $about)
        }
    } finally {
        Remove-Item Env:OPSCTL_COMPLETE, Env:OPSCTL_COMPLETE_LINE, Env:OPSCTL_COMPLETE_WORD -ErrorAction SilentlyContinue
    }
}
