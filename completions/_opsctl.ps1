
using namespace System.Management.Automation
using namespace System.Management.Automation.Language

Register-ArgumentCompleter -Native -CommandName 'opsctl' -ScriptBlock {
    param($wordToComplete, $commandAst, $cursorPosition)

    $commandElements = $commandAst.CommandElements
    $command = @(
        'opsctl'
        for ($i = 1; $i -lt $commandElements.Count; $i++) {
            $element = $commandElements[$i]
            if ($element -isnot [StringConstantExpressionAst] -or
                $element.StringConstantType -ne [StringConstantType]::BareWord -or
                $element.Value.StartsWith('-') -or
                $element.Value -eq $wordToComplete) {
                break
        }
        $element.Value
    }) -join ';'

    $completions = @(switch ($command) {
        'opsctl' {
            [CompletionResult]::new('--profile', '--profile', [CompletionResultType]::ParameterName, 'The profile of the AWS configuration files to sign in with')
            [CompletionResult]::new('--region', '--region', [CompletionResultType]::ParameterName, 'The AWS region')
            [CompletionResult]::new('--endpoint-url', '--endpoint-url', [CompletionResultType]::ParameterName, 'Send the calls of every service to this address')
            [CompletionResult]::new('--sandbox', '--sandbox', [CompletionResultType]::ParameterName, 'Use a running sandbox instead of AWS: the only one, or the one in DIR')
            [CompletionResult]::new('--max-attempts', '--max-attempts', [CompletionResultType]::ParameterName, 'How often a call is tried, the first time counted')
            [CompletionResult]::new('--retry-mode', '--retry-mode', [CompletionResultType]::ParameterName, 'How failed calls are tried again')
            [CompletionResult]::new('--connect-timeout', '--connect-timeout', [CompletionResultType]::ParameterName, 'Seconds to wait for a connection')
            [CompletionResult]::new('--read-timeout', '--read-timeout', [CompletionResultType]::ParameterName, 'Seconds to wait for an answer')
            [CompletionResult]::new('-o', '-o', [CompletionResultType]::ParameterName, 'The form of the answer on stdout')
            [CompletionResult]::new('--output', '--output', [CompletionResultType]::ParameterName, 'The form of the answer on stdout')
            [CompletionResult]::new('--query', '--query', [CompletionResultType]::ParameterName, 'A JMESPath expression applied to the whole JSON document before it is formatted')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to use colour')
            [CompletionResult]::new('--pager', '--pager', [CompletionResultType]::ParameterName, 'The program that shows answers longer than the terminal')
            [CompletionResult]::new('--log', '--log', [CompletionResultType]::ParameterName, 'What to log, instead of what -v and --debug choose: a level, or MODULE=LEVEL,...')
            [CompletionResult]::new('--log-file', '--log-file', [CompletionResultType]::ParameterName, 'Write the log into this file, readable by you only, instead of to stderr')
            [CompletionResult]::new('--log-format', '--log-format', [CompletionResultType]::ParameterName, 'The form of the log''s lines')
            [CompletionResult]::new('--timeout', '--timeout', [CompletionResultType]::ParameterName, 'Give up waiting after this long, with exit code 8; what was started goes on')
            [CompletionResult]::new('--lock', '--lock', [CompletionResultType]::ParameterName, 'Run only if no other opsctl of this user runs under the same lock; exit code 75 if one does')
            [CompletionResult]::new('--lock-wait', '--lock-wait', [CompletionResultType]::ParameterName, 'Wait this long for the lock')
            [CompletionResult]::new('--jitter', '--jitter', [CompletionResultType]::ParameterName, 'Start after a random delay of at most this, so that a fleet does not call at the same second')
            [CompletionResult]::new('--config', '--config', [CompletionResultType]::ParameterName, 'A config file of opsctl, which wins over the user''s own')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Print errors only on stderr')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Print errors only on stderr')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Say what is being called; twice: retries, pages and timings too')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Say what is being called; twice: retries, pages and timings too')
            [CompletionResult]::new('--debug', '--debug', [CompletionResultType]::ParameterName, 'Trace everything on stderr, secrets left out')
            [CompletionResult]::new('--no-progress', '--no-progress', [CompletionResultType]::ParameterName, 'Draw no progress')
            [CompletionResult]::new('--utc', '--utc', [CompletionResultType]::ParameterName, 'Times in UTC, on a terminal too')
            [CompletionResult]::new('--local', '--local', [CompletionResultType]::ParameterName, 'Times in the zone of this machine')
            [CompletionResult]::new('--no-pager', '--no-pager', [CompletionResultType]::ParameterName, 'Show long answers without a pager')
            [CompletionResult]::new('-y', '-y', [CompletionResultType]::ParameterName, 'Answer yes to every question')
            [CompletionResult]::new('--yes', '--yes', [CompletionResultType]::ParameterName, 'Answer yes to every question')
            [CompletionResult]::new('--no-input', '--no-input', [CompletionResultType]::ParameterName, 'Never ask; fail where a question would be needed')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('-V', '-V ', [CompletionResultType]::ParameterName, 'Print version')
            [CompletionResult]::new('--version', '--version', [CompletionResultType]::ParameterName, 'Print version')
            [CompletionResult]::new('ssm', 'ssm', [CompletionResultType]::ParameterValue, 'Sessions on nodes, through Session Manager')
            [CompletionResult]::new('sandbox', 'sandbox', [CompletionResultType]::ParameterValue, 'A loopback AWS to rehearse in')
            [CompletionResult]::new('whoami', 'whoami', [CompletionResultType]::ParameterValue, 'Say who AWS takes you for')
            [CompletionResult]::new('config', 'config', [CompletionResultType]::ParameterValue, 'The settings of opsctl: what they are, where they came from, what is wrong with them')
            [CompletionResult]::new('completions', 'completions', [CompletionResultType]::ParameterValue, 'Print the completion script of a shell')
            [CompletionResult]::new('man', 'man', [CompletionResultType]::ParameterValue, 'Print the manual page of a command, or write them all')
            [CompletionResult]::new('version', 'version', [CompletionResultType]::ParameterValue, 'Print the version')
            [CompletionResult]::new('help', 'help', [CompletionResultType]::ParameterValue, 'Print this message or the help of the given subcommand(s)')
            break
        }
        'opsctl;ssm' {
            [CompletionResult]::new('--profile', '--profile', [CompletionResultType]::ParameterName, 'The profile of the AWS configuration files to sign in with')
            [CompletionResult]::new('--region', '--region', [CompletionResultType]::ParameterName, 'The AWS region')
            [CompletionResult]::new('--endpoint-url', '--endpoint-url', [CompletionResultType]::ParameterName, 'Send the calls of every service to this address')
            [CompletionResult]::new('--sandbox', '--sandbox', [CompletionResultType]::ParameterName, 'Use a running sandbox instead of AWS: the only one, or the one in DIR')
            [CompletionResult]::new('--max-attempts', '--max-attempts', [CompletionResultType]::ParameterName, 'How often a call is tried, the first time counted')
            [CompletionResult]::new('--retry-mode', '--retry-mode', [CompletionResultType]::ParameterName, 'How failed calls are tried again')
            [CompletionResult]::new('--connect-timeout', '--connect-timeout', [CompletionResultType]::ParameterName, 'Seconds to wait for a connection')
            [CompletionResult]::new('--read-timeout', '--read-timeout', [CompletionResultType]::ParameterName, 'Seconds to wait for an answer')
            [CompletionResult]::new('-o', '-o', [CompletionResultType]::ParameterName, 'The form of the answer on stdout')
            [CompletionResult]::new('--output', '--output', [CompletionResultType]::ParameterName, 'The form of the answer on stdout')
            [CompletionResult]::new('--query', '--query', [CompletionResultType]::ParameterName, 'A JMESPath expression applied to the whole JSON document before it is formatted')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to use colour')
            [CompletionResult]::new('--pager', '--pager', [CompletionResultType]::ParameterName, 'The program that shows answers longer than the terminal')
            [CompletionResult]::new('--log', '--log', [CompletionResultType]::ParameterName, 'What to log, instead of what -v and --debug choose: a level, or MODULE=LEVEL,...')
            [CompletionResult]::new('--log-file', '--log-file', [CompletionResultType]::ParameterName, 'Write the log into this file, readable by you only, instead of to stderr')
            [CompletionResult]::new('--log-format', '--log-format', [CompletionResultType]::ParameterName, 'The form of the log''s lines')
            [CompletionResult]::new('--timeout', '--timeout', [CompletionResultType]::ParameterName, 'Give up waiting after this long, with exit code 8; what was started goes on')
            [CompletionResult]::new('--lock', '--lock', [CompletionResultType]::ParameterName, 'Run only if no other opsctl of this user runs under the same lock; exit code 75 if one does')
            [CompletionResult]::new('--lock-wait', '--lock-wait', [CompletionResultType]::ParameterName, 'Wait this long for the lock')
            [CompletionResult]::new('--jitter', '--jitter', [CompletionResultType]::ParameterName, 'Start after a random delay of at most this, so that a fleet does not call at the same second')
            [CompletionResult]::new('--config', '--config', [CompletionResultType]::ParameterName, 'A config file of opsctl, which wins over the user''s own')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Print errors only on stderr')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Print errors only on stderr')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Say what is being called; twice: retries, pages and timings too')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Say what is being called; twice: retries, pages and timings too')
            [CompletionResult]::new('--debug', '--debug', [CompletionResultType]::ParameterName, 'Trace everything on stderr, secrets left out')
            [CompletionResult]::new('--no-progress', '--no-progress', [CompletionResultType]::ParameterName, 'Draw no progress')
            [CompletionResult]::new('--utc', '--utc', [CompletionResultType]::ParameterName, 'Times in UTC, on a terminal too')
            [CompletionResult]::new('--local', '--local', [CompletionResultType]::ParameterName, 'Times in the zone of this machine')
            [CompletionResult]::new('--no-pager', '--no-pager', [CompletionResultType]::ParameterName, 'Show long answers without a pager')
            [CompletionResult]::new('-y', '-y', [CompletionResultType]::ParameterName, 'Answer yes to every question')
            [CompletionResult]::new('--yes', '--yes', [CompletionResultType]::ParameterName, 'Answer yes to every question')
            [CompletionResult]::new('--no-input', '--no-input', [CompletionResultType]::ParameterName, 'Never ask; fail where a question would be needed')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('list', 'list', [CompletionResultType]::ParameterValue, 'List the managed nodes')
            [CompletionResult]::new('connect', 'connect', [CompletionResultType]::ParameterValue, 'Open a shell on a node')
            [CompletionResult]::new('help', 'help', [CompletionResultType]::ParameterValue, 'Print this message or the help of the given subcommand(s)')
            break
        }
        'opsctl;ssm;list' {
            [CompletionResult]::new('--filter', '--filter', [CompletionResultType]::ParameterName, 'Only nodes that match a filter of the API, such as PlatformTypes or AgentVersion; may be repeated')
            [CompletionResult]::new('--tag', '--tag', [CompletionResultType]::ParameterName, 'Only nodes with this tag; may be repeated')
            [CompletionResult]::new('--columns', '--columns', [CompletionResultType]::ParameterName, 'The columns to show, in this order')
            [CompletionResult]::new('--sort', '--sort', [CompletionResultType]::ParameterName, 'The column to sort by; a dash in front turns the order round')
            [CompletionResult]::new('--limit', '--limit', [CompletionResultType]::ParameterName, 'Stop after this many items')
            [CompletionResult]::new('--profile', '--profile', [CompletionResultType]::ParameterName, 'The profile of the AWS configuration files to sign in with')
            [CompletionResult]::new('--region', '--region', [CompletionResultType]::ParameterName, 'The AWS region')
            [CompletionResult]::new('--endpoint-url', '--endpoint-url', [CompletionResultType]::ParameterName, 'Send the calls of every service to this address')
            [CompletionResult]::new('--sandbox', '--sandbox', [CompletionResultType]::ParameterName, 'Use a running sandbox instead of AWS: the only one, or the one in DIR')
            [CompletionResult]::new('--max-attempts', '--max-attempts', [CompletionResultType]::ParameterName, 'How often a call is tried, the first time counted')
            [CompletionResult]::new('--retry-mode', '--retry-mode', [CompletionResultType]::ParameterName, 'How failed calls are tried again')
            [CompletionResult]::new('--connect-timeout', '--connect-timeout', [CompletionResultType]::ParameterName, 'Seconds to wait for a connection')
            [CompletionResult]::new('--read-timeout', '--read-timeout', [CompletionResultType]::ParameterName, 'Seconds to wait for an answer')
            [CompletionResult]::new('-o', '-o', [CompletionResultType]::ParameterName, 'The form of the answer on stdout')
            [CompletionResult]::new('--output', '--output', [CompletionResultType]::ParameterName, 'The form of the answer on stdout')
            [CompletionResult]::new('--query', '--query', [CompletionResultType]::ParameterName, 'A JMESPath expression applied to the whole JSON document before it is formatted')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to use colour')
            [CompletionResult]::new('--pager', '--pager', [CompletionResultType]::ParameterName, 'The program that shows answers longer than the terminal')
            [CompletionResult]::new('--log', '--log', [CompletionResultType]::ParameterName, 'What to log, instead of what -v and --debug choose: a level, or MODULE=LEVEL,...')
            [CompletionResult]::new('--log-file', '--log-file', [CompletionResultType]::ParameterName, 'Write the log into this file, readable by you only, instead of to stderr')
            [CompletionResult]::new('--log-format', '--log-format', [CompletionResultType]::ParameterName, 'The form of the log''s lines')
            [CompletionResult]::new('--timeout', '--timeout', [CompletionResultType]::ParameterName, 'Give up waiting after this long, with exit code 8; what was started goes on')
            [CompletionResult]::new('--lock', '--lock', [CompletionResultType]::ParameterName, 'Run only if no other opsctl of this user runs under the same lock; exit code 75 if one does')
            [CompletionResult]::new('--lock-wait', '--lock-wait', [CompletionResultType]::ParameterName, 'Wait this long for the lock')
            [CompletionResult]::new('--jitter', '--jitter', [CompletionResultType]::ParameterName, 'Start after a random delay of at most this, so that a fleet does not call at the same second')
            [CompletionResult]::new('--config', '--config', [CompletionResultType]::ParameterName, 'A config file of opsctl, which wins over the user''s own')
            [CompletionResult]::new('-a', '-a', [CompletionResultType]::ParameterName, 'Nodes that are not online, too')
            [CompletionResult]::new('--all', '--all', [CompletionResultType]::ParameterName, 'Nodes that are not online, too')
            [CompletionResult]::new('--no-header', '--no-header', [CompletionResultType]::ParameterName, 'Leave the header line out')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Print errors only on stderr')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Print errors only on stderr')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Say what is being called; twice: retries, pages and timings too')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Say what is being called; twice: retries, pages and timings too')
            [CompletionResult]::new('--debug', '--debug', [CompletionResultType]::ParameterName, 'Trace everything on stderr, secrets left out')
            [CompletionResult]::new('--no-progress', '--no-progress', [CompletionResultType]::ParameterName, 'Draw no progress')
            [CompletionResult]::new('--utc', '--utc', [CompletionResultType]::ParameterName, 'Times in UTC, on a terminal too')
            [CompletionResult]::new('--local', '--local', [CompletionResultType]::ParameterName, 'Times in the zone of this machine')
            [CompletionResult]::new('--no-pager', '--no-pager', [CompletionResultType]::ParameterName, 'Show long answers without a pager')
            [CompletionResult]::new('-y', '-y', [CompletionResultType]::ParameterName, 'Answer yes to every question')
            [CompletionResult]::new('--yes', '--yes', [CompletionResultType]::ParameterName, 'Answer yes to every question')
            [CompletionResult]::new('--no-input', '--no-input', [CompletionResultType]::ParameterName, 'Never ask; fail where a question would be needed')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'opsctl;ssm;connect' {
            [CompletionResult]::new('--document', '--document', [CompletionResultType]::ParameterName, 'The session document instead of the account''s preferences')
            [CompletionResult]::new('--parameter', '--parameter', [CompletionResultType]::ParameterName, 'A parameter of the document; may be repeated')
            [CompletionResult]::new('--reason', '--reason', [CompletionResultType]::ParameterName, 'Why, for the session history and CloudTrail')
            [CompletionResult]::new('--start-timeout', '--start-timeout', [CompletionResultType]::ParameterName, 'Seconds to wait for the node''s agent to answer')
            [CompletionResult]::new('--profile', '--profile', [CompletionResultType]::ParameterName, 'The profile of the AWS configuration files to sign in with')
            [CompletionResult]::new('--region', '--region', [CompletionResultType]::ParameterName, 'The AWS region')
            [CompletionResult]::new('--endpoint-url', '--endpoint-url', [CompletionResultType]::ParameterName, 'Send the calls of every service to this address')
            [CompletionResult]::new('--sandbox', '--sandbox', [CompletionResultType]::ParameterName, 'Use a running sandbox instead of AWS: the only one, or the one in DIR')
            [CompletionResult]::new('--max-attempts', '--max-attempts', [CompletionResultType]::ParameterName, 'How often a call is tried, the first time counted')
            [CompletionResult]::new('--retry-mode', '--retry-mode', [CompletionResultType]::ParameterName, 'How failed calls are tried again')
            [CompletionResult]::new('--connect-timeout', '--connect-timeout', [CompletionResultType]::ParameterName, 'Seconds to wait for a connection')
            [CompletionResult]::new('--read-timeout', '--read-timeout', [CompletionResultType]::ParameterName, 'Seconds to wait for an answer')
            [CompletionResult]::new('-o', '-o', [CompletionResultType]::ParameterName, 'The form of the answer on stdout')
            [CompletionResult]::new('--output', '--output', [CompletionResultType]::ParameterName, 'The form of the answer on stdout')
            [CompletionResult]::new('--query', '--query', [CompletionResultType]::ParameterName, 'A JMESPath expression applied to the whole JSON document before it is formatted')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to use colour')
            [CompletionResult]::new('--pager', '--pager', [CompletionResultType]::ParameterName, 'The program that shows answers longer than the terminal')
            [CompletionResult]::new('--log', '--log', [CompletionResultType]::ParameterName, 'What to log, instead of what -v and --debug choose: a level, or MODULE=LEVEL,...')
            [CompletionResult]::new('--log-file', '--log-file', [CompletionResultType]::ParameterName, 'Write the log into this file, readable by you only, instead of to stderr')
            [CompletionResult]::new('--log-format', '--log-format', [CompletionResultType]::ParameterName, 'The form of the log''s lines')
            [CompletionResult]::new('--timeout', '--timeout', [CompletionResultType]::ParameterName, 'Give up waiting after this long, with exit code 8; what was started goes on')
            [CompletionResult]::new('--lock', '--lock', [CompletionResultType]::ParameterName, 'Run only if no other opsctl of this user runs under the same lock; exit code 75 if one does')
            [CompletionResult]::new('--lock-wait', '--lock-wait', [CompletionResultType]::ParameterName, 'Wait this long for the lock')
            [CompletionResult]::new('--jitter', '--jitter', [CompletionResultType]::ParameterName, 'Start after a random delay of at most this, so that a fleet does not call at the same second')
            [CompletionResult]::new('--config', '--config', [CompletionResultType]::ParameterName, 'A config file of opsctl, which wins over the user''s own')
            [CompletionResult]::new('--no-eof', '--no-eof', [CompletionResultType]::ParameterName, 'Send no Ctrl-D when stdin ends')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Print errors only on stderr')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Print errors only on stderr')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Say what is being called; twice: retries, pages and timings too')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Say what is being called; twice: retries, pages and timings too')
            [CompletionResult]::new('--debug', '--debug', [CompletionResultType]::ParameterName, 'Trace everything on stderr, secrets left out')
            [CompletionResult]::new('--no-progress', '--no-progress', [CompletionResultType]::ParameterName, 'Draw no progress')
            [CompletionResult]::new('--utc', '--utc', [CompletionResultType]::ParameterName, 'Times in UTC, on a terminal too')
            [CompletionResult]::new('--local', '--local', [CompletionResultType]::ParameterName, 'Times in the zone of this machine')
            [CompletionResult]::new('--no-pager', '--no-pager', [CompletionResultType]::ParameterName, 'Show long answers without a pager')
            [CompletionResult]::new('-y', '-y', [CompletionResultType]::ParameterName, 'Answer yes to every question')
            [CompletionResult]::new('--yes', '--yes', [CompletionResultType]::ParameterName, 'Answer yes to every question')
            [CompletionResult]::new('--no-input', '--no-input', [CompletionResultType]::ParameterName, 'Never ask; fail where a question would be needed')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'opsctl;ssm;help' {
            [CompletionResult]::new('list', 'list', [CompletionResultType]::ParameterValue, 'List the managed nodes')
            [CompletionResult]::new('connect', 'connect', [CompletionResultType]::ParameterValue, 'Open a shell on a node')
            [CompletionResult]::new('help', 'help', [CompletionResultType]::ParameterValue, 'Print this message or the help of the given subcommand(s)')
            break
        }
        'opsctl;ssm;help;list' {
            break
        }
        'opsctl;ssm;help;connect' {
            break
        }
        'opsctl;ssm;help;help' {
            break
        }
        'opsctl;sandbox' {
            [CompletionResult]::new('--profile', '--profile', [CompletionResultType]::ParameterName, 'The profile of the AWS configuration files to sign in with')
            [CompletionResult]::new('--region', '--region', [CompletionResultType]::ParameterName, 'The AWS region')
            [CompletionResult]::new('--endpoint-url', '--endpoint-url', [CompletionResultType]::ParameterName, 'Send the calls of every service to this address')
            [CompletionResult]::new('--sandbox', '--sandbox', [CompletionResultType]::ParameterName, 'Use a running sandbox instead of AWS: the only one, or the one in DIR')
            [CompletionResult]::new('--max-attempts', '--max-attempts', [CompletionResultType]::ParameterName, 'How often a call is tried, the first time counted')
            [CompletionResult]::new('--retry-mode', '--retry-mode', [CompletionResultType]::ParameterName, 'How failed calls are tried again')
            [CompletionResult]::new('--connect-timeout', '--connect-timeout', [CompletionResultType]::ParameterName, 'Seconds to wait for a connection')
            [CompletionResult]::new('--read-timeout', '--read-timeout', [CompletionResultType]::ParameterName, 'Seconds to wait for an answer')
            [CompletionResult]::new('-o', '-o', [CompletionResultType]::ParameterName, 'The form of the answer on stdout')
            [CompletionResult]::new('--output', '--output', [CompletionResultType]::ParameterName, 'The form of the answer on stdout')
            [CompletionResult]::new('--query', '--query', [CompletionResultType]::ParameterName, 'A JMESPath expression applied to the whole JSON document before it is formatted')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to use colour')
            [CompletionResult]::new('--pager', '--pager', [CompletionResultType]::ParameterName, 'The program that shows answers longer than the terminal')
            [CompletionResult]::new('--log', '--log', [CompletionResultType]::ParameterName, 'What to log, instead of what -v and --debug choose: a level, or MODULE=LEVEL,...')
            [CompletionResult]::new('--log-file', '--log-file', [CompletionResultType]::ParameterName, 'Write the log into this file, readable by you only, instead of to stderr')
            [CompletionResult]::new('--log-format', '--log-format', [CompletionResultType]::ParameterName, 'The form of the log''s lines')
            [CompletionResult]::new('--timeout', '--timeout', [CompletionResultType]::ParameterName, 'Give up waiting after this long, with exit code 8; what was started goes on')
            [CompletionResult]::new('--lock', '--lock', [CompletionResultType]::ParameterName, 'Run only if no other opsctl of this user runs under the same lock; exit code 75 if one does')
            [CompletionResult]::new('--lock-wait', '--lock-wait', [CompletionResultType]::ParameterName, 'Wait this long for the lock')
            [CompletionResult]::new('--jitter', '--jitter', [CompletionResultType]::ParameterName, 'Start after a random delay of at most this, so that a fleet does not call at the same second')
            [CompletionResult]::new('--config', '--config', [CompletionResultType]::ParameterName, 'A config file of opsctl, which wins over the user''s own')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Print errors only on stderr')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Print errors only on stderr')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Say what is being called; twice: retries, pages and timings too')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Say what is being called; twice: retries, pages and timings too')
            [CompletionResult]::new('--debug', '--debug', [CompletionResultType]::ParameterName, 'Trace everything on stderr, secrets left out')
            [CompletionResult]::new('--no-progress', '--no-progress', [CompletionResultType]::ParameterName, 'Draw no progress')
            [CompletionResult]::new('--utc', '--utc', [CompletionResultType]::ParameterName, 'Times in UTC, on a terminal too')
            [CompletionResult]::new('--local', '--local', [CompletionResultType]::ParameterName, 'Times in the zone of this machine')
            [CompletionResult]::new('--no-pager', '--no-pager', [CompletionResultType]::ParameterName, 'Show long answers without a pager')
            [CompletionResult]::new('-y', '-y', [CompletionResultType]::ParameterName, 'Answer yes to every question')
            [CompletionResult]::new('--yes', '--yes', [CompletionResultType]::ParameterName, 'Answer yes to every question')
            [CompletionResult]::new('--no-input', '--no-input', [CompletionResultType]::ParameterName, 'Never ask; fail where a question would be needed')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('run', 'run', [CompletionResultType]::ParameterValue, 'Run a command with a sandbox of its own in place of AWS')
            [CompletionResult]::new('up', 'up', [CompletionResultType]::ParameterValue, 'Keep a sandbox running for other commands')
            [CompletionResult]::new('status', 'status', [CompletionResultType]::ParameterValue, 'Say which sandboxes run')
            [CompletionResult]::new('down', 'down', [CompletionResultType]::ParameterValue, 'End a running sandbox and its shells')
            [CompletionResult]::new('init', 'init', [CompletionResultType]::ParameterValue, 'Write a commented sandbox.toml')
            [CompletionResult]::new('help', 'help', [CompletionResultType]::ParameterValue, 'Print this message or the help of the given subcommand(s)')
            break
        }
        'opsctl;sandbox;run' {
            [CompletionResult]::new('--config', '--config', [CompletionResultType]::ParameterName, 'What the sandbox is like, as `opsctl sandbox init` writes it; runs the shells it names')
            [CompletionResult]::new('--dir', '--dir', [CompletionResultType]::ParameterName, 'The folder of the sandbox, kept; a sandbox.toml in it is read unless --config names another')
            [CompletionResult]::new('--profile', '--profile', [CompletionResultType]::ParameterName, 'The profile of the AWS configuration files to sign in with')
            [CompletionResult]::new('--region', '--region', [CompletionResultType]::ParameterName, 'The AWS region')
            [CompletionResult]::new('--endpoint-url', '--endpoint-url', [CompletionResultType]::ParameterName, 'Send the calls of every service to this address')
            [CompletionResult]::new('--sandbox', '--sandbox', [CompletionResultType]::ParameterName, 'Use a running sandbox instead of AWS: the only one, or the one in DIR')
            [CompletionResult]::new('--max-attempts', '--max-attempts', [CompletionResultType]::ParameterName, 'How often a call is tried, the first time counted')
            [CompletionResult]::new('--retry-mode', '--retry-mode', [CompletionResultType]::ParameterName, 'How failed calls are tried again')
            [CompletionResult]::new('--connect-timeout', '--connect-timeout', [CompletionResultType]::ParameterName, 'Seconds to wait for a connection')
            [CompletionResult]::new('--read-timeout', '--read-timeout', [CompletionResultType]::ParameterName, 'Seconds to wait for an answer')
            [CompletionResult]::new('-o', '-o', [CompletionResultType]::ParameterName, 'The form of the answer on stdout')
            [CompletionResult]::new('--output', '--output', [CompletionResultType]::ParameterName, 'The form of the answer on stdout')
            [CompletionResult]::new('--query', '--query', [CompletionResultType]::ParameterName, 'A JMESPath expression applied to the whole JSON document before it is formatted')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to use colour')
            [CompletionResult]::new('--pager', '--pager', [CompletionResultType]::ParameterName, 'The program that shows answers longer than the terminal')
            [CompletionResult]::new('--log', '--log', [CompletionResultType]::ParameterName, 'What to log, instead of what -v and --debug choose: a level, or MODULE=LEVEL,...')
            [CompletionResult]::new('--log-file', '--log-file', [CompletionResultType]::ParameterName, 'Write the log into this file, readable by you only, instead of to stderr')
            [CompletionResult]::new('--log-format', '--log-format', [CompletionResultType]::ParameterName, 'The form of the log''s lines')
            [CompletionResult]::new('--timeout', '--timeout', [CompletionResultType]::ParameterName, 'Give up waiting after this long, with exit code 8; what was started goes on')
            [CompletionResult]::new('--lock', '--lock', [CompletionResultType]::ParameterName, 'Run only if no other opsctl of this user runs under the same lock; exit code 75 if one does')
            [CompletionResult]::new('--lock-wait', '--lock-wait', [CompletionResultType]::ParameterName, 'Wait this long for the lock')
            [CompletionResult]::new('--jitter', '--jitter', [CompletionResultType]::ParameterName, 'Start after a random delay of at most this, so that a fleet does not call at the same second')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Print errors only on stderr')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Print errors only on stderr')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Say what is being called; twice: retries, pages and timings too')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Say what is being called; twice: retries, pages and timings too')
            [CompletionResult]::new('--debug', '--debug', [CompletionResultType]::ParameterName, 'Trace everything on stderr, secrets left out')
            [CompletionResult]::new('--no-progress', '--no-progress', [CompletionResultType]::ParameterName, 'Draw no progress')
            [CompletionResult]::new('--utc', '--utc', [CompletionResultType]::ParameterName, 'Times in UTC, on a terminal too')
            [CompletionResult]::new('--local', '--local', [CompletionResultType]::ParameterName, 'Times in the zone of this machine')
            [CompletionResult]::new('--no-pager', '--no-pager', [CompletionResultType]::ParameterName, 'Show long answers without a pager')
            [CompletionResult]::new('-y', '-y', [CompletionResultType]::ParameterName, 'Answer yes to every question')
            [CompletionResult]::new('--yes', '--yes', [CompletionResultType]::ParameterName, 'Answer yes to every question')
            [CompletionResult]::new('--no-input', '--no-input', [CompletionResultType]::ParameterName, 'Never ask; fail where a question would be needed')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'opsctl;sandbox;up' {
            [CompletionResult]::new('--config', '--config', [CompletionResultType]::ParameterName, 'What the sandbox is like, as `opsctl sandbox init` writes it; runs the shells it names')
            [CompletionResult]::new('--dir', '--dir', [CompletionResultType]::ParameterName, 'The folder of the sandbox, kept; a sandbox.toml in it is read unless --config names another')
            [CompletionResult]::new('--port', '--port', [CompletionResultType]::ParameterName, 'The port to listen on; 0 takes a free one')
            [CompletionResult]::new('--profile', '--profile', [CompletionResultType]::ParameterName, 'The profile of the AWS configuration files to sign in with')
            [CompletionResult]::new('--region', '--region', [CompletionResultType]::ParameterName, 'The AWS region')
            [CompletionResult]::new('--endpoint-url', '--endpoint-url', [CompletionResultType]::ParameterName, 'Send the calls of every service to this address')
            [CompletionResult]::new('--sandbox', '--sandbox', [CompletionResultType]::ParameterName, 'Use a running sandbox instead of AWS: the only one, or the one in DIR')
            [CompletionResult]::new('--max-attempts', '--max-attempts', [CompletionResultType]::ParameterName, 'How often a call is tried, the first time counted')
            [CompletionResult]::new('--retry-mode', '--retry-mode', [CompletionResultType]::ParameterName, 'How failed calls are tried again')
            [CompletionResult]::new('--connect-timeout', '--connect-timeout', [CompletionResultType]::ParameterName, 'Seconds to wait for a connection')
            [CompletionResult]::new('--read-timeout', '--read-timeout', [CompletionResultType]::ParameterName, 'Seconds to wait for an answer')
            [CompletionResult]::new('-o', '-o', [CompletionResultType]::ParameterName, 'The form of the answer on stdout')
            [CompletionResult]::new('--output', '--output', [CompletionResultType]::ParameterName, 'The form of the answer on stdout')
            [CompletionResult]::new('--query', '--query', [CompletionResultType]::ParameterName, 'A JMESPath expression applied to the whole JSON document before it is formatted')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to use colour')
            [CompletionResult]::new('--pager', '--pager', [CompletionResultType]::ParameterName, 'The program that shows answers longer than the terminal')
            [CompletionResult]::new('--log', '--log', [CompletionResultType]::ParameterName, 'What to log, instead of what -v and --debug choose: a level, or MODULE=LEVEL,...')
            [CompletionResult]::new('--log-file', '--log-file', [CompletionResultType]::ParameterName, 'Write the log into this file, readable by you only, instead of to stderr')
            [CompletionResult]::new('--log-format', '--log-format', [CompletionResultType]::ParameterName, 'The form of the log''s lines')
            [CompletionResult]::new('--timeout', '--timeout', [CompletionResultType]::ParameterName, 'Give up waiting after this long, with exit code 8; what was started goes on')
            [CompletionResult]::new('--lock', '--lock', [CompletionResultType]::ParameterName, 'Run only if no other opsctl of this user runs under the same lock; exit code 75 if one does')
            [CompletionResult]::new('--lock-wait', '--lock-wait', [CompletionResultType]::ParameterName, 'Wait this long for the lock')
            [CompletionResult]::new('--jitter', '--jitter', [CompletionResultType]::ParameterName, 'Start after a random delay of at most this, so that a fleet does not call at the same second')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Print errors only on stderr')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Print errors only on stderr')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Say what is being called; twice: retries, pages and timings too')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Say what is being called; twice: retries, pages and timings too')
            [CompletionResult]::new('--debug', '--debug', [CompletionResultType]::ParameterName, 'Trace everything on stderr, secrets left out')
            [CompletionResult]::new('--no-progress', '--no-progress', [CompletionResultType]::ParameterName, 'Draw no progress')
            [CompletionResult]::new('--utc', '--utc', [CompletionResultType]::ParameterName, 'Times in UTC, on a terminal too')
            [CompletionResult]::new('--local', '--local', [CompletionResultType]::ParameterName, 'Times in the zone of this machine')
            [CompletionResult]::new('--no-pager', '--no-pager', [CompletionResultType]::ParameterName, 'Show long answers without a pager')
            [CompletionResult]::new('-y', '-y', [CompletionResultType]::ParameterName, 'Answer yes to every question')
            [CompletionResult]::new('--yes', '--yes', [CompletionResultType]::ParameterName, 'Answer yes to every question')
            [CompletionResult]::new('--no-input', '--no-input', [CompletionResultType]::ParameterName, 'Never ask; fail where a question would be needed')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'opsctl;sandbox;status' {
            [CompletionResult]::new('--dir', '--dir', [CompletionResultType]::ParameterName, 'The folder of the sandbox')
            [CompletionResult]::new('--columns', '--columns', [CompletionResultType]::ParameterName, 'The columns to show, in this order')
            [CompletionResult]::new('--sort', '--sort', [CompletionResultType]::ParameterName, 'The column to sort by; a dash in front turns the order round')
            [CompletionResult]::new('--limit', '--limit', [CompletionResultType]::ParameterName, 'Stop after this many items')
            [CompletionResult]::new('--profile', '--profile', [CompletionResultType]::ParameterName, 'The profile of the AWS configuration files to sign in with')
            [CompletionResult]::new('--region', '--region', [CompletionResultType]::ParameterName, 'The AWS region')
            [CompletionResult]::new('--endpoint-url', '--endpoint-url', [CompletionResultType]::ParameterName, 'Send the calls of every service to this address')
            [CompletionResult]::new('--sandbox', '--sandbox', [CompletionResultType]::ParameterName, 'Use a running sandbox instead of AWS: the only one, or the one in DIR')
            [CompletionResult]::new('--max-attempts', '--max-attempts', [CompletionResultType]::ParameterName, 'How often a call is tried, the first time counted')
            [CompletionResult]::new('--retry-mode', '--retry-mode', [CompletionResultType]::ParameterName, 'How failed calls are tried again')
            [CompletionResult]::new('--connect-timeout', '--connect-timeout', [CompletionResultType]::ParameterName, 'Seconds to wait for a connection')
            [CompletionResult]::new('--read-timeout', '--read-timeout', [CompletionResultType]::ParameterName, 'Seconds to wait for an answer')
            [CompletionResult]::new('-o', '-o', [CompletionResultType]::ParameterName, 'The form of the answer on stdout')
            [CompletionResult]::new('--output', '--output', [CompletionResultType]::ParameterName, 'The form of the answer on stdout')
            [CompletionResult]::new('--query', '--query', [CompletionResultType]::ParameterName, 'A JMESPath expression applied to the whole JSON document before it is formatted')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to use colour')
            [CompletionResult]::new('--pager', '--pager', [CompletionResultType]::ParameterName, 'The program that shows answers longer than the terminal')
            [CompletionResult]::new('--log', '--log', [CompletionResultType]::ParameterName, 'What to log, instead of what -v and --debug choose: a level, or MODULE=LEVEL,...')
            [CompletionResult]::new('--log-file', '--log-file', [CompletionResultType]::ParameterName, 'Write the log into this file, readable by you only, instead of to stderr')
            [CompletionResult]::new('--log-format', '--log-format', [CompletionResultType]::ParameterName, 'The form of the log''s lines')
            [CompletionResult]::new('--timeout', '--timeout', [CompletionResultType]::ParameterName, 'Give up waiting after this long, with exit code 8; what was started goes on')
            [CompletionResult]::new('--lock', '--lock', [CompletionResultType]::ParameterName, 'Run only if no other opsctl of this user runs under the same lock; exit code 75 if one does')
            [CompletionResult]::new('--lock-wait', '--lock-wait', [CompletionResultType]::ParameterName, 'Wait this long for the lock')
            [CompletionResult]::new('--jitter', '--jitter', [CompletionResultType]::ParameterName, 'Start after a random delay of at most this, so that a fleet does not call at the same second')
            [CompletionResult]::new('--config', '--config', [CompletionResultType]::ParameterName, 'A config file of opsctl, which wins over the user''s own')
            [CompletionResult]::new('--no-header', '--no-header', [CompletionResultType]::ParameterName, 'Leave the header line out')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Print errors only on stderr')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Print errors only on stderr')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Say what is being called; twice: retries, pages and timings too')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Say what is being called; twice: retries, pages and timings too')
            [CompletionResult]::new('--debug', '--debug', [CompletionResultType]::ParameterName, 'Trace everything on stderr, secrets left out')
            [CompletionResult]::new('--no-progress', '--no-progress', [CompletionResultType]::ParameterName, 'Draw no progress')
            [CompletionResult]::new('--utc', '--utc', [CompletionResultType]::ParameterName, 'Times in UTC, on a terminal too')
            [CompletionResult]::new('--local', '--local', [CompletionResultType]::ParameterName, 'Times in the zone of this machine')
            [CompletionResult]::new('--no-pager', '--no-pager', [CompletionResultType]::ParameterName, 'Show long answers without a pager')
            [CompletionResult]::new('-y', '-y', [CompletionResultType]::ParameterName, 'Answer yes to every question')
            [CompletionResult]::new('--yes', '--yes', [CompletionResultType]::ParameterName, 'Answer yes to every question')
            [CompletionResult]::new('--no-input', '--no-input', [CompletionResultType]::ParameterName, 'Never ask; fail where a question would be needed')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'opsctl;sandbox;down' {
            [CompletionResult]::new('--dir', '--dir', [CompletionResultType]::ParameterName, 'The folder of the sandbox')
            [CompletionResult]::new('--profile', '--profile', [CompletionResultType]::ParameterName, 'The profile of the AWS configuration files to sign in with')
            [CompletionResult]::new('--region', '--region', [CompletionResultType]::ParameterName, 'The AWS region')
            [CompletionResult]::new('--endpoint-url', '--endpoint-url', [CompletionResultType]::ParameterName, 'Send the calls of every service to this address')
            [CompletionResult]::new('--sandbox', '--sandbox', [CompletionResultType]::ParameterName, 'Use a running sandbox instead of AWS: the only one, or the one in DIR')
            [CompletionResult]::new('--max-attempts', '--max-attempts', [CompletionResultType]::ParameterName, 'How often a call is tried, the first time counted')
            [CompletionResult]::new('--retry-mode', '--retry-mode', [CompletionResultType]::ParameterName, 'How failed calls are tried again')
            [CompletionResult]::new('--connect-timeout', '--connect-timeout', [CompletionResultType]::ParameterName, 'Seconds to wait for a connection')
            [CompletionResult]::new('--read-timeout', '--read-timeout', [CompletionResultType]::ParameterName, 'Seconds to wait for an answer')
            [CompletionResult]::new('-o', '-o', [CompletionResultType]::ParameterName, 'The form of the answer on stdout')
            [CompletionResult]::new('--output', '--output', [CompletionResultType]::ParameterName, 'The form of the answer on stdout')
            [CompletionResult]::new('--query', '--query', [CompletionResultType]::ParameterName, 'A JMESPath expression applied to the whole JSON document before it is formatted')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to use colour')
            [CompletionResult]::new('--pager', '--pager', [CompletionResultType]::ParameterName, 'The program that shows answers longer than the terminal')
            [CompletionResult]::new('--log', '--log', [CompletionResultType]::ParameterName, 'What to log, instead of what -v and --debug choose: a level, or MODULE=LEVEL,...')
            [CompletionResult]::new('--log-file', '--log-file', [CompletionResultType]::ParameterName, 'Write the log into this file, readable by you only, instead of to stderr')
            [CompletionResult]::new('--log-format', '--log-format', [CompletionResultType]::ParameterName, 'The form of the log''s lines')
            [CompletionResult]::new('--timeout', '--timeout', [CompletionResultType]::ParameterName, 'Give up waiting after this long, with exit code 8; what was started goes on')
            [CompletionResult]::new('--lock', '--lock', [CompletionResultType]::ParameterName, 'Run only if no other opsctl of this user runs under the same lock; exit code 75 if one does')
            [CompletionResult]::new('--lock-wait', '--lock-wait', [CompletionResultType]::ParameterName, 'Wait this long for the lock')
            [CompletionResult]::new('--jitter', '--jitter', [CompletionResultType]::ParameterName, 'Start after a random delay of at most this, so that a fleet does not call at the same second')
            [CompletionResult]::new('--config', '--config', [CompletionResultType]::ParameterName, 'A config file of opsctl, which wins over the user''s own')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Print errors only on stderr')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Print errors only on stderr')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Say what is being called; twice: retries, pages and timings too')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Say what is being called; twice: retries, pages and timings too')
            [CompletionResult]::new('--debug', '--debug', [CompletionResultType]::ParameterName, 'Trace everything on stderr, secrets left out')
            [CompletionResult]::new('--no-progress', '--no-progress', [CompletionResultType]::ParameterName, 'Draw no progress')
            [CompletionResult]::new('--utc', '--utc', [CompletionResultType]::ParameterName, 'Times in UTC, on a terminal too')
            [CompletionResult]::new('--local', '--local', [CompletionResultType]::ParameterName, 'Times in the zone of this machine')
            [CompletionResult]::new('--no-pager', '--no-pager', [CompletionResultType]::ParameterName, 'Show long answers without a pager')
            [CompletionResult]::new('-y', '-y', [CompletionResultType]::ParameterName, 'Answer yes to every question')
            [CompletionResult]::new('--yes', '--yes', [CompletionResultType]::ParameterName, 'Answer yes to every question')
            [CompletionResult]::new('--no-input', '--no-input', [CompletionResultType]::ParameterName, 'Never ask; fail where a question would be needed')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'opsctl;sandbox;init' {
            [CompletionResult]::new('--profile', '--profile', [CompletionResultType]::ParameterName, 'The profile of the AWS configuration files to sign in with')
            [CompletionResult]::new('--region', '--region', [CompletionResultType]::ParameterName, 'The AWS region')
            [CompletionResult]::new('--endpoint-url', '--endpoint-url', [CompletionResultType]::ParameterName, 'Send the calls of every service to this address')
            [CompletionResult]::new('--sandbox', '--sandbox', [CompletionResultType]::ParameterName, 'Use a running sandbox instead of AWS: the only one, or the one in DIR')
            [CompletionResult]::new('--max-attempts', '--max-attempts', [CompletionResultType]::ParameterName, 'How often a call is tried, the first time counted')
            [CompletionResult]::new('--retry-mode', '--retry-mode', [CompletionResultType]::ParameterName, 'How failed calls are tried again')
            [CompletionResult]::new('--connect-timeout', '--connect-timeout', [CompletionResultType]::ParameterName, 'Seconds to wait for a connection')
            [CompletionResult]::new('--read-timeout', '--read-timeout', [CompletionResultType]::ParameterName, 'Seconds to wait for an answer')
            [CompletionResult]::new('-o', '-o', [CompletionResultType]::ParameterName, 'The form of the answer on stdout')
            [CompletionResult]::new('--output', '--output', [CompletionResultType]::ParameterName, 'The form of the answer on stdout')
            [CompletionResult]::new('--query', '--query', [CompletionResultType]::ParameterName, 'A JMESPath expression applied to the whole JSON document before it is formatted')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to use colour')
            [CompletionResult]::new('--pager', '--pager', [CompletionResultType]::ParameterName, 'The program that shows answers longer than the terminal')
            [CompletionResult]::new('--log', '--log', [CompletionResultType]::ParameterName, 'What to log, instead of what -v and --debug choose: a level, or MODULE=LEVEL,...')
            [CompletionResult]::new('--log-file', '--log-file', [CompletionResultType]::ParameterName, 'Write the log into this file, readable by you only, instead of to stderr')
            [CompletionResult]::new('--log-format', '--log-format', [CompletionResultType]::ParameterName, 'The form of the log''s lines')
            [CompletionResult]::new('--timeout', '--timeout', [CompletionResultType]::ParameterName, 'Give up waiting after this long, with exit code 8; what was started goes on')
            [CompletionResult]::new('--lock', '--lock', [CompletionResultType]::ParameterName, 'Run only if no other opsctl of this user runs under the same lock; exit code 75 if one does')
            [CompletionResult]::new('--lock-wait', '--lock-wait', [CompletionResultType]::ParameterName, 'Wait this long for the lock')
            [CompletionResult]::new('--jitter', '--jitter', [CompletionResultType]::ParameterName, 'Start after a random delay of at most this, so that a fleet does not call at the same second')
            [CompletionResult]::new('--config', '--config', [CompletionResultType]::ParameterName, 'A config file of opsctl, which wins over the user''s own')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Print errors only on stderr')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Print errors only on stderr')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Say what is being called; twice: retries, pages and timings too')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Say what is being called; twice: retries, pages and timings too')
            [CompletionResult]::new('--debug', '--debug', [CompletionResultType]::ParameterName, 'Trace everything on stderr, secrets left out')
            [CompletionResult]::new('--no-progress', '--no-progress', [CompletionResultType]::ParameterName, 'Draw no progress')
            [CompletionResult]::new('--utc', '--utc', [CompletionResultType]::ParameterName, 'Times in UTC, on a terminal too')
            [CompletionResult]::new('--local', '--local', [CompletionResultType]::ParameterName, 'Times in the zone of this machine')
            [CompletionResult]::new('--no-pager', '--no-pager', [CompletionResultType]::ParameterName, 'Show long answers without a pager')
            [CompletionResult]::new('-y', '-y', [CompletionResultType]::ParameterName, 'Answer yes to every question')
            [CompletionResult]::new('--yes', '--yes', [CompletionResultType]::ParameterName, 'Answer yes to every question')
            [CompletionResult]::new('--no-input', '--no-input', [CompletionResultType]::ParameterName, 'Never ask; fail where a question would be needed')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'opsctl;sandbox;help' {
            [CompletionResult]::new('run', 'run', [CompletionResultType]::ParameterValue, 'Run a command with a sandbox of its own in place of AWS')
            [CompletionResult]::new('up', 'up', [CompletionResultType]::ParameterValue, 'Keep a sandbox running for other commands')
            [CompletionResult]::new('status', 'status', [CompletionResultType]::ParameterValue, 'Say which sandboxes run')
            [CompletionResult]::new('down', 'down', [CompletionResultType]::ParameterValue, 'End a running sandbox and its shells')
            [CompletionResult]::new('init', 'init', [CompletionResultType]::ParameterValue, 'Write a commented sandbox.toml')
            [CompletionResult]::new('help', 'help', [CompletionResultType]::ParameterValue, 'Print this message or the help of the given subcommand(s)')
            break
        }
        'opsctl;sandbox;help;run' {
            break
        }
        'opsctl;sandbox;help;up' {
            break
        }
        'opsctl;sandbox;help;status' {
            break
        }
        'opsctl;sandbox;help;down' {
            break
        }
        'opsctl;sandbox;help;init' {
            break
        }
        'opsctl;sandbox;help;help' {
            break
        }
        'opsctl;whoami' {
            [CompletionResult]::new('--profile', '--profile', [CompletionResultType]::ParameterName, 'The profile of the AWS configuration files to sign in with')
            [CompletionResult]::new('--region', '--region', [CompletionResultType]::ParameterName, 'The AWS region')
            [CompletionResult]::new('--endpoint-url', '--endpoint-url', [CompletionResultType]::ParameterName, 'Send the calls of every service to this address')
            [CompletionResult]::new('--sandbox', '--sandbox', [CompletionResultType]::ParameterName, 'Use a running sandbox instead of AWS: the only one, or the one in DIR')
            [CompletionResult]::new('--max-attempts', '--max-attempts', [CompletionResultType]::ParameterName, 'How often a call is tried, the first time counted')
            [CompletionResult]::new('--retry-mode', '--retry-mode', [CompletionResultType]::ParameterName, 'How failed calls are tried again')
            [CompletionResult]::new('--connect-timeout', '--connect-timeout', [CompletionResultType]::ParameterName, 'Seconds to wait for a connection')
            [CompletionResult]::new('--read-timeout', '--read-timeout', [CompletionResultType]::ParameterName, 'Seconds to wait for an answer')
            [CompletionResult]::new('-o', '-o', [CompletionResultType]::ParameterName, 'The form of the answer on stdout')
            [CompletionResult]::new('--output', '--output', [CompletionResultType]::ParameterName, 'The form of the answer on stdout')
            [CompletionResult]::new('--query', '--query', [CompletionResultType]::ParameterName, 'A JMESPath expression applied to the whole JSON document before it is formatted')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to use colour')
            [CompletionResult]::new('--pager', '--pager', [CompletionResultType]::ParameterName, 'The program that shows answers longer than the terminal')
            [CompletionResult]::new('--log', '--log', [CompletionResultType]::ParameterName, 'What to log, instead of what -v and --debug choose: a level, or MODULE=LEVEL,...')
            [CompletionResult]::new('--log-file', '--log-file', [CompletionResultType]::ParameterName, 'Write the log into this file, readable by you only, instead of to stderr')
            [CompletionResult]::new('--log-format', '--log-format', [CompletionResultType]::ParameterName, 'The form of the log''s lines')
            [CompletionResult]::new('--timeout', '--timeout', [CompletionResultType]::ParameterName, 'Give up waiting after this long, with exit code 8; what was started goes on')
            [CompletionResult]::new('--lock', '--lock', [CompletionResultType]::ParameterName, 'Run only if no other opsctl of this user runs under the same lock; exit code 75 if one does')
            [CompletionResult]::new('--lock-wait', '--lock-wait', [CompletionResultType]::ParameterName, 'Wait this long for the lock')
            [CompletionResult]::new('--jitter', '--jitter', [CompletionResultType]::ParameterName, 'Start after a random delay of at most this, so that a fleet does not call at the same second')
            [CompletionResult]::new('--config', '--config', [CompletionResultType]::ParameterName, 'A config file of opsctl, which wins over the user''s own')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Print errors only on stderr')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Print errors only on stderr')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Say what is being called; twice: retries, pages and timings too')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Say what is being called; twice: retries, pages and timings too')
            [CompletionResult]::new('--debug', '--debug', [CompletionResultType]::ParameterName, 'Trace everything on stderr, secrets left out')
            [CompletionResult]::new('--no-progress', '--no-progress', [CompletionResultType]::ParameterName, 'Draw no progress')
            [CompletionResult]::new('--utc', '--utc', [CompletionResultType]::ParameterName, 'Times in UTC, on a terminal too')
            [CompletionResult]::new('--local', '--local', [CompletionResultType]::ParameterName, 'Times in the zone of this machine')
            [CompletionResult]::new('--no-pager', '--no-pager', [CompletionResultType]::ParameterName, 'Show long answers without a pager')
            [CompletionResult]::new('-y', '-y', [CompletionResultType]::ParameterName, 'Answer yes to every question')
            [CompletionResult]::new('--yes', '--yes', [CompletionResultType]::ParameterName, 'Answer yes to every question')
            [CompletionResult]::new('--no-input', '--no-input', [CompletionResultType]::ParameterName, 'Never ask; fail where a question would be needed')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'opsctl;config' {
            [CompletionResult]::new('--profile', '--profile', [CompletionResultType]::ParameterName, 'The profile of the AWS configuration files to sign in with')
            [CompletionResult]::new('--region', '--region', [CompletionResultType]::ParameterName, 'The AWS region')
            [CompletionResult]::new('--endpoint-url', '--endpoint-url', [CompletionResultType]::ParameterName, 'Send the calls of every service to this address')
            [CompletionResult]::new('--sandbox', '--sandbox', [CompletionResultType]::ParameterName, 'Use a running sandbox instead of AWS: the only one, or the one in DIR')
            [CompletionResult]::new('--max-attempts', '--max-attempts', [CompletionResultType]::ParameterName, 'How often a call is tried, the first time counted')
            [CompletionResult]::new('--retry-mode', '--retry-mode', [CompletionResultType]::ParameterName, 'How failed calls are tried again')
            [CompletionResult]::new('--connect-timeout', '--connect-timeout', [CompletionResultType]::ParameterName, 'Seconds to wait for a connection')
            [CompletionResult]::new('--read-timeout', '--read-timeout', [CompletionResultType]::ParameterName, 'Seconds to wait for an answer')
            [CompletionResult]::new('-o', '-o', [CompletionResultType]::ParameterName, 'The form of the answer on stdout')
            [CompletionResult]::new('--output', '--output', [CompletionResultType]::ParameterName, 'The form of the answer on stdout')
            [CompletionResult]::new('--query', '--query', [CompletionResultType]::ParameterName, 'A JMESPath expression applied to the whole JSON document before it is formatted')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to use colour')
            [CompletionResult]::new('--pager', '--pager', [CompletionResultType]::ParameterName, 'The program that shows answers longer than the terminal')
            [CompletionResult]::new('--log', '--log', [CompletionResultType]::ParameterName, 'What to log, instead of what -v and --debug choose: a level, or MODULE=LEVEL,...')
            [CompletionResult]::new('--log-file', '--log-file', [CompletionResultType]::ParameterName, 'Write the log into this file, readable by you only, instead of to stderr')
            [CompletionResult]::new('--log-format', '--log-format', [CompletionResultType]::ParameterName, 'The form of the log''s lines')
            [CompletionResult]::new('--timeout', '--timeout', [CompletionResultType]::ParameterName, 'Give up waiting after this long, with exit code 8; what was started goes on')
            [CompletionResult]::new('--lock', '--lock', [CompletionResultType]::ParameterName, 'Run only if no other opsctl of this user runs under the same lock; exit code 75 if one does')
            [CompletionResult]::new('--lock-wait', '--lock-wait', [CompletionResultType]::ParameterName, 'Wait this long for the lock')
            [CompletionResult]::new('--jitter', '--jitter', [CompletionResultType]::ParameterName, 'Start after a random delay of at most this, so that a fleet does not call at the same second')
            [CompletionResult]::new('--config', '--config', [CompletionResultType]::ParameterName, 'A config file of opsctl, which wins over the user''s own')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Print errors only on stderr')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Print errors only on stderr')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Say what is being called; twice: retries, pages and timings too')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Say what is being called; twice: retries, pages and timings too')
            [CompletionResult]::new('--debug', '--debug', [CompletionResultType]::ParameterName, 'Trace everything on stderr, secrets left out')
            [CompletionResult]::new('--no-progress', '--no-progress', [CompletionResultType]::ParameterName, 'Draw no progress')
            [CompletionResult]::new('--utc', '--utc', [CompletionResultType]::ParameterName, 'Times in UTC, on a terminal too')
            [CompletionResult]::new('--local', '--local', [CompletionResultType]::ParameterName, 'Times in the zone of this machine')
            [CompletionResult]::new('--no-pager', '--no-pager', [CompletionResultType]::ParameterName, 'Show long answers without a pager')
            [CompletionResult]::new('-y', '-y', [CompletionResultType]::ParameterName, 'Answer yes to every question')
            [CompletionResult]::new('--yes', '--yes', [CompletionResultType]::ParameterName, 'Answer yes to every question')
            [CompletionResult]::new('--no-input', '--no-input', [CompletionResultType]::ParameterName, 'Never ask; fail where a question would be needed')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('show', 'show', [CompletionResultType]::ParameterValue, 'Show the settings in effect')
            [CompletionResult]::new('check', 'check', [CompletionResultType]::ParameterValue, 'Find every mistake in the config files and the OPSCTL_ variables')
            [CompletionResult]::new('help', 'help', [CompletionResultType]::ParameterValue, 'Print this message or the help of the given subcommand(s)')
            break
        }
        'opsctl;config;show' {
            [CompletionResult]::new('--columns', '--columns', [CompletionResultType]::ParameterName, 'The columns to show, in this order')
            [CompletionResult]::new('--sort', '--sort', [CompletionResultType]::ParameterName, 'The column to sort by; a dash in front turns the order round')
            [CompletionResult]::new('--limit', '--limit', [CompletionResultType]::ParameterName, 'Stop after this many items')
            [CompletionResult]::new('--profile', '--profile', [CompletionResultType]::ParameterName, 'The profile of the AWS configuration files to sign in with')
            [CompletionResult]::new('--region', '--region', [CompletionResultType]::ParameterName, 'The AWS region')
            [CompletionResult]::new('--endpoint-url', '--endpoint-url', [CompletionResultType]::ParameterName, 'Send the calls of every service to this address')
            [CompletionResult]::new('--sandbox', '--sandbox', [CompletionResultType]::ParameterName, 'Use a running sandbox instead of AWS: the only one, or the one in DIR')
            [CompletionResult]::new('--max-attempts', '--max-attempts', [CompletionResultType]::ParameterName, 'How often a call is tried, the first time counted')
            [CompletionResult]::new('--retry-mode', '--retry-mode', [CompletionResultType]::ParameterName, 'How failed calls are tried again')
            [CompletionResult]::new('--connect-timeout', '--connect-timeout', [CompletionResultType]::ParameterName, 'Seconds to wait for a connection')
            [CompletionResult]::new('--read-timeout', '--read-timeout', [CompletionResultType]::ParameterName, 'Seconds to wait for an answer')
            [CompletionResult]::new('-o', '-o', [CompletionResultType]::ParameterName, 'The form of the answer on stdout')
            [CompletionResult]::new('--output', '--output', [CompletionResultType]::ParameterName, 'The form of the answer on stdout')
            [CompletionResult]::new('--query', '--query', [CompletionResultType]::ParameterName, 'A JMESPath expression applied to the whole JSON document before it is formatted')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to use colour')
            [CompletionResult]::new('--pager', '--pager', [CompletionResultType]::ParameterName, 'The program that shows answers longer than the terminal')
            [CompletionResult]::new('--log', '--log', [CompletionResultType]::ParameterName, 'What to log, instead of what -v and --debug choose: a level, or MODULE=LEVEL,...')
            [CompletionResult]::new('--log-file', '--log-file', [CompletionResultType]::ParameterName, 'Write the log into this file, readable by you only, instead of to stderr')
            [CompletionResult]::new('--log-format', '--log-format', [CompletionResultType]::ParameterName, 'The form of the log''s lines')
            [CompletionResult]::new('--timeout', '--timeout', [CompletionResultType]::ParameterName, 'Give up waiting after this long, with exit code 8; what was started goes on')
            [CompletionResult]::new('--lock', '--lock', [CompletionResultType]::ParameterName, 'Run only if no other opsctl of this user runs under the same lock; exit code 75 if one does')
            [CompletionResult]::new('--lock-wait', '--lock-wait', [CompletionResultType]::ParameterName, 'Wait this long for the lock')
            [CompletionResult]::new('--jitter', '--jitter', [CompletionResultType]::ParameterName, 'Start after a random delay of at most this, so that a fleet does not call at the same second')
            [CompletionResult]::new('--config', '--config', [CompletionResultType]::ParameterName, 'A config file of opsctl, which wins over the user''s own')
            [CompletionResult]::new('--origin', '--origin', [CompletionResultType]::ParameterName, 'Say where each value came from')
            [CompletionResult]::new('-a', '-a', [CompletionResultType]::ParameterName, 'The options that nothing sets, too')
            [CompletionResult]::new('--all', '--all', [CompletionResultType]::ParameterName, 'The options that nothing sets, too')
            [CompletionResult]::new('--no-header', '--no-header', [CompletionResultType]::ParameterName, 'Leave the header line out')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Print errors only on stderr')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Print errors only on stderr')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Say what is being called; twice: retries, pages and timings too')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Say what is being called; twice: retries, pages and timings too')
            [CompletionResult]::new('--debug', '--debug', [CompletionResultType]::ParameterName, 'Trace everything on stderr, secrets left out')
            [CompletionResult]::new('--no-progress', '--no-progress', [CompletionResultType]::ParameterName, 'Draw no progress')
            [CompletionResult]::new('--utc', '--utc', [CompletionResultType]::ParameterName, 'Times in UTC, on a terminal too')
            [CompletionResult]::new('--local', '--local', [CompletionResultType]::ParameterName, 'Times in the zone of this machine')
            [CompletionResult]::new('--no-pager', '--no-pager', [CompletionResultType]::ParameterName, 'Show long answers without a pager')
            [CompletionResult]::new('-y', '-y', [CompletionResultType]::ParameterName, 'Answer yes to every question')
            [CompletionResult]::new('--yes', '--yes', [CompletionResultType]::ParameterName, 'Answer yes to every question')
            [CompletionResult]::new('--no-input', '--no-input', [CompletionResultType]::ParameterName, 'Never ask; fail where a question would be needed')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'opsctl;config;check' {
            [CompletionResult]::new('--columns', '--columns', [CompletionResultType]::ParameterName, 'The columns to show, in this order')
            [CompletionResult]::new('--sort', '--sort', [CompletionResultType]::ParameterName, 'The column to sort by; a dash in front turns the order round')
            [CompletionResult]::new('--limit', '--limit', [CompletionResultType]::ParameterName, 'Stop after this many items')
            [CompletionResult]::new('--profile', '--profile', [CompletionResultType]::ParameterName, 'The profile of the AWS configuration files to sign in with')
            [CompletionResult]::new('--region', '--region', [CompletionResultType]::ParameterName, 'The AWS region')
            [CompletionResult]::new('--endpoint-url', '--endpoint-url', [CompletionResultType]::ParameterName, 'Send the calls of every service to this address')
            [CompletionResult]::new('--sandbox', '--sandbox', [CompletionResultType]::ParameterName, 'Use a running sandbox instead of AWS: the only one, or the one in DIR')
            [CompletionResult]::new('--max-attempts', '--max-attempts', [CompletionResultType]::ParameterName, 'How often a call is tried, the first time counted')
            [CompletionResult]::new('--retry-mode', '--retry-mode', [CompletionResultType]::ParameterName, 'How failed calls are tried again')
            [CompletionResult]::new('--connect-timeout', '--connect-timeout', [CompletionResultType]::ParameterName, 'Seconds to wait for a connection')
            [CompletionResult]::new('--read-timeout', '--read-timeout', [CompletionResultType]::ParameterName, 'Seconds to wait for an answer')
            [CompletionResult]::new('-o', '-o', [CompletionResultType]::ParameterName, 'The form of the answer on stdout')
            [CompletionResult]::new('--output', '--output', [CompletionResultType]::ParameterName, 'The form of the answer on stdout')
            [CompletionResult]::new('--query', '--query', [CompletionResultType]::ParameterName, 'A JMESPath expression applied to the whole JSON document before it is formatted')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to use colour')
            [CompletionResult]::new('--pager', '--pager', [CompletionResultType]::ParameterName, 'The program that shows answers longer than the terminal')
            [CompletionResult]::new('--log', '--log', [CompletionResultType]::ParameterName, 'What to log, instead of what -v and --debug choose: a level, or MODULE=LEVEL,...')
            [CompletionResult]::new('--log-file', '--log-file', [CompletionResultType]::ParameterName, 'Write the log into this file, readable by you only, instead of to stderr')
            [CompletionResult]::new('--log-format', '--log-format', [CompletionResultType]::ParameterName, 'The form of the log''s lines')
            [CompletionResult]::new('--timeout', '--timeout', [CompletionResultType]::ParameterName, 'Give up waiting after this long, with exit code 8; what was started goes on')
            [CompletionResult]::new('--lock', '--lock', [CompletionResultType]::ParameterName, 'Run only if no other opsctl of this user runs under the same lock; exit code 75 if one does')
            [CompletionResult]::new('--lock-wait', '--lock-wait', [CompletionResultType]::ParameterName, 'Wait this long for the lock')
            [CompletionResult]::new('--jitter', '--jitter', [CompletionResultType]::ParameterName, 'Start after a random delay of at most this, so that a fleet does not call at the same second')
            [CompletionResult]::new('--config', '--config', [CompletionResultType]::ParameterName, 'A config file of opsctl, which wins over the user''s own')
            [CompletionResult]::new('--no-header', '--no-header', [CompletionResultType]::ParameterName, 'Leave the header line out')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Print errors only on stderr')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Print errors only on stderr')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Say what is being called; twice: retries, pages and timings too')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Say what is being called; twice: retries, pages and timings too')
            [CompletionResult]::new('--debug', '--debug', [CompletionResultType]::ParameterName, 'Trace everything on stderr, secrets left out')
            [CompletionResult]::new('--no-progress', '--no-progress', [CompletionResultType]::ParameterName, 'Draw no progress')
            [CompletionResult]::new('--utc', '--utc', [CompletionResultType]::ParameterName, 'Times in UTC, on a terminal too')
            [CompletionResult]::new('--local', '--local', [CompletionResultType]::ParameterName, 'Times in the zone of this machine')
            [CompletionResult]::new('--no-pager', '--no-pager', [CompletionResultType]::ParameterName, 'Show long answers without a pager')
            [CompletionResult]::new('-y', '-y', [CompletionResultType]::ParameterName, 'Answer yes to every question')
            [CompletionResult]::new('--yes', '--yes', [CompletionResultType]::ParameterName, 'Answer yes to every question')
            [CompletionResult]::new('--no-input', '--no-input', [CompletionResultType]::ParameterName, 'Never ask; fail where a question would be needed')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'opsctl;config;help' {
            [CompletionResult]::new('show', 'show', [CompletionResultType]::ParameterValue, 'Show the settings in effect')
            [CompletionResult]::new('check', 'check', [CompletionResultType]::ParameterValue, 'Find every mistake in the config files and the OPSCTL_ variables')
            [CompletionResult]::new('help', 'help', [CompletionResultType]::ParameterValue, 'Print this message or the help of the given subcommand(s)')
            break
        }
        'opsctl;config;help;show' {
            break
        }
        'opsctl;config;help;check' {
            break
        }
        'opsctl;config;help;help' {
            break
        }
        'opsctl;completions' {
            [CompletionResult]::new('--dir', '--dir', [CompletionResultType]::ParameterName, 'Write the scripts of all shells into this folder instead')
            [CompletionResult]::new('--profile', '--profile', [CompletionResultType]::ParameterName, 'The profile of the AWS configuration files to sign in with')
            [CompletionResult]::new('--region', '--region', [CompletionResultType]::ParameterName, 'The AWS region')
            [CompletionResult]::new('--endpoint-url', '--endpoint-url', [CompletionResultType]::ParameterName, 'Send the calls of every service to this address')
            [CompletionResult]::new('--sandbox', '--sandbox', [CompletionResultType]::ParameterName, 'Use a running sandbox instead of AWS: the only one, or the one in DIR')
            [CompletionResult]::new('--max-attempts', '--max-attempts', [CompletionResultType]::ParameterName, 'How often a call is tried, the first time counted')
            [CompletionResult]::new('--retry-mode', '--retry-mode', [CompletionResultType]::ParameterName, 'How failed calls are tried again')
            [CompletionResult]::new('--connect-timeout', '--connect-timeout', [CompletionResultType]::ParameterName, 'Seconds to wait for a connection')
            [CompletionResult]::new('--read-timeout', '--read-timeout', [CompletionResultType]::ParameterName, 'Seconds to wait for an answer')
            [CompletionResult]::new('-o', '-o', [CompletionResultType]::ParameterName, 'The form of the answer on stdout')
            [CompletionResult]::new('--output', '--output', [CompletionResultType]::ParameterName, 'The form of the answer on stdout')
            [CompletionResult]::new('--query', '--query', [CompletionResultType]::ParameterName, 'A JMESPath expression applied to the whole JSON document before it is formatted')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to use colour')
            [CompletionResult]::new('--pager', '--pager', [CompletionResultType]::ParameterName, 'The program that shows answers longer than the terminal')
            [CompletionResult]::new('--log', '--log', [CompletionResultType]::ParameterName, 'What to log, instead of what -v and --debug choose: a level, or MODULE=LEVEL,...')
            [CompletionResult]::new('--log-file', '--log-file', [CompletionResultType]::ParameterName, 'Write the log into this file, readable by you only, instead of to stderr')
            [CompletionResult]::new('--log-format', '--log-format', [CompletionResultType]::ParameterName, 'The form of the log''s lines')
            [CompletionResult]::new('--timeout', '--timeout', [CompletionResultType]::ParameterName, 'Give up waiting after this long, with exit code 8; what was started goes on')
            [CompletionResult]::new('--lock', '--lock', [CompletionResultType]::ParameterName, 'Run only if no other opsctl of this user runs under the same lock; exit code 75 if one does')
            [CompletionResult]::new('--lock-wait', '--lock-wait', [CompletionResultType]::ParameterName, 'Wait this long for the lock')
            [CompletionResult]::new('--jitter', '--jitter', [CompletionResultType]::ParameterName, 'Start after a random delay of at most this, so that a fleet does not call at the same second')
            [CompletionResult]::new('--config', '--config', [CompletionResultType]::ParameterName, 'A config file of opsctl, which wins over the user''s own')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Print errors only on stderr')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Print errors only on stderr')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Say what is being called; twice: retries, pages and timings too')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Say what is being called; twice: retries, pages and timings too')
            [CompletionResult]::new('--debug', '--debug', [CompletionResultType]::ParameterName, 'Trace everything on stderr, secrets left out')
            [CompletionResult]::new('--no-progress', '--no-progress', [CompletionResultType]::ParameterName, 'Draw no progress')
            [CompletionResult]::new('--utc', '--utc', [CompletionResultType]::ParameterName, 'Times in UTC, on a terminal too')
            [CompletionResult]::new('--local', '--local', [CompletionResultType]::ParameterName, 'Times in the zone of this machine')
            [CompletionResult]::new('--no-pager', '--no-pager', [CompletionResultType]::ParameterName, 'Show long answers without a pager')
            [CompletionResult]::new('-y', '-y', [CompletionResultType]::ParameterName, 'Answer yes to every question')
            [CompletionResult]::new('--yes', '--yes', [CompletionResultType]::ParameterName, 'Answer yes to every question')
            [CompletionResult]::new('--no-input', '--no-input', [CompletionResultType]::ParameterName, 'Never ask; fail where a question would be needed')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'opsctl;man' {
            [CompletionResult]::new('--dir', '--dir', [CompletionResultType]::ParameterName, 'Write every page into this folder instead')
            [CompletionResult]::new('--profile', '--profile', [CompletionResultType]::ParameterName, 'The profile of the AWS configuration files to sign in with')
            [CompletionResult]::new('--region', '--region', [CompletionResultType]::ParameterName, 'The AWS region')
            [CompletionResult]::new('--endpoint-url', '--endpoint-url', [CompletionResultType]::ParameterName, 'Send the calls of every service to this address')
            [CompletionResult]::new('--sandbox', '--sandbox', [CompletionResultType]::ParameterName, 'Use a running sandbox instead of AWS: the only one, or the one in DIR')
            [CompletionResult]::new('--max-attempts', '--max-attempts', [CompletionResultType]::ParameterName, 'How often a call is tried, the first time counted')
            [CompletionResult]::new('--retry-mode', '--retry-mode', [CompletionResultType]::ParameterName, 'How failed calls are tried again')
            [CompletionResult]::new('--connect-timeout', '--connect-timeout', [CompletionResultType]::ParameterName, 'Seconds to wait for a connection')
            [CompletionResult]::new('--read-timeout', '--read-timeout', [CompletionResultType]::ParameterName, 'Seconds to wait for an answer')
            [CompletionResult]::new('-o', '-o', [CompletionResultType]::ParameterName, 'The form of the answer on stdout')
            [CompletionResult]::new('--output', '--output', [CompletionResultType]::ParameterName, 'The form of the answer on stdout')
            [CompletionResult]::new('--query', '--query', [CompletionResultType]::ParameterName, 'A JMESPath expression applied to the whole JSON document before it is formatted')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to use colour')
            [CompletionResult]::new('--pager', '--pager', [CompletionResultType]::ParameterName, 'The program that shows answers longer than the terminal')
            [CompletionResult]::new('--log', '--log', [CompletionResultType]::ParameterName, 'What to log, instead of what -v and --debug choose: a level, or MODULE=LEVEL,...')
            [CompletionResult]::new('--log-file', '--log-file', [CompletionResultType]::ParameterName, 'Write the log into this file, readable by you only, instead of to stderr')
            [CompletionResult]::new('--log-format', '--log-format', [CompletionResultType]::ParameterName, 'The form of the log''s lines')
            [CompletionResult]::new('--timeout', '--timeout', [CompletionResultType]::ParameterName, 'Give up waiting after this long, with exit code 8; what was started goes on')
            [CompletionResult]::new('--lock', '--lock', [CompletionResultType]::ParameterName, 'Run only if no other opsctl of this user runs under the same lock; exit code 75 if one does')
            [CompletionResult]::new('--lock-wait', '--lock-wait', [CompletionResultType]::ParameterName, 'Wait this long for the lock')
            [CompletionResult]::new('--jitter', '--jitter', [CompletionResultType]::ParameterName, 'Start after a random delay of at most this, so that a fleet does not call at the same second')
            [CompletionResult]::new('--config', '--config', [CompletionResultType]::ParameterName, 'A config file of opsctl, which wins over the user''s own')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Print errors only on stderr')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Print errors only on stderr')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Say what is being called; twice: retries, pages and timings too')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Say what is being called; twice: retries, pages and timings too')
            [CompletionResult]::new('--debug', '--debug', [CompletionResultType]::ParameterName, 'Trace everything on stderr, secrets left out')
            [CompletionResult]::new('--no-progress', '--no-progress', [CompletionResultType]::ParameterName, 'Draw no progress')
            [CompletionResult]::new('--utc', '--utc', [CompletionResultType]::ParameterName, 'Times in UTC, on a terminal too')
            [CompletionResult]::new('--local', '--local', [CompletionResultType]::ParameterName, 'Times in the zone of this machine')
            [CompletionResult]::new('--no-pager', '--no-pager', [CompletionResultType]::ParameterName, 'Show long answers without a pager')
            [CompletionResult]::new('-y', '-y', [CompletionResultType]::ParameterName, 'Answer yes to every question')
            [CompletionResult]::new('--yes', '--yes', [CompletionResultType]::ParameterName, 'Answer yes to every question')
            [CompletionResult]::new('--no-input', '--no-input', [CompletionResultType]::ParameterName, 'Never ask; fail where a question would be needed')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'opsctl;version' {
            [CompletionResult]::new('--profile', '--profile', [CompletionResultType]::ParameterName, 'The profile of the AWS configuration files to sign in with')
            [CompletionResult]::new('--region', '--region', [CompletionResultType]::ParameterName, 'The AWS region')
            [CompletionResult]::new('--endpoint-url', '--endpoint-url', [CompletionResultType]::ParameterName, 'Send the calls of every service to this address')
            [CompletionResult]::new('--sandbox', '--sandbox', [CompletionResultType]::ParameterName, 'Use a running sandbox instead of AWS: the only one, or the one in DIR')
            [CompletionResult]::new('--max-attempts', '--max-attempts', [CompletionResultType]::ParameterName, 'How often a call is tried, the first time counted')
            [CompletionResult]::new('--retry-mode', '--retry-mode', [CompletionResultType]::ParameterName, 'How failed calls are tried again')
            [CompletionResult]::new('--connect-timeout', '--connect-timeout', [CompletionResultType]::ParameterName, 'Seconds to wait for a connection')
            [CompletionResult]::new('--read-timeout', '--read-timeout', [CompletionResultType]::ParameterName, 'Seconds to wait for an answer')
            [CompletionResult]::new('-o', '-o', [CompletionResultType]::ParameterName, 'The form of the answer on stdout')
            [CompletionResult]::new('--output', '--output', [CompletionResultType]::ParameterName, 'The form of the answer on stdout')
            [CompletionResult]::new('--query', '--query', [CompletionResultType]::ParameterName, 'A JMESPath expression applied to the whole JSON document before it is formatted')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to use colour')
            [CompletionResult]::new('--pager', '--pager', [CompletionResultType]::ParameterName, 'The program that shows answers longer than the terminal')
            [CompletionResult]::new('--log', '--log', [CompletionResultType]::ParameterName, 'What to log, instead of what -v and --debug choose: a level, or MODULE=LEVEL,...')
            [CompletionResult]::new('--log-file', '--log-file', [CompletionResultType]::ParameterName, 'Write the log into this file, readable by you only, instead of to stderr')
            [CompletionResult]::new('--log-format', '--log-format', [CompletionResultType]::ParameterName, 'The form of the log''s lines')
            [CompletionResult]::new('--timeout', '--timeout', [CompletionResultType]::ParameterName, 'Give up waiting after this long, with exit code 8; what was started goes on')
            [CompletionResult]::new('--lock', '--lock', [CompletionResultType]::ParameterName, 'Run only if no other opsctl of this user runs under the same lock; exit code 75 if one does')
            [CompletionResult]::new('--lock-wait', '--lock-wait', [CompletionResultType]::ParameterName, 'Wait this long for the lock')
            [CompletionResult]::new('--jitter', '--jitter', [CompletionResultType]::ParameterName, 'Start after a random delay of at most this, so that a fleet does not call at the same second')
            [CompletionResult]::new('--config', '--config', [CompletionResultType]::ParameterName, 'A config file of opsctl, which wins over the user''s own')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Print errors only on stderr')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Print errors only on stderr')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Say what is being called; twice: retries, pages and timings too')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Say what is being called; twice: retries, pages and timings too')
            [CompletionResult]::new('--debug', '--debug', [CompletionResultType]::ParameterName, 'Trace everything on stderr, secrets left out')
            [CompletionResult]::new('--no-progress', '--no-progress', [CompletionResultType]::ParameterName, 'Draw no progress')
            [CompletionResult]::new('--utc', '--utc', [CompletionResultType]::ParameterName, 'Times in UTC, on a terminal too')
            [CompletionResult]::new('--local', '--local', [CompletionResultType]::ParameterName, 'Times in the zone of this machine')
            [CompletionResult]::new('--no-pager', '--no-pager', [CompletionResultType]::ParameterName, 'Show long answers without a pager')
            [CompletionResult]::new('-y', '-y', [CompletionResultType]::ParameterName, 'Answer yes to every question')
            [CompletionResult]::new('--yes', '--yes', [CompletionResultType]::ParameterName, 'Answer yes to every question')
            [CompletionResult]::new('--no-input', '--no-input', [CompletionResultType]::ParameterName, 'Never ask; fail where a question would be needed')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'opsctl;help' {
            [CompletionResult]::new('ssm', 'ssm', [CompletionResultType]::ParameterValue, 'Sessions on nodes, through Session Manager')
            [CompletionResult]::new('sandbox', 'sandbox', [CompletionResultType]::ParameterValue, 'A loopback AWS to rehearse in')
            [CompletionResult]::new('whoami', 'whoami', [CompletionResultType]::ParameterValue, 'Say who AWS takes you for')
            [CompletionResult]::new('config', 'config', [CompletionResultType]::ParameterValue, 'The settings of opsctl: what they are, where they came from, what is wrong with them')
            [CompletionResult]::new('completions', 'completions', [CompletionResultType]::ParameterValue, 'Print the completion script of a shell')
            [CompletionResult]::new('man', 'man', [CompletionResultType]::ParameterValue, 'Print the manual page of a command, or write them all')
            [CompletionResult]::new('version', 'version', [CompletionResultType]::ParameterValue, 'Print the version')
            [CompletionResult]::new('help', 'help', [CompletionResultType]::ParameterValue, 'Print this message or the help of the given subcommand(s)')
            break
        }
        'opsctl;help;ssm' {
            [CompletionResult]::new('list', 'list', [CompletionResultType]::ParameterValue, 'List the managed nodes')
            [CompletionResult]::new('connect', 'connect', [CompletionResultType]::ParameterValue, 'Open a shell on a node')
            break
        }
        'opsctl;help;ssm;list' {
            break
        }
        'opsctl;help;ssm;connect' {
            break
        }
        'opsctl;help;sandbox' {
            [CompletionResult]::new('run', 'run', [CompletionResultType]::ParameterValue, 'Run a command with a sandbox of its own in place of AWS')
            [CompletionResult]::new('up', 'up', [CompletionResultType]::ParameterValue, 'Keep a sandbox running for other commands')
            [CompletionResult]::new('status', 'status', [CompletionResultType]::ParameterValue, 'Say which sandboxes run')
            [CompletionResult]::new('down', 'down', [CompletionResultType]::ParameterValue, 'End a running sandbox and its shells')
            [CompletionResult]::new('init', 'init', [CompletionResultType]::ParameterValue, 'Write a commented sandbox.toml')
            break
        }
        'opsctl;help;sandbox;run' {
            break
        }
        'opsctl;help;sandbox;up' {
            break
        }
        'opsctl;help;sandbox;status' {
            break
        }
        'opsctl;help;sandbox;down' {
            break
        }
        'opsctl;help;sandbox;init' {
            break
        }
        'opsctl;help;whoami' {
            break
        }
        'opsctl;help;config' {
            [CompletionResult]::new('show', 'show', [CompletionResultType]::ParameterValue, 'Show the settings in effect')
            [CompletionResult]::new('check', 'check', [CompletionResultType]::ParameterValue, 'Find every mistake in the config files and the OPSCTL_ variables')
            break
        }
        'opsctl;help;config;show' {
            break
        }
        'opsctl;help;config;check' {
            break
        }
        'opsctl;help;completions' {
            break
        }
        'opsctl;help;man' {
            break
        }
        'opsctl;help;version' {
            break
        }
        'opsctl;help;help' {
            break
        }
    })

    $completions.Where{ $_.CompletionText -like "$wordToComplete*" } |
        Sort-Object -Property ListItemText
}
