# Print an optspec for argparse to handle cmd's options that are independent of any subcommand.
function __fish_opsctl_global_optspecs
    string join \n profile= region= endpoint-url= sandbox= max-attempts= retry-mode= connect-timeout= read-timeout= o/output= query= color= q/quiet v/verbose debug no-progress utc local pager= no-pager log= log-file= log-format= timeout= lock= lock-wait= jitter= config= y/yes no-input h/help V/version
end

function __fish_opsctl_needs_command
    # Figure out if the current invocation already has a command.
    set -l cmd (commandline -opc)
    set -e cmd[1]
    argparse -s (__fish_opsctl_global_optspecs) -- $cmd 2>/dev/null
    or return
    if set -q argv[1]
        # Also print the command, so this can be used to figure out what it is.
        echo $argv[1]
        return 1
    end
    return 0
end

function __fish_opsctl_using_subcommand
    set -l cmd (__fish_opsctl_needs_command)
    test -z "$cmd"
    and return 1
    contains -- $cmd[1] $argv
end

complete -c opsctl -n "__fish_opsctl_needs_command" -l profile -d 'The profile of the AWS configuration files to sign in with' -r
complete -c opsctl -n "__fish_opsctl_needs_command" -l region -d 'The AWS region' -r
complete -c opsctl -n "__fish_opsctl_needs_command" -l endpoint-url -d 'Send the calls of every service to this address' -r
complete -c opsctl -n "__fish_opsctl_needs_command" -l sandbox -d 'Use a running sandbox instead of AWS: the only one, or the one in DIR' -r -F
complete -c opsctl -n "__fish_opsctl_needs_command" -l max-attempts -d 'How often a call is tried, the first time counted' -r
complete -c opsctl -n "__fish_opsctl_needs_command" -l retry-mode -d 'How failed calls are tried again' -r -f -a "standard\t''
adaptive\t''"
complete -c opsctl -n "__fish_opsctl_needs_command" -l connect-timeout -d 'Seconds to wait for a connection' -r
complete -c opsctl -n "__fish_opsctl_needs_command" -l read-timeout -d 'Seconds to wait for an answer' -r
complete -c opsctl -n "__fish_opsctl_needs_command" -s o -l output -d 'The form of the answer on stdout' -r -f -a "table\t'Columns for people'
json\t'One JSON document'
ndjson\t'One JSON document a line, written as items arrive'
yaml\t'One YAML document'
csv\t'Comma-separated values with a header'
text\t'Tab-separated values without a header'"
complete -c opsctl -n "__fish_opsctl_needs_command" -l query -d 'A JMESPath expression applied to the whole JSON document before it is formatted' -r
complete -c opsctl -n "__fish_opsctl_needs_command" -l color -d 'When to use colour' -r -f -a "auto\t'On a terminal, unless the environment says otherwise'
always\t'Even into a pipe'
never\t'Not at all'"
complete -c opsctl -n "__fish_opsctl_needs_command" -l pager -d 'The program that shows answers longer than the terminal' -r
complete -c opsctl -n "__fish_opsctl_needs_command" -l log -d 'What to log, instead of what -v and --debug choose: a level, or MODULE=LEVEL,...' -r
complete -c opsctl -n "__fish_opsctl_needs_command" -l log-file -d 'Write the log into this file, readable by you only, instead of to stderr' -r -F
complete -c opsctl -n "__fish_opsctl_needs_command" -l log-format -d 'The form of the log\'s lines' -r -f -a "text\t'Lines for people'
json\t'One object a line'"
complete -c opsctl -n "__fish_opsctl_needs_command" -l timeout -d 'Give up waiting after this long, with exit code 8; what was started goes on' -r
complete -c opsctl -n "__fish_opsctl_needs_command" -l lock -d 'Run only if no other opsctl of this user runs under the same lock; exit code 75 if one does' -r
complete -c opsctl -n "__fish_opsctl_needs_command" -l lock-wait -d 'Wait this long for the lock' -r
complete -c opsctl -n "__fish_opsctl_needs_command" -l jitter -d 'Start after a random delay of at most this, so that a fleet does not call at the same second' -r
complete -c opsctl -n "__fish_opsctl_needs_command" -l config -d 'A config file of opsctl, which wins over the user\'s own' -r -F
complete -c opsctl -n "__fish_opsctl_needs_command" -s q -l quiet -d 'Print errors only on stderr'
complete -c opsctl -n "__fish_opsctl_needs_command" -s v -l verbose -d 'Say what is being called; twice: retries, pages and timings too'
complete -c opsctl -n "__fish_opsctl_needs_command" -l debug -d 'Trace everything on stderr, secrets left out'
complete -c opsctl -n "__fish_opsctl_needs_command" -l no-progress -d 'Draw no progress'
complete -c opsctl -n "__fish_opsctl_needs_command" -l utc -d 'Times in UTC, on a terminal too'
complete -c opsctl -n "__fish_opsctl_needs_command" -l local -d 'Times in the zone of this machine'
complete -c opsctl -n "__fish_opsctl_needs_command" -l no-pager -d 'Show long answers without a pager'
complete -c opsctl -n "__fish_opsctl_needs_command" -s y -l yes -d 'Answer yes to every question'
complete -c opsctl -n "__fish_opsctl_needs_command" -l no-input -d 'Never ask; fail where a question would be needed'
complete -c opsctl -n "__fish_opsctl_needs_command" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c opsctl -n "__fish_opsctl_needs_command" -s V -l version -d 'Print version'
complete -c opsctl -n "__fish_opsctl_needs_command" -f -a "ssm" -d 'Sessions on nodes, through Session Manager'
complete -c opsctl -n "__fish_opsctl_needs_command" -f -a "sandbox" -d 'A loopback AWS to rehearse in'
complete -c opsctl -n "__fish_opsctl_needs_command" -f -a "whoami" -d 'Say who AWS takes you for'
complete -c opsctl -n "__fish_opsctl_needs_command" -f -a "config" -d 'The settings of opsctl: what they are, where they came from, what is wrong with them'
complete -c opsctl -n "__fish_opsctl_needs_command" -f -a "completions" -d 'Print the completion script of a shell'
complete -c opsctl -n "__fish_opsctl_needs_command" -f -a "man" -d 'Print the manual page of a command, or write them all'
complete -c opsctl -n "__fish_opsctl_needs_command" -f -a "version" -d 'Print the version'
complete -c opsctl -n "__fish_opsctl_needs_command" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c opsctl -n "__fish_opsctl_using_subcommand ssm; and not __fish_seen_subcommand_from list connect help" -l profile -d 'The profile of the AWS configuration files to sign in with' -r
complete -c opsctl -n "__fish_opsctl_using_subcommand ssm; and not __fish_seen_subcommand_from list connect help" -l region -d 'The AWS region' -r
complete -c opsctl -n "__fish_opsctl_using_subcommand ssm; and not __fish_seen_subcommand_from list connect help" -l endpoint-url -d 'Send the calls of every service to this address' -r
complete -c opsctl -n "__fish_opsctl_using_subcommand ssm; and not __fish_seen_subcommand_from list connect help" -l sandbox -d 'Use a running sandbox instead of AWS: the only one, or the one in DIR' -r -F
complete -c opsctl -n "__fish_opsctl_using_subcommand ssm; and not __fish_seen_subcommand_from list connect help" -l max-attempts -d 'How often a call is tried, the first time counted' -r
complete -c opsctl -n "__fish_opsctl_using_subcommand ssm; and not __fish_seen_subcommand_from list connect help" -l retry-mode -d 'How failed calls are tried again' -r -f -a "standard\t''
adaptive\t''"
complete -c opsctl -n "__fish_opsctl_using_subcommand ssm; and not __fish_seen_subcommand_from list connect help" -l connect-timeout -d 'Seconds to wait for a connection' -r
complete -c opsctl -n "__fish_opsctl_using_subcommand ssm; and not __fish_seen_subcommand_from list connect help" -l read-timeout -d 'Seconds to wait for an answer' -r
complete -c opsctl -n "__fish_opsctl_using_subcommand ssm; and not __fish_seen_subcommand_from list connect help" -s o -l output -d 'The form of the answer on stdout' -r -f -a "table\t'Columns for people'
json\t'One JSON document'
ndjson\t'One JSON document a line, written as items arrive'
yaml\t'One YAML document'
csv\t'Comma-separated values with a header'
text\t'Tab-separated values without a header'"
complete -c opsctl -n "__fish_opsctl_using_subcommand ssm; and not __fish_seen_subcommand_from list connect help" -l query -d 'A JMESPath expression applied to the whole JSON document before it is formatted' -r
complete -c opsctl -n "__fish_opsctl_using_subcommand ssm; and not __fish_seen_subcommand_from list connect help" -l color -d 'When to use colour' -r -f -a "auto\t'On a terminal, unless the environment says otherwise'
always\t'Even into a pipe'
never\t'Not at all'"
complete -c opsctl -n "__fish_opsctl_using_subcommand ssm; and not __fish_seen_subcommand_from list connect help" -l pager -d 'The program that shows answers longer than the terminal' -r
complete -c opsctl -n "__fish_opsctl_using_subcommand ssm; and not __fish_seen_subcommand_from list connect help" -l log -d 'What to log, instead of what -v and --debug choose: a level, or MODULE=LEVEL,...' -r
complete -c opsctl -n "__fish_opsctl_using_subcommand ssm; and not __fish_seen_subcommand_from list connect help" -l log-file -d 'Write the log into this file, readable by you only, instead of to stderr' -r -F
complete -c opsctl -n "__fish_opsctl_using_subcommand ssm; and not __fish_seen_subcommand_from list connect help" -l log-format -d 'The form of the log\'s lines' -r -f -a "text\t'Lines for people'
json\t'One object a line'"
complete -c opsctl -n "__fish_opsctl_using_subcommand ssm; and not __fish_seen_subcommand_from list connect help" -l timeout -d 'Give up waiting after this long, with exit code 8; what was started goes on' -r
complete -c opsctl -n "__fish_opsctl_using_subcommand ssm; and not __fish_seen_subcommand_from list connect help" -l lock -d 'Run only if no other opsctl of this user runs under the same lock; exit code 75 if one does' -r
complete -c opsctl -n "__fish_opsctl_using_subcommand ssm; and not __fish_seen_subcommand_from list connect help" -l lock-wait -d 'Wait this long for the lock' -r
complete -c opsctl -n "__fish_opsctl_using_subcommand ssm; and not __fish_seen_subcommand_from list connect help" -l jitter -d 'Start after a random delay of at most this, so that a fleet does not call at the same second' -r
complete -c opsctl -n "__fish_opsctl_using_subcommand ssm; and not __fish_seen_subcommand_from list connect help" -l config -d 'A config file of opsctl, which wins over the user\'s own' -r -F
complete -c opsctl -n "__fish_opsctl_using_subcommand ssm; and not __fish_seen_subcommand_from list connect help" -s q -l quiet -d 'Print errors only on stderr'
complete -c opsctl -n "__fish_opsctl_using_subcommand ssm; and not __fish_seen_subcommand_from list connect help" -s v -l verbose -d 'Say what is being called; twice: retries, pages and timings too'
complete -c opsctl -n "__fish_opsctl_using_subcommand ssm; and not __fish_seen_subcommand_from list connect help" -l debug -d 'Trace everything on stderr, secrets left out'
complete -c opsctl -n "__fish_opsctl_using_subcommand ssm; and not __fish_seen_subcommand_from list connect help" -l no-progress -d 'Draw no progress'
complete -c opsctl -n "__fish_opsctl_using_subcommand ssm; and not __fish_seen_subcommand_from list connect help" -l utc -d 'Times in UTC, on a terminal too'
complete -c opsctl -n "__fish_opsctl_using_subcommand ssm; and not __fish_seen_subcommand_from list connect help" -l local -d 'Times in the zone of this machine'
complete -c opsctl -n "__fish_opsctl_using_subcommand ssm; and not __fish_seen_subcommand_from list connect help" -l no-pager -d 'Show long answers without a pager'
complete -c opsctl -n "__fish_opsctl_using_subcommand ssm; and not __fish_seen_subcommand_from list connect help" -s y -l yes -d 'Answer yes to every question'
complete -c opsctl -n "__fish_opsctl_using_subcommand ssm; and not __fish_seen_subcommand_from list connect help" -l no-input -d 'Never ask; fail where a question would be needed'
complete -c opsctl -n "__fish_opsctl_using_subcommand ssm; and not __fish_seen_subcommand_from list connect help" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c opsctl -n "__fish_opsctl_using_subcommand ssm; and not __fish_seen_subcommand_from list connect help" -f -a "list" -d 'List the managed nodes'
complete -c opsctl -n "__fish_opsctl_using_subcommand ssm; and not __fish_seen_subcommand_from list connect help" -f -a "connect" -d 'Open a shell on a node'
complete -c opsctl -n "__fish_opsctl_using_subcommand ssm; and not __fish_seen_subcommand_from list connect help" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c opsctl -n "__fish_opsctl_using_subcommand ssm; and __fish_seen_subcommand_from list" -l filter -d 'Only nodes that match a filter of the API, such as PlatformTypes or AgentVersion; may be repeated' -r
complete -c opsctl -n "__fish_opsctl_using_subcommand ssm; and __fish_seen_subcommand_from list" -l tag -d 'Only nodes with this tag; may be repeated' -r
complete -c opsctl -n "__fish_opsctl_using_subcommand ssm; and __fish_seen_subcommand_from list" -l columns -d 'The columns to show, in this order' -r
complete -c opsctl -n "__fish_opsctl_using_subcommand ssm; and __fish_seen_subcommand_from list" -l sort -d 'The column to sort by; a dash in front turns the order round' -r
complete -c opsctl -n "__fish_opsctl_using_subcommand ssm; and __fish_seen_subcommand_from list" -l limit -d 'Stop after this many items' -r
complete -c opsctl -n "__fish_opsctl_using_subcommand ssm; and __fish_seen_subcommand_from list" -l profile -d 'The profile of the AWS configuration files to sign in with' -r
complete -c opsctl -n "__fish_opsctl_using_subcommand ssm; and __fish_seen_subcommand_from list" -l region -d 'The AWS region' -r
complete -c opsctl -n "__fish_opsctl_using_subcommand ssm; and __fish_seen_subcommand_from list" -l endpoint-url -d 'Send the calls of every service to this address' -r
complete -c opsctl -n "__fish_opsctl_using_subcommand ssm; and __fish_seen_subcommand_from list" -l sandbox -d 'Use a running sandbox instead of AWS: the only one, or the one in DIR' -r -F
complete -c opsctl -n "__fish_opsctl_using_subcommand ssm; and __fish_seen_subcommand_from list" -l max-attempts -d 'How often a call is tried, the first time counted' -r
complete -c opsctl -n "__fish_opsctl_using_subcommand ssm; and __fish_seen_subcommand_from list" -l retry-mode -d 'How failed calls are tried again' -r -f -a "standard\t''
adaptive\t''"
complete -c opsctl -n "__fish_opsctl_using_subcommand ssm; and __fish_seen_subcommand_from list" -l connect-timeout -d 'Seconds to wait for a connection' -r
complete -c opsctl -n "__fish_opsctl_using_subcommand ssm; and __fish_seen_subcommand_from list" -l read-timeout -d 'Seconds to wait for an answer' -r
complete -c opsctl -n "__fish_opsctl_using_subcommand ssm; and __fish_seen_subcommand_from list" -s o -l output -d 'The form of the answer on stdout' -r -f -a "table\t'Columns for people'
json\t'One JSON document'
ndjson\t'One JSON document a line, written as items arrive'
yaml\t'One YAML document'
csv\t'Comma-separated values with a header'
text\t'Tab-separated values without a header'"
complete -c opsctl -n "__fish_opsctl_using_subcommand ssm; and __fish_seen_subcommand_from list" -l query -d 'A JMESPath expression applied to the whole JSON document before it is formatted' -r
complete -c opsctl -n "__fish_opsctl_using_subcommand ssm; and __fish_seen_subcommand_from list" -l color -d 'When to use colour' -r -f -a "auto\t'On a terminal, unless the environment says otherwise'
always\t'Even into a pipe'
never\t'Not at all'"
complete -c opsctl -n "__fish_opsctl_using_subcommand ssm; and __fish_seen_subcommand_from list" -l pager -d 'The program that shows answers longer than the terminal' -r
complete -c opsctl -n "__fish_opsctl_using_subcommand ssm; and __fish_seen_subcommand_from list" -l log -d 'What to log, instead of what -v and --debug choose: a level, or MODULE=LEVEL,...' -r
complete -c opsctl -n "__fish_opsctl_using_subcommand ssm; and __fish_seen_subcommand_from list" -l log-file -d 'Write the log into this file, readable by you only, instead of to stderr' -r -F
complete -c opsctl -n "__fish_opsctl_using_subcommand ssm; and __fish_seen_subcommand_from list" -l log-format -d 'The form of the log\'s lines' -r -f -a "text\t'Lines for people'
json\t'One object a line'"
complete -c opsctl -n "__fish_opsctl_using_subcommand ssm; and __fish_seen_subcommand_from list" -l timeout -d 'Give up waiting after this long, with exit code 8; what was started goes on' -r
complete -c opsctl -n "__fish_opsctl_using_subcommand ssm; and __fish_seen_subcommand_from list" -l lock -d 'Run only if no other opsctl of this user runs under the same lock; exit code 75 if one does' -r
complete -c opsctl -n "__fish_opsctl_using_subcommand ssm; and __fish_seen_subcommand_from list" -l lock-wait -d 'Wait this long for the lock' -r
complete -c opsctl -n "__fish_opsctl_using_subcommand ssm; and __fish_seen_subcommand_from list" -l jitter -d 'Start after a random delay of at most this, so that a fleet does not call at the same second' -r
complete -c opsctl -n "__fish_opsctl_using_subcommand ssm; and __fish_seen_subcommand_from list" -l config -d 'A config file of opsctl, which wins over the user\'s own' -r -F
complete -c opsctl -n "__fish_opsctl_using_subcommand ssm; and __fish_seen_subcommand_from list" -s a -l all -d 'Nodes that are not online, too'
complete -c opsctl -n "__fish_opsctl_using_subcommand ssm; and __fish_seen_subcommand_from list" -l no-header -d 'Leave the header line out'
complete -c opsctl -n "__fish_opsctl_using_subcommand ssm; and __fish_seen_subcommand_from list" -s q -l quiet -d 'Print errors only on stderr'
complete -c opsctl -n "__fish_opsctl_using_subcommand ssm; and __fish_seen_subcommand_from list" -s v -l verbose -d 'Say what is being called; twice: retries, pages and timings too'
complete -c opsctl -n "__fish_opsctl_using_subcommand ssm; and __fish_seen_subcommand_from list" -l debug -d 'Trace everything on stderr, secrets left out'
complete -c opsctl -n "__fish_opsctl_using_subcommand ssm; and __fish_seen_subcommand_from list" -l no-progress -d 'Draw no progress'
complete -c opsctl -n "__fish_opsctl_using_subcommand ssm; and __fish_seen_subcommand_from list" -l utc -d 'Times in UTC, on a terminal too'
complete -c opsctl -n "__fish_opsctl_using_subcommand ssm; and __fish_seen_subcommand_from list" -l local -d 'Times in the zone of this machine'
complete -c opsctl -n "__fish_opsctl_using_subcommand ssm; and __fish_seen_subcommand_from list" -l no-pager -d 'Show long answers without a pager'
complete -c opsctl -n "__fish_opsctl_using_subcommand ssm; and __fish_seen_subcommand_from list" -s y -l yes -d 'Answer yes to every question'
complete -c opsctl -n "__fish_opsctl_using_subcommand ssm; and __fish_seen_subcommand_from list" -l no-input -d 'Never ask; fail where a question would be needed'
complete -c opsctl -n "__fish_opsctl_using_subcommand ssm; and __fish_seen_subcommand_from list" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c opsctl -n "__fish_opsctl_using_subcommand ssm; and __fish_seen_subcommand_from connect" -l document -d 'The session document instead of the account\'s preferences' -r
complete -c opsctl -n "__fish_opsctl_using_subcommand ssm; and __fish_seen_subcommand_from connect" -l parameter -d 'A parameter of the document; may be repeated' -r
complete -c opsctl -n "__fish_opsctl_using_subcommand ssm; and __fish_seen_subcommand_from connect" -l reason -d 'Why, for the session history and CloudTrail' -r
complete -c opsctl -n "__fish_opsctl_using_subcommand ssm; and __fish_seen_subcommand_from connect" -l start-timeout -d 'Seconds to wait for the node\'s agent to answer' -r
complete -c opsctl -n "__fish_opsctl_using_subcommand ssm; and __fish_seen_subcommand_from connect" -l profile -d 'The profile of the AWS configuration files to sign in with' -r
complete -c opsctl -n "__fish_opsctl_using_subcommand ssm; and __fish_seen_subcommand_from connect" -l region -d 'The AWS region' -r
complete -c opsctl -n "__fish_opsctl_using_subcommand ssm; and __fish_seen_subcommand_from connect" -l endpoint-url -d 'Send the calls of every service to this address' -r
complete -c opsctl -n "__fish_opsctl_using_subcommand ssm; and __fish_seen_subcommand_from connect" -l sandbox -d 'Use a running sandbox instead of AWS: the only one, or the one in DIR' -r -F
complete -c opsctl -n "__fish_opsctl_using_subcommand ssm; and __fish_seen_subcommand_from connect" -l max-attempts -d 'How often a call is tried, the first time counted' -r
complete -c opsctl -n "__fish_opsctl_using_subcommand ssm; and __fish_seen_subcommand_from connect" -l retry-mode -d 'How failed calls are tried again' -r -f -a "standard\t''
adaptive\t''"
complete -c opsctl -n "__fish_opsctl_using_subcommand ssm; and __fish_seen_subcommand_from connect" -l connect-timeout -d 'Seconds to wait for a connection' -r
complete -c opsctl -n "__fish_opsctl_using_subcommand ssm; and __fish_seen_subcommand_from connect" -l read-timeout -d 'Seconds to wait for an answer' -r
complete -c opsctl -n "__fish_opsctl_using_subcommand ssm; and __fish_seen_subcommand_from connect" -s o -l output -d 'The form of the answer on stdout' -r -f -a "table\t'Columns for people'
json\t'One JSON document'
ndjson\t'One JSON document a line, written as items arrive'
yaml\t'One YAML document'
csv\t'Comma-separated values with a header'
text\t'Tab-separated values without a header'"
complete -c opsctl -n "__fish_opsctl_using_subcommand ssm; and __fish_seen_subcommand_from connect" -l query -d 'A JMESPath expression applied to the whole JSON document before it is formatted' -r
complete -c opsctl -n "__fish_opsctl_using_subcommand ssm; and __fish_seen_subcommand_from connect" -l color -d 'When to use colour' -r -f -a "auto\t'On a terminal, unless the environment says otherwise'
always\t'Even into a pipe'
never\t'Not at all'"
complete -c opsctl -n "__fish_opsctl_using_subcommand ssm; and __fish_seen_subcommand_from connect" -l pager -d 'The program that shows answers longer than the terminal' -r
complete -c opsctl -n "__fish_opsctl_using_subcommand ssm; and __fish_seen_subcommand_from connect" -l log -d 'What to log, instead of what -v and --debug choose: a level, or MODULE=LEVEL,...' -r
complete -c opsctl -n "__fish_opsctl_using_subcommand ssm; and __fish_seen_subcommand_from connect" -l log-file -d 'Write the log into this file, readable by you only, instead of to stderr' -r -F
complete -c opsctl -n "__fish_opsctl_using_subcommand ssm; and __fish_seen_subcommand_from connect" -l log-format -d 'The form of the log\'s lines' -r -f -a "text\t'Lines for people'
json\t'One object a line'"
complete -c opsctl -n "__fish_opsctl_using_subcommand ssm; and __fish_seen_subcommand_from connect" -l timeout -d 'Give up waiting after this long, with exit code 8; what was started goes on' -r
complete -c opsctl -n "__fish_opsctl_using_subcommand ssm; and __fish_seen_subcommand_from connect" -l lock -d 'Run only if no other opsctl of this user runs under the same lock; exit code 75 if one does' -r
complete -c opsctl -n "__fish_opsctl_using_subcommand ssm; and __fish_seen_subcommand_from connect" -l lock-wait -d 'Wait this long for the lock' -r
complete -c opsctl -n "__fish_opsctl_using_subcommand ssm; and __fish_seen_subcommand_from connect" -l jitter -d 'Start after a random delay of at most this, so that a fleet does not call at the same second' -r
complete -c opsctl -n "__fish_opsctl_using_subcommand ssm; and __fish_seen_subcommand_from connect" -l config -d 'A config file of opsctl, which wins over the user\'s own' -r -F
complete -c opsctl -n "__fish_opsctl_using_subcommand ssm; and __fish_seen_subcommand_from connect" -l no-eof -d 'Send no Ctrl-D when stdin ends'
complete -c opsctl -n "__fish_opsctl_using_subcommand ssm; and __fish_seen_subcommand_from connect" -s q -l quiet -d 'Print errors only on stderr'
complete -c opsctl -n "__fish_opsctl_using_subcommand ssm; and __fish_seen_subcommand_from connect" -s v -l verbose -d 'Say what is being called; twice: retries, pages and timings too'
complete -c opsctl -n "__fish_opsctl_using_subcommand ssm; and __fish_seen_subcommand_from connect" -l debug -d 'Trace everything on stderr, secrets left out'
complete -c opsctl -n "__fish_opsctl_using_subcommand ssm; and __fish_seen_subcommand_from connect" -l no-progress -d 'Draw no progress'
complete -c opsctl -n "__fish_opsctl_using_subcommand ssm; and __fish_seen_subcommand_from connect" -l utc -d 'Times in UTC, on a terminal too'
complete -c opsctl -n "__fish_opsctl_using_subcommand ssm; and __fish_seen_subcommand_from connect" -l local -d 'Times in the zone of this machine'
complete -c opsctl -n "__fish_opsctl_using_subcommand ssm; and __fish_seen_subcommand_from connect" -l no-pager -d 'Show long answers without a pager'
complete -c opsctl -n "__fish_opsctl_using_subcommand ssm; and __fish_seen_subcommand_from connect" -s y -l yes -d 'Answer yes to every question'
complete -c opsctl -n "__fish_opsctl_using_subcommand ssm; and __fish_seen_subcommand_from connect" -l no-input -d 'Never ask; fail where a question would be needed'
complete -c opsctl -n "__fish_opsctl_using_subcommand ssm; and __fish_seen_subcommand_from connect" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c opsctl -n "__fish_opsctl_using_subcommand ssm; and __fish_seen_subcommand_from help" -f -a "list" -d 'List the managed nodes'
complete -c opsctl -n "__fish_opsctl_using_subcommand ssm; and __fish_seen_subcommand_from help" -f -a "connect" -d 'Open a shell on a node'
complete -c opsctl -n "__fish_opsctl_using_subcommand ssm; and __fish_seen_subcommand_from help" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c opsctl -n "__fish_opsctl_using_subcommand sandbox; and not __fish_seen_subcommand_from run up status down init help" -l profile -d 'The profile of the AWS configuration files to sign in with' -r
complete -c opsctl -n "__fish_opsctl_using_subcommand sandbox; and not __fish_seen_subcommand_from run up status down init help" -l region -d 'The AWS region' -r
complete -c opsctl -n "__fish_opsctl_using_subcommand sandbox; and not __fish_seen_subcommand_from run up status down init help" -l endpoint-url -d 'Send the calls of every service to this address' -r
complete -c opsctl -n "__fish_opsctl_using_subcommand sandbox; and not __fish_seen_subcommand_from run up status down init help" -l sandbox -d 'Use a running sandbox instead of AWS: the only one, or the one in DIR' -r -F
complete -c opsctl -n "__fish_opsctl_using_subcommand sandbox; and not __fish_seen_subcommand_from run up status down init help" -l max-attempts -d 'How often a call is tried, the first time counted' -r
complete -c opsctl -n "__fish_opsctl_using_subcommand sandbox; and not __fish_seen_subcommand_from run up status down init help" -l retry-mode -d 'How failed calls are tried again' -r -f -a "standard\t''
adaptive\t''"
complete -c opsctl -n "__fish_opsctl_using_subcommand sandbox; and not __fish_seen_subcommand_from run up status down init help" -l connect-timeout -d 'Seconds to wait for a connection' -r
complete -c opsctl -n "__fish_opsctl_using_subcommand sandbox; and not __fish_seen_subcommand_from run up status down init help" -l read-timeout -d 'Seconds to wait for an answer' -r
complete -c opsctl -n "__fish_opsctl_using_subcommand sandbox; and not __fish_seen_subcommand_from run up status down init help" -s o -l output -d 'The form of the answer on stdout' -r -f -a "table\t'Columns for people'
json\t'One JSON document'
ndjson\t'One JSON document a line, written as items arrive'
yaml\t'One YAML document'
csv\t'Comma-separated values with a header'
text\t'Tab-separated values without a header'"
complete -c opsctl -n "__fish_opsctl_using_subcommand sandbox; and not __fish_seen_subcommand_from run up status down init help" -l query -d 'A JMESPath expression applied to the whole JSON document before it is formatted' -r
complete -c opsctl -n "__fish_opsctl_using_subcommand sandbox; and not __fish_seen_subcommand_from run up status down init help" -l color -d 'When to use colour' -r -f -a "auto\t'On a terminal, unless the environment says otherwise'
always\t'Even into a pipe'
never\t'Not at all'"
complete -c opsctl -n "__fish_opsctl_using_subcommand sandbox; and not __fish_seen_subcommand_from run up status down init help" -l pager -d 'The program that shows answers longer than the terminal' -r
complete -c opsctl -n "__fish_opsctl_using_subcommand sandbox; and not __fish_seen_subcommand_from run up status down init help" -l log -d 'What to log, instead of what -v and --debug choose: a level, or MODULE=LEVEL,...' -r
complete -c opsctl -n "__fish_opsctl_using_subcommand sandbox; and not __fish_seen_subcommand_from run up status down init help" -l log-file -d 'Write the log into this file, readable by you only, instead of to stderr' -r -F
complete -c opsctl -n "__fish_opsctl_using_subcommand sandbox; and not __fish_seen_subcommand_from run up status down init help" -l log-format -d 'The form of the log\'s lines' -r -f -a "text\t'Lines for people'
json\t'One object a line'"
complete -c opsctl -n "__fish_opsctl_using_subcommand sandbox; and not __fish_seen_subcommand_from run up status down init help" -l timeout -d 'Give up waiting after this long, with exit code 8; what was started goes on' -r
complete -c opsctl -n "__fish_opsctl_using_subcommand sandbox; and not __fish_seen_subcommand_from run up status down init help" -l lock -d 'Run only if no other opsctl of this user runs under the same lock; exit code 75 if one does' -r
complete -c opsctl -n "__fish_opsctl_using_subcommand sandbox; and not __fish_seen_subcommand_from run up status down init help" -l lock-wait -d 'Wait this long for the lock' -r
complete -c opsctl -n "__fish_opsctl_using_subcommand sandbox; and not __fish_seen_subcommand_from run up status down init help" -l jitter -d 'Start after a random delay of at most this, so that a fleet does not call at the same second' -r
complete -c opsctl -n "__fish_opsctl_using_subcommand sandbox; and not __fish_seen_subcommand_from run up status down init help" -l config -d 'A config file of opsctl, which wins over the user\'s own' -r -F
complete -c opsctl -n "__fish_opsctl_using_subcommand sandbox; and not __fish_seen_subcommand_from run up status down init help" -s q -l quiet -d 'Print errors only on stderr'
complete -c opsctl -n "__fish_opsctl_using_subcommand sandbox; and not __fish_seen_subcommand_from run up status down init help" -s v -l verbose -d 'Say what is being called; twice: retries, pages and timings too'
complete -c opsctl -n "__fish_opsctl_using_subcommand sandbox; and not __fish_seen_subcommand_from run up status down init help" -l debug -d 'Trace everything on stderr, secrets left out'
complete -c opsctl -n "__fish_opsctl_using_subcommand sandbox; and not __fish_seen_subcommand_from run up status down init help" -l no-progress -d 'Draw no progress'
complete -c opsctl -n "__fish_opsctl_using_subcommand sandbox; and not __fish_seen_subcommand_from run up status down init help" -l utc -d 'Times in UTC, on a terminal too'
complete -c opsctl -n "__fish_opsctl_using_subcommand sandbox; and not __fish_seen_subcommand_from run up status down init help" -l local -d 'Times in the zone of this machine'
complete -c opsctl -n "__fish_opsctl_using_subcommand sandbox; and not __fish_seen_subcommand_from run up status down init help" -l no-pager -d 'Show long answers without a pager'
complete -c opsctl -n "__fish_opsctl_using_subcommand sandbox; and not __fish_seen_subcommand_from run up status down init help" -s y -l yes -d 'Answer yes to every question'
complete -c opsctl -n "__fish_opsctl_using_subcommand sandbox; and not __fish_seen_subcommand_from run up status down init help" -l no-input -d 'Never ask; fail where a question would be needed'
complete -c opsctl -n "__fish_opsctl_using_subcommand sandbox; and not __fish_seen_subcommand_from run up status down init help" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c opsctl -n "__fish_opsctl_using_subcommand sandbox; and not __fish_seen_subcommand_from run up status down init help" -f -a "run" -d 'Run a command with a sandbox of its own in place of AWS'
complete -c opsctl -n "__fish_opsctl_using_subcommand sandbox; and not __fish_seen_subcommand_from run up status down init help" -f -a "up" -d 'Keep a sandbox running for other commands'
complete -c opsctl -n "__fish_opsctl_using_subcommand sandbox; and not __fish_seen_subcommand_from run up status down init help" -f -a "status" -d 'Say which sandboxes run'
complete -c opsctl -n "__fish_opsctl_using_subcommand sandbox; and not __fish_seen_subcommand_from run up status down init help" -f -a "down" -d 'End a running sandbox and its shells'
complete -c opsctl -n "__fish_opsctl_using_subcommand sandbox; and not __fish_seen_subcommand_from run up status down init help" -f -a "init" -d 'Write a commented sandbox.toml'
complete -c opsctl -n "__fish_opsctl_using_subcommand sandbox; and not __fish_seen_subcommand_from run up status down init help" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c opsctl -n "__fish_opsctl_using_subcommand sandbox; and __fish_seen_subcommand_from run" -l config -d 'What the sandbox is like, as `opsctl sandbox init` writes it; runs the shells it names' -r -F
complete -c opsctl -n "__fish_opsctl_using_subcommand sandbox; and __fish_seen_subcommand_from run" -l dir -d 'The folder of the sandbox, kept; a sandbox.toml in it is read unless --config names another' -r -F
complete -c opsctl -n "__fish_opsctl_using_subcommand sandbox; and __fish_seen_subcommand_from run" -l profile -d 'The profile of the AWS configuration files to sign in with' -r
complete -c opsctl -n "__fish_opsctl_using_subcommand sandbox; and __fish_seen_subcommand_from run" -l region -d 'The AWS region' -r
complete -c opsctl -n "__fish_opsctl_using_subcommand sandbox; and __fish_seen_subcommand_from run" -l endpoint-url -d 'Send the calls of every service to this address' -r
complete -c opsctl -n "__fish_opsctl_using_subcommand sandbox; and __fish_seen_subcommand_from run" -l sandbox -d 'Use a running sandbox instead of AWS: the only one, or the one in DIR' -r -F
complete -c opsctl -n "__fish_opsctl_using_subcommand sandbox; and __fish_seen_subcommand_from run" -l max-attempts -d 'How often a call is tried, the first time counted' -r
complete -c opsctl -n "__fish_opsctl_using_subcommand sandbox; and __fish_seen_subcommand_from run" -l retry-mode -d 'How failed calls are tried again' -r -f -a "standard\t''
adaptive\t''"
complete -c opsctl -n "__fish_opsctl_using_subcommand sandbox; and __fish_seen_subcommand_from run" -l connect-timeout -d 'Seconds to wait for a connection' -r
complete -c opsctl -n "__fish_opsctl_using_subcommand sandbox; and __fish_seen_subcommand_from run" -l read-timeout -d 'Seconds to wait for an answer' -r
complete -c opsctl -n "__fish_opsctl_using_subcommand sandbox; and __fish_seen_subcommand_from run" -s o -l output -d 'The form of the answer on stdout' -r -f -a "table\t'Columns for people'
json\t'One JSON document'
ndjson\t'One JSON document a line, written as items arrive'
yaml\t'One YAML document'
csv\t'Comma-separated values with a header'
text\t'Tab-separated values without a header'"
complete -c opsctl -n "__fish_opsctl_using_subcommand sandbox; and __fish_seen_subcommand_from run" -l query -d 'A JMESPath expression applied to the whole JSON document before it is formatted' -r
complete -c opsctl -n "__fish_opsctl_using_subcommand sandbox; and __fish_seen_subcommand_from run" -l color -d 'When to use colour' -r -f -a "auto\t'On a terminal, unless the environment says otherwise'
always\t'Even into a pipe'
never\t'Not at all'"
complete -c opsctl -n "__fish_opsctl_using_subcommand sandbox; and __fish_seen_subcommand_from run" -l pager -d 'The program that shows answers longer than the terminal' -r
complete -c opsctl -n "__fish_opsctl_using_subcommand sandbox; and __fish_seen_subcommand_from run" -l log -d 'What to log, instead of what -v and --debug choose: a level, or MODULE=LEVEL,...' -r
complete -c opsctl -n "__fish_opsctl_using_subcommand sandbox; and __fish_seen_subcommand_from run" -l log-file -d 'Write the log into this file, readable by you only, instead of to stderr' -r -F
complete -c opsctl -n "__fish_opsctl_using_subcommand sandbox; and __fish_seen_subcommand_from run" -l log-format -d 'The form of the log\'s lines' -r -f -a "text\t'Lines for people'
json\t'One object a line'"
complete -c opsctl -n "__fish_opsctl_using_subcommand sandbox; and __fish_seen_subcommand_from run" -l timeout -d 'Give up waiting after this long, with exit code 8; what was started goes on' -r
complete -c opsctl -n "__fish_opsctl_using_subcommand sandbox; and __fish_seen_subcommand_from run" -l lock -d 'Run only if no other opsctl of this user runs under the same lock; exit code 75 if one does' -r
complete -c opsctl -n "__fish_opsctl_using_subcommand sandbox; and __fish_seen_subcommand_from run" -l lock-wait -d 'Wait this long for the lock' -r
complete -c opsctl -n "__fish_opsctl_using_subcommand sandbox; and __fish_seen_subcommand_from run" -l jitter -d 'Start after a random delay of at most this, so that a fleet does not call at the same second' -r
complete -c opsctl -n "__fish_opsctl_using_subcommand sandbox; and __fish_seen_subcommand_from run" -s q -l quiet -d 'Print errors only on stderr'
complete -c opsctl -n "__fish_opsctl_using_subcommand sandbox; and __fish_seen_subcommand_from run" -s v -l verbose -d 'Say what is being called; twice: retries, pages and timings too'
complete -c opsctl -n "__fish_opsctl_using_subcommand sandbox; and __fish_seen_subcommand_from run" -l debug -d 'Trace everything on stderr, secrets left out'
complete -c opsctl -n "__fish_opsctl_using_subcommand sandbox; and __fish_seen_subcommand_from run" -l no-progress -d 'Draw no progress'
complete -c opsctl -n "__fish_opsctl_using_subcommand sandbox; and __fish_seen_subcommand_from run" -l utc -d 'Times in UTC, on a terminal too'
complete -c opsctl -n "__fish_opsctl_using_subcommand sandbox; and __fish_seen_subcommand_from run" -l local -d 'Times in the zone of this machine'
complete -c opsctl -n "__fish_opsctl_using_subcommand sandbox; and __fish_seen_subcommand_from run" -l no-pager -d 'Show long answers without a pager'
complete -c opsctl -n "__fish_opsctl_using_subcommand sandbox; and __fish_seen_subcommand_from run" -s y -l yes -d 'Answer yes to every question'
complete -c opsctl -n "__fish_opsctl_using_subcommand sandbox; and __fish_seen_subcommand_from run" -l no-input -d 'Never ask; fail where a question would be needed'
complete -c opsctl -n "__fish_opsctl_using_subcommand sandbox; and __fish_seen_subcommand_from run" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c opsctl -n "__fish_opsctl_using_subcommand sandbox; and __fish_seen_subcommand_from up" -l config -d 'What the sandbox is like, as `opsctl sandbox init` writes it; runs the shells it names' -r -F
complete -c opsctl -n "__fish_opsctl_using_subcommand sandbox; and __fish_seen_subcommand_from up" -l dir -d 'The folder of the sandbox, kept; a sandbox.toml in it is read unless --config names another' -r -F
complete -c opsctl -n "__fish_opsctl_using_subcommand sandbox; and __fish_seen_subcommand_from up" -l port -d 'The port to listen on; 0 takes a free one' -r
complete -c opsctl -n "__fish_opsctl_using_subcommand sandbox; and __fish_seen_subcommand_from up" -l profile -d 'The profile of the AWS configuration files to sign in with' -r
complete -c opsctl -n "__fish_opsctl_using_subcommand sandbox; and __fish_seen_subcommand_from up" -l region -d 'The AWS region' -r
complete -c opsctl -n "__fish_opsctl_using_subcommand sandbox; and __fish_seen_subcommand_from up" -l endpoint-url -d 'Send the calls of every service to this address' -r
complete -c opsctl -n "__fish_opsctl_using_subcommand sandbox; and __fish_seen_subcommand_from up" -l sandbox -d 'Use a running sandbox instead of AWS: the only one, or the one in DIR' -r -F
complete -c opsctl -n "__fish_opsctl_using_subcommand sandbox; and __fish_seen_subcommand_from up" -l max-attempts -d 'How often a call is tried, the first time counted' -r
complete -c opsctl -n "__fish_opsctl_using_subcommand sandbox; and __fish_seen_subcommand_from up" -l retry-mode -d 'How failed calls are tried again' -r -f -a "standard\t''
adaptive\t''"
complete -c opsctl -n "__fish_opsctl_using_subcommand sandbox; and __fish_seen_subcommand_from up" -l connect-timeout -d 'Seconds to wait for a connection' -r
complete -c opsctl -n "__fish_opsctl_using_subcommand sandbox; and __fish_seen_subcommand_from up" -l read-timeout -d 'Seconds to wait for an answer' -r
complete -c opsctl -n "__fish_opsctl_using_subcommand sandbox; and __fish_seen_subcommand_from up" -s o -l output -d 'The form of the answer on stdout' -r -f -a "table\t'Columns for people'
json\t'One JSON document'
ndjson\t'One JSON document a line, written as items arrive'
yaml\t'One YAML document'
csv\t'Comma-separated values with a header'
text\t'Tab-separated values without a header'"
complete -c opsctl -n "__fish_opsctl_using_subcommand sandbox; and __fish_seen_subcommand_from up" -l query -d 'A JMESPath expression applied to the whole JSON document before it is formatted' -r
complete -c opsctl -n "__fish_opsctl_using_subcommand sandbox; and __fish_seen_subcommand_from up" -l color -d 'When to use colour' -r -f -a "auto\t'On a terminal, unless the environment says otherwise'
always\t'Even into a pipe'
never\t'Not at all'"
complete -c opsctl -n "__fish_opsctl_using_subcommand sandbox; and __fish_seen_subcommand_from up" -l pager -d 'The program that shows answers longer than the terminal' -r
complete -c opsctl -n "__fish_opsctl_using_subcommand sandbox; and __fish_seen_subcommand_from up" -l log -d 'What to log, instead of what -v and --debug choose: a level, or MODULE=LEVEL,...' -r
complete -c opsctl -n "__fish_opsctl_using_subcommand sandbox; and __fish_seen_subcommand_from up" -l log-file -d 'Write the log into this file, readable by you only, instead of to stderr' -r -F
complete -c opsctl -n "__fish_opsctl_using_subcommand sandbox; and __fish_seen_subcommand_from up" -l log-format -d 'The form of the log\'s lines' -r -f -a "text\t'Lines for people'
json\t'One object a line'"
complete -c opsctl -n "__fish_opsctl_using_subcommand sandbox; and __fish_seen_subcommand_from up" -l timeout -d 'Give up waiting after this long, with exit code 8; what was started goes on' -r
complete -c opsctl -n "__fish_opsctl_using_subcommand sandbox; and __fish_seen_subcommand_from up" -l lock -d 'Run only if no other opsctl of this user runs under the same lock; exit code 75 if one does' -r
complete -c opsctl -n "__fish_opsctl_using_subcommand sandbox; and __fish_seen_subcommand_from up" -l lock-wait -d 'Wait this long for the lock' -r
complete -c opsctl -n "__fish_opsctl_using_subcommand sandbox; and __fish_seen_subcommand_from up" -l jitter -d 'Start after a random delay of at most this, so that a fleet does not call at the same second' -r
complete -c opsctl -n "__fish_opsctl_using_subcommand sandbox; and __fish_seen_subcommand_from up" -s q -l quiet -d 'Print errors only on stderr'
complete -c opsctl -n "__fish_opsctl_using_subcommand sandbox; and __fish_seen_subcommand_from up" -s v -l verbose -d 'Say what is being called; twice: retries, pages and timings too'
complete -c opsctl -n "__fish_opsctl_using_subcommand sandbox; and __fish_seen_subcommand_from up" -l debug -d 'Trace everything on stderr, secrets left out'
complete -c opsctl -n "__fish_opsctl_using_subcommand sandbox; and __fish_seen_subcommand_from up" -l no-progress -d 'Draw no progress'
complete -c opsctl -n "__fish_opsctl_using_subcommand sandbox; and __fish_seen_subcommand_from up" -l utc -d 'Times in UTC, on a terminal too'
complete -c opsctl -n "__fish_opsctl_using_subcommand sandbox; and __fish_seen_subcommand_from up" -l local -d 'Times in the zone of this machine'
complete -c opsctl -n "__fish_opsctl_using_subcommand sandbox; and __fish_seen_subcommand_from up" -l no-pager -d 'Show long answers without a pager'
complete -c opsctl -n "__fish_opsctl_using_subcommand sandbox; and __fish_seen_subcommand_from up" -s y -l yes -d 'Answer yes to every question'
complete -c opsctl -n "__fish_opsctl_using_subcommand sandbox; and __fish_seen_subcommand_from up" -l no-input -d 'Never ask; fail where a question would be needed'
complete -c opsctl -n "__fish_opsctl_using_subcommand sandbox; and __fish_seen_subcommand_from up" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c opsctl -n "__fish_opsctl_using_subcommand sandbox; and __fish_seen_subcommand_from status" -l dir -d 'The folder of the sandbox' -r -F
complete -c opsctl -n "__fish_opsctl_using_subcommand sandbox; and __fish_seen_subcommand_from status" -l columns -d 'The columns to show, in this order' -r
complete -c opsctl -n "__fish_opsctl_using_subcommand sandbox; and __fish_seen_subcommand_from status" -l sort -d 'The column to sort by; a dash in front turns the order round' -r
complete -c opsctl -n "__fish_opsctl_using_subcommand sandbox; and __fish_seen_subcommand_from status" -l limit -d 'Stop after this many items' -r
complete -c opsctl -n "__fish_opsctl_using_subcommand sandbox; and __fish_seen_subcommand_from status" -l profile -d 'The profile of the AWS configuration files to sign in with' -r
complete -c opsctl -n "__fish_opsctl_using_subcommand sandbox; and __fish_seen_subcommand_from status" -l region -d 'The AWS region' -r
complete -c opsctl -n "__fish_opsctl_using_subcommand sandbox; and __fish_seen_subcommand_from status" -l endpoint-url -d 'Send the calls of every service to this address' -r
complete -c opsctl -n "__fish_opsctl_using_subcommand sandbox; and __fish_seen_subcommand_from status" -l sandbox -d 'Use a running sandbox instead of AWS: the only one, or the one in DIR' -r -F
complete -c opsctl -n "__fish_opsctl_using_subcommand sandbox; and __fish_seen_subcommand_from status" -l max-attempts -d 'How often a call is tried, the first time counted' -r
complete -c opsctl -n "__fish_opsctl_using_subcommand sandbox; and __fish_seen_subcommand_from status" -l retry-mode -d 'How failed calls are tried again' -r -f -a "standard\t''
adaptive\t''"
complete -c opsctl -n "__fish_opsctl_using_subcommand sandbox; and __fish_seen_subcommand_from status" -l connect-timeout -d 'Seconds to wait for a connection' -r
complete -c opsctl -n "__fish_opsctl_using_subcommand sandbox; and __fish_seen_subcommand_from status" -l read-timeout -d 'Seconds to wait for an answer' -r
complete -c opsctl -n "__fish_opsctl_using_subcommand sandbox; and __fish_seen_subcommand_from status" -s o -l output -d 'The form of the answer on stdout' -r -f -a "table\t'Columns for people'
json\t'One JSON document'
ndjson\t'One JSON document a line, written as items arrive'
yaml\t'One YAML document'
csv\t'Comma-separated values with a header'
text\t'Tab-separated values without a header'"
complete -c opsctl -n "__fish_opsctl_using_subcommand sandbox; and __fish_seen_subcommand_from status" -l query -d 'A JMESPath expression applied to the whole JSON document before it is formatted' -r
complete -c opsctl -n "__fish_opsctl_using_subcommand sandbox; and __fish_seen_subcommand_from status" -l color -d 'When to use colour' -r -f -a "auto\t'On a terminal, unless the environment says otherwise'
always\t'Even into a pipe'
never\t'Not at all'"
complete -c opsctl -n "__fish_opsctl_using_subcommand sandbox; and __fish_seen_subcommand_from status" -l pager -d 'The program that shows answers longer than the terminal' -r
complete -c opsctl -n "__fish_opsctl_using_subcommand sandbox; and __fish_seen_subcommand_from status" -l log -d 'What to log, instead of what -v and --debug choose: a level, or MODULE=LEVEL,...' -r
complete -c opsctl -n "__fish_opsctl_using_subcommand sandbox; and __fish_seen_subcommand_from status" -l log-file -d 'Write the log into this file, readable by you only, instead of to stderr' -r -F
complete -c opsctl -n "__fish_opsctl_using_subcommand sandbox; and __fish_seen_subcommand_from status" -l log-format -d 'The form of the log\'s lines' -r -f -a "text\t'Lines for people'
json\t'One object a line'"
complete -c opsctl -n "__fish_opsctl_using_subcommand sandbox; and __fish_seen_subcommand_from status" -l timeout -d 'Give up waiting after this long, with exit code 8; what was started goes on' -r
complete -c opsctl -n "__fish_opsctl_using_subcommand sandbox; and __fish_seen_subcommand_from status" -l lock -d 'Run only if no other opsctl of this user runs under the same lock; exit code 75 if one does' -r
complete -c opsctl -n "__fish_opsctl_using_subcommand sandbox; and __fish_seen_subcommand_from status" -l lock-wait -d 'Wait this long for the lock' -r
complete -c opsctl -n "__fish_opsctl_using_subcommand sandbox; and __fish_seen_subcommand_from status" -l jitter -d 'Start after a random delay of at most this, so that a fleet does not call at the same second' -r
complete -c opsctl -n "__fish_opsctl_using_subcommand sandbox; and __fish_seen_subcommand_from status" -l config -d 'A config file of opsctl, which wins over the user\'s own' -r -F
complete -c opsctl -n "__fish_opsctl_using_subcommand sandbox; and __fish_seen_subcommand_from status" -l no-header -d 'Leave the header line out'
complete -c opsctl -n "__fish_opsctl_using_subcommand sandbox; and __fish_seen_subcommand_from status" -s q -l quiet -d 'Print errors only on stderr'
complete -c opsctl -n "__fish_opsctl_using_subcommand sandbox; and __fish_seen_subcommand_from status" -s v -l verbose -d 'Say what is being called; twice: retries, pages and timings too'
complete -c opsctl -n "__fish_opsctl_using_subcommand sandbox; and __fish_seen_subcommand_from status" -l debug -d 'Trace everything on stderr, secrets left out'
complete -c opsctl -n "__fish_opsctl_using_subcommand sandbox; and __fish_seen_subcommand_from status" -l no-progress -d 'Draw no progress'
complete -c opsctl -n "__fish_opsctl_using_subcommand sandbox; and __fish_seen_subcommand_from status" -l utc -d 'Times in UTC, on a terminal too'
complete -c opsctl -n "__fish_opsctl_using_subcommand sandbox; and __fish_seen_subcommand_from status" -l local -d 'Times in the zone of this machine'
complete -c opsctl -n "__fish_opsctl_using_subcommand sandbox; and __fish_seen_subcommand_from status" -l no-pager -d 'Show long answers without a pager'
complete -c opsctl -n "__fish_opsctl_using_subcommand sandbox; and __fish_seen_subcommand_from status" -s y -l yes -d 'Answer yes to every question'
complete -c opsctl -n "__fish_opsctl_using_subcommand sandbox; and __fish_seen_subcommand_from status" -l no-input -d 'Never ask; fail where a question would be needed'
complete -c opsctl -n "__fish_opsctl_using_subcommand sandbox; and __fish_seen_subcommand_from status" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c opsctl -n "__fish_opsctl_using_subcommand sandbox; and __fish_seen_subcommand_from down" -l dir -d 'The folder of the sandbox' -r -F
complete -c opsctl -n "__fish_opsctl_using_subcommand sandbox; and __fish_seen_subcommand_from down" -l profile -d 'The profile of the AWS configuration files to sign in with' -r
complete -c opsctl -n "__fish_opsctl_using_subcommand sandbox; and __fish_seen_subcommand_from down" -l region -d 'The AWS region' -r
complete -c opsctl -n "__fish_opsctl_using_subcommand sandbox; and __fish_seen_subcommand_from down" -l endpoint-url -d 'Send the calls of every service to this address' -r
complete -c opsctl -n "__fish_opsctl_using_subcommand sandbox; and __fish_seen_subcommand_from down" -l sandbox -d 'Use a running sandbox instead of AWS: the only one, or the one in DIR' -r -F
complete -c opsctl -n "__fish_opsctl_using_subcommand sandbox; and __fish_seen_subcommand_from down" -l max-attempts -d 'How often a call is tried, the first time counted' -r
complete -c opsctl -n "__fish_opsctl_using_subcommand sandbox; and __fish_seen_subcommand_from down" -l retry-mode -d 'How failed calls are tried again' -r -f -a "standard\t''
adaptive\t''"
complete -c opsctl -n "__fish_opsctl_using_subcommand sandbox; and __fish_seen_subcommand_from down" -l connect-timeout -d 'Seconds to wait for a connection' -r
complete -c opsctl -n "__fish_opsctl_using_subcommand sandbox; and __fish_seen_subcommand_from down" -l read-timeout -d 'Seconds to wait for an answer' -r
complete -c opsctl -n "__fish_opsctl_using_subcommand sandbox; and __fish_seen_subcommand_from down" -s o -l output -d 'The form of the answer on stdout' -r -f -a "table\t'Columns for people'
json\t'One JSON document'
ndjson\t'One JSON document a line, written as items arrive'
yaml\t'One YAML document'
csv\t'Comma-separated values with a header'
text\t'Tab-separated values without a header'"
complete -c opsctl -n "__fish_opsctl_using_subcommand sandbox; and __fish_seen_subcommand_from down" -l query -d 'A JMESPath expression applied to the whole JSON document before it is formatted' -r
complete -c opsctl -n "__fish_opsctl_using_subcommand sandbox; and __fish_seen_subcommand_from down" -l color -d 'When to use colour' -r -f -a "auto\t'On a terminal, unless the environment says otherwise'
always\t'Even into a pipe'
never\t'Not at all'"
complete -c opsctl -n "__fish_opsctl_using_subcommand sandbox; and __fish_seen_subcommand_from down" -l pager -d 'The program that shows answers longer than the terminal' -r
complete -c opsctl -n "__fish_opsctl_using_subcommand sandbox; and __fish_seen_subcommand_from down" -l log -d 'What to log, instead of what -v and --debug choose: a level, or MODULE=LEVEL,...' -r
complete -c opsctl -n "__fish_opsctl_using_subcommand sandbox; and __fish_seen_subcommand_from down" -l log-file -d 'Write the log into this file, readable by you only, instead of to stderr' -r -F
complete -c opsctl -n "__fish_opsctl_using_subcommand sandbox; and __fish_seen_subcommand_from down" -l log-format -d 'The form of the log\'s lines' -r -f -a "text\t'Lines for people'
json\t'One object a line'"
complete -c opsctl -n "__fish_opsctl_using_subcommand sandbox; and __fish_seen_subcommand_from down" -l timeout -d 'Give up waiting after this long, with exit code 8; what was started goes on' -r
complete -c opsctl -n "__fish_opsctl_using_subcommand sandbox; and __fish_seen_subcommand_from down" -l lock -d 'Run only if no other opsctl of this user runs under the same lock; exit code 75 if one does' -r
complete -c opsctl -n "__fish_opsctl_using_subcommand sandbox; and __fish_seen_subcommand_from down" -l lock-wait -d 'Wait this long for the lock' -r
complete -c opsctl -n "__fish_opsctl_using_subcommand sandbox; and __fish_seen_subcommand_from down" -l jitter -d 'Start after a random delay of at most this, so that a fleet does not call at the same second' -r
complete -c opsctl -n "__fish_opsctl_using_subcommand sandbox; and __fish_seen_subcommand_from down" -l config -d 'A config file of opsctl, which wins over the user\'s own' -r -F
complete -c opsctl -n "__fish_opsctl_using_subcommand sandbox; and __fish_seen_subcommand_from down" -s q -l quiet -d 'Print errors only on stderr'
complete -c opsctl -n "__fish_opsctl_using_subcommand sandbox; and __fish_seen_subcommand_from down" -s v -l verbose -d 'Say what is being called; twice: retries, pages and timings too'
complete -c opsctl -n "__fish_opsctl_using_subcommand sandbox; and __fish_seen_subcommand_from down" -l debug -d 'Trace everything on stderr, secrets left out'
complete -c opsctl -n "__fish_opsctl_using_subcommand sandbox; and __fish_seen_subcommand_from down" -l no-progress -d 'Draw no progress'
complete -c opsctl -n "__fish_opsctl_using_subcommand sandbox; and __fish_seen_subcommand_from down" -l utc -d 'Times in UTC, on a terminal too'
complete -c opsctl -n "__fish_opsctl_using_subcommand sandbox; and __fish_seen_subcommand_from down" -l local -d 'Times in the zone of this machine'
complete -c opsctl -n "__fish_opsctl_using_subcommand sandbox; and __fish_seen_subcommand_from down" -l no-pager -d 'Show long answers without a pager'
complete -c opsctl -n "__fish_opsctl_using_subcommand sandbox; and __fish_seen_subcommand_from down" -s y -l yes -d 'Answer yes to every question'
complete -c opsctl -n "__fish_opsctl_using_subcommand sandbox; and __fish_seen_subcommand_from down" -l no-input -d 'Never ask; fail where a question would be needed'
complete -c opsctl -n "__fish_opsctl_using_subcommand sandbox; and __fish_seen_subcommand_from down" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c opsctl -n "__fish_opsctl_using_subcommand sandbox; and __fish_seen_subcommand_from init" -l profile -d 'The profile of the AWS configuration files to sign in with' -r
complete -c opsctl -n "__fish_opsctl_using_subcommand sandbox; and __fish_seen_subcommand_from init" -l region -d 'The AWS region' -r
complete -c opsctl -n "__fish_opsctl_using_subcommand sandbox; and __fish_seen_subcommand_from init" -l endpoint-url -d 'Send the calls of every service to this address' -r
complete -c opsctl -n "__fish_opsctl_using_subcommand sandbox; and __fish_seen_subcommand_from init" -l sandbox -d 'Use a running sandbox instead of AWS: the only one, or the one in DIR' -r -F
complete -c opsctl -n "__fish_opsctl_using_subcommand sandbox; and __fish_seen_subcommand_from init" -l max-attempts -d 'How often a call is tried, the first time counted' -r
complete -c opsctl -n "__fish_opsctl_using_subcommand sandbox; and __fish_seen_subcommand_from init" -l retry-mode -d 'How failed calls are tried again' -r -f -a "standard\t''
adaptive\t''"
complete -c opsctl -n "__fish_opsctl_using_subcommand sandbox; and __fish_seen_subcommand_from init" -l connect-timeout -d 'Seconds to wait for a connection' -r
complete -c opsctl -n "__fish_opsctl_using_subcommand sandbox; and __fish_seen_subcommand_from init" -l read-timeout -d 'Seconds to wait for an answer' -r
complete -c opsctl -n "__fish_opsctl_using_subcommand sandbox; and __fish_seen_subcommand_from init" -s o -l output -d 'The form of the answer on stdout' -r -f -a "table\t'Columns for people'
json\t'One JSON document'
ndjson\t'One JSON document a line, written as items arrive'
yaml\t'One YAML document'
csv\t'Comma-separated values with a header'
text\t'Tab-separated values without a header'"
complete -c opsctl -n "__fish_opsctl_using_subcommand sandbox; and __fish_seen_subcommand_from init" -l query -d 'A JMESPath expression applied to the whole JSON document before it is formatted' -r
complete -c opsctl -n "__fish_opsctl_using_subcommand sandbox; and __fish_seen_subcommand_from init" -l color -d 'When to use colour' -r -f -a "auto\t'On a terminal, unless the environment says otherwise'
always\t'Even into a pipe'
never\t'Not at all'"
complete -c opsctl -n "__fish_opsctl_using_subcommand sandbox; and __fish_seen_subcommand_from init" -l pager -d 'The program that shows answers longer than the terminal' -r
complete -c opsctl -n "__fish_opsctl_using_subcommand sandbox; and __fish_seen_subcommand_from init" -l log -d 'What to log, instead of what -v and --debug choose: a level, or MODULE=LEVEL,...' -r
complete -c opsctl -n "__fish_opsctl_using_subcommand sandbox; and __fish_seen_subcommand_from init" -l log-file -d 'Write the log into this file, readable by you only, instead of to stderr' -r -F
complete -c opsctl -n "__fish_opsctl_using_subcommand sandbox; and __fish_seen_subcommand_from init" -l log-format -d 'The form of the log\'s lines' -r -f -a "text\t'Lines for people'
json\t'One object a line'"
complete -c opsctl -n "__fish_opsctl_using_subcommand sandbox; and __fish_seen_subcommand_from init" -l timeout -d 'Give up waiting after this long, with exit code 8; what was started goes on' -r
complete -c opsctl -n "__fish_opsctl_using_subcommand sandbox; and __fish_seen_subcommand_from init" -l lock -d 'Run only if no other opsctl of this user runs under the same lock; exit code 75 if one does' -r
complete -c opsctl -n "__fish_opsctl_using_subcommand sandbox; and __fish_seen_subcommand_from init" -l lock-wait -d 'Wait this long for the lock' -r
complete -c opsctl -n "__fish_opsctl_using_subcommand sandbox; and __fish_seen_subcommand_from init" -l jitter -d 'Start after a random delay of at most this, so that a fleet does not call at the same second' -r
complete -c opsctl -n "__fish_opsctl_using_subcommand sandbox; and __fish_seen_subcommand_from init" -l config -d 'A config file of opsctl, which wins over the user\'s own' -r -F
complete -c opsctl -n "__fish_opsctl_using_subcommand sandbox; and __fish_seen_subcommand_from init" -s q -l quiet -d 'Print errors only on stderr'
complete -c opsctl -n "__fish_opsctl_using_subcommand sandbox; and __fish_seen_subcommand_from init" -s v -l verbose -d 'Say what is being called; twice: retries, pages and timings too'
complete -c opsctl -n "__fish_opsctl_using_subcommand sandbox; and __fish_seen_subcommand_from init" -l debug -d 'Trace everything on stderr, secrets left out'
complete -c opsctl -n "__fish_opsctl_using_subcommand sandbox; and __fish_seen_subcommand_from init" -l no-progress -d 'Draw no progress'
complete -c opsctl -n "__fish_opsctl_using_subcommand sandbox; and __fish_seen_subcommand_from init" -l utc -d 'Times in UTC, on a terminal too'
complete -c opsctl -n "__fish_opsctl_using_subcommand sandbox; and __fish_seen_subcommand_from init" -l local -d 'Times in the zone of this machine'
complete -c opsctl -n "__fish_opsctl_using_subcommand sandbox; and __fish_seen_subcommand_from init" -l no-pager -d 'Show long answers without a pager'
complete -c opsctl -n "__fish_opsctl_using_subcommand sandbox; and __fish_seen_subcommand_from init" -s y -l yes -d 'Answer yes to every question'
complete -c opsctl -n "__fish_opsctl_using_subcommand sandbox; and __fish_seen_subcommand_from init" -l no-input -d 'Never ask; fail where a question would be needed'
complete -c opsctl -n "__fish_opsctl_using_subcommand sandbox; and __fish_seen_subcommand_from init" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c opsctl -n "__fish_opsctl_using_subcommand sandbox; and __fish_seen_subcommand_from help" -f -a "run" -d 'Run a command with a sandbox of its own in place of AWS'
complete -c opsctl -n "__fish_opsctl_using_subcommand sandbox; and __fish_seen_subcommand_from help" -f -a "up" -d 'Keep a sandbox running for other commands'
complete -c opsctl -n "__fish_opsctl_using_subcommand sandbox; and __fish_seen_subcommand_from help" -f -a "status" -d 'Say which sandboxes run'
complete -c opsctl -n "__fish_opsctl_using_subcommand sandbox; and __fish_seen_subcommand_from help" -f -a "down" -d 'End a running sandbox and its shells'
complete -c opsctl -n "__fish_opsctl_using_subcommand sandbox; and __fish_seen_subcommand_from help" -f -a "init" -d 'Write a commented sandbox.toml'
complete -c opsctl -n "__fish_opsctl_using_subcommand sandbox; and __fish_seen_subcommand_from help" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c opsctl -n "__fish_opsctl_using_subcommand whoami" -l profile -d 'The profile of the AWS configuration files to sign in with' -r
complete -c opsctl -n "__fish_opsctl_using_subcommand whoami" -l region -d 'The AWS region' -r
complete -c opsctl -n "__fish_opsctl_using_subcommand whoami" -l endpoint-url -d 'Send the calls of every service to this address' -r
complete -c opsctl -n "__fish_opsctl_using_subcommand whoami" -l sandbox -d 'Use a running sandbox instead of AWS: the only one, or the one in DIR' -r -F
complete -c opsctl -n "__fish_opsctl_using_subcommand whoami" -l max-attempts -d 'How often a call is tried, the first time counted' -r
complete -c opsctl -n "__fish_opsctl_using_subcommand whoami" -l retry-mode -d 'How failed calls are tried again' -r -f -a "standard\t''
adaptive\t''"
complete -c opsctl -n "__fish_opsctl_using_subcommand whoami" -l connect-timeout -d 'Seconds to wait for a connection' -r
complete -c opsctl -n "__fish_opsctl_using_subcommand whoami" -l read-timeout -d 'Seconds to wait for an answer' -r
complete -c opsctl -n "__fish_opsctl_using_subcommand whoami" -s o -l output -d 'The form of the answer on stdout' -r -f -a "table\t'Columns for people'
json\t'One JSON document'
ndjson\t'One JSON document a line, written as items arrive'
yaml\t'One YAML document'
csv\t'Comma-separated values with a header'
text\t'Tab-separated values without a header'"
complete -c opsctl -n "__fish_opsctl_using_subcommand whoami" -l query -d 'A JMESPath expression applied to the whole JSON document before it is formatted' -r
complete -c opsctl -n "__fish_opsctl_using_subcommand whoami" -l color -d 'When to use colour' -r -f -a "auto\t'On a terminal, unless the environment says otherwise'
always\t'Even into a pipe'
never\t'Not at all'"
complete -c opsctl -n "__fish_opsctl_using_subcommand whoami" -l pager -d 'The program that shows answers longer than the terminal' -r
complete -c opsctl -n "__fish_opsctl_using_subcommand whoami" -l log -d 'What to log, instead of what -v and --debug choose: a level, or MODULE=LEVEL,...' -r
complete -c opsctl -n "__fish_opsctl_using_subcommand whoami" -l log-file -d 'Write the log into this file, readable by you only, instead of to stderr' -r -F
complete -c opsctl -n "__fish_opsctl_using_subcommand whoami" -l log-format -d 'The form of the log\'s lines' -r -f -a "text\t'Lines for people'
json\t'One object a line'"
complete -c opsctl -n "__fish_opsctl_using_subcommand whoami" -l timeout -d 'Give up waiting after this long, with exit code 8; what was started goes on' -r
complete -c opsctl -n "__fish_opsctl_using_subcommand whoami" -l lock -d 'Run only if no other opsctl of this user runs under the same lock; exit code 75 if one does' -r
complete -c opsctl -n "__fish_opsctl_using_subcommand whoami" -l lock-wait -d 'Wait this long for the lock' -r
complete -c opsctl -n "__fish_opsctl_using_subcommand whoami" -l jitter -d 'Start after a random delay of at most this, so that a fleet does not call at the same second' -r
complete -c opsctl -n "__fish_opsctl_using_subcommand whoami" -l config -d 'A config file of opsctl, which wins over the user\'s own' -r -F
complete -c opsctl -n "__fish_opsctl_using_subcommand whoami" -s q -l quiet -d 'Print errors only on stderr'
complete -c opsctl -n "__fish_opsctl_using_subcommand whoami" -s v -l verbose -d 'Say what is being called; twice: retries, pages and timings too'
complete -c opsctl -n "__fish_opsctl_using_subcommand whoami" -l debug -d 'Trace everything on stderr, secrets left out'
complete -c opsctl -n "__fish_opsctl_using_subcommand whoami" -l no-progress -d 'Draw no progress'
complete -c opsctl -n "__fish_opsctl_using_subcommand whoami" -l utc -d 'Times in UTC, on a terminal too'
complete -c opsctl -n "__fish_opsctl_using_subcommand whoami" -l local -d 'Times in the zone of this machine'
complete -c opsctl -n "__fish_opsctl_using_subcommand whoami" -l no-pager -d 'Show long answers without a pager'
complete -c opsctl -n "__fish_opsctl_using_subcommand whoami" -s y -l yes -d 'Answer yes to every question'
complete -c opsctl -n "__fish_opsctl_using_subcommand whoami" -l no-input -d 'Never ask; fail where a question would be needed'
complete -c opsctl -n "__fish_opsctl_using_subcommand whoami" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c opsctl -n "__fish_opsctl_using_subcommand config; and not __fish_seen_subcommand_from show check help" -l profile -d 'The profile of the AWS configuration files to sign in with' -r
complete -c opsctl -n "__fish_opsctl_using_subcommand config; and not __fish_seen_subcommand_from show check help" -l region -d 'The AWS region' -r
complete -c opsctl -n "__fish_opsctl_using_subcommand config; and not __fish_seen_subcommand_from show check help" -l endpoint-url -d 'Send the calls of every service to this address' -r
complete -c opsctl -n "__fish_opsctl_using_subcommand config; and not __fish_seen_subcommand_from show check help" -l sandbox -d 'Use a running sandbox instead of AWS: the only one, or the one in DIR' -r -F
complete -c opsctl -n "__fish_opsctl_using_subcommand config; and not __fish_seen_subcommand_from show check help" -l max-attempts -d 'How often a call is tried, the first time counted' -r
complete -c opsctl -n "__fish_opsctl_using_subcommand config; and not __fish_seen_subcommand_from show check help" -l retry-mode -d 'How failed calls are tried again' -r -f -a "standard\t''
adaptive\t''"
complete -c opsctl -n "__fish_opsctl_using_subcommand config; and not __fish_seen_subcommand_from show check help" -l connect-timeout -d 'Seconds to wait for a connection' -r
complete -c opsctl -n "__fish_opsctl_using_subcommand config; and not __fish_seen_subcommand_from show check help" -l read-timeout -d 'Seconds to wait for an answer' -r
complete -c opsctl -n "__fish_opsctl_using_subcommand config; and not __fish_seen_subcommand_from show check help" -s o -l output -d 'The form of the answer on stdout' -r -f -a "table\t'Columns for people'
json\t'One JSON document'
ndjson\t'One JSON document a line, written as items arrive'
yaml\t'One YAML document'
csv\t'Comma-separated values with a header'
text\t'Tab-separated values without a header'"
complete -c opsctl -n "__fish_opsctl_using_subcommand config; and not __fish_seen_subcommand_from show check help" -l query -d 'A JMESPath expression applied to the whole JSON document before it is formatted' -r
complete -c opsctl -n "__fish_opsctl_using_subcommand config; and not __fish_seen_subcommand_from show check help" -l color -d 'When to use colour' -r -f -a "auto\t'On a terminal, unless the environment says otherwise'
always\t'Even into a pipe'
never\t'Not at all'"
complete -c opsctl -n "__fish_opsctl_using_subcommand config; and not __fish_seen_subcommand_from show check help" -l pager -d 'The program that shows answers longer than the terminal' -r
complete -c opsctl -n "__fish_opsctl_using_subcommand config; and not __fish_seen_subcommand_from show check help" -l log -d 'What to log, instead of what -v and --debug choose: a level, or MODULE=LEVEL,...' -r
complete -c opsctl -n "__fish_opsctl_using_subcommand config; and not __fish_seen_subcommand_from show check help" -l log-file -d 'Write the log into this file, readable by you only, instead of to stderr' -r -F
complete -c opsctl -n "__fish_opsctl_using_subcommand config; and not __fish_seen_subcommand_from show check help" -l log-format -d 'The form of the log\'s lines' -r -f -a "text\t'Lines for people'
json\t'One object a line'"
complete -c opsctl -n "__fish_opsctl_using_subcommand config; and not __fish_seen_subcommand_from show check help" -l timeout -d 'Give up waiting after this long, with exit code 8; what was started goes on' -r
complete -c opsctl -n "__fish_opsctl_using_subcommand config; and not __fish_seen_subcommand_from show check help" -l lock -d 'Run only if no other opsctl of this user runs under the same lock; exit code 75 if one does' -r
complete -c opsctl -n "__fish_opsctl_using_subcommand config; and not __fish_seen_subcommand_from show check help" -l lock-wait -d 'Wait this long for the lock' -r
complete -c opsctl -n "__fish_opsctl_using_subcommand config; and not __fish_seen_subcommand_from show check help" -l jitter -d 'Start after a random delay of at most this, so that a fleet does not call at the same second' -r
complete -c opsctl -n "__fish_opsctl_using_subcommand config; and not __fish_seen_subcommand_from show check help" -l config -d 'A config file of opsctl, which wins over the user\'s own' -r -F
complete -c opsctl -n "__fish_opsctl_using_subcommand config; and not __fish_seen_subcommand_from show check help" -s q -l quiet -d 'Print errors only on stderr'
complete -c opsctl -n "__fish_opsctl_using_subcommand config; and not __fish_seen_subcommand_from show check help" -s v -l verbose -d 'Say what is being called; twice: retries, pages and timings too'
complete -c opsctl -n "__fish_opsctl_using_subcommand config; and not __fish_seen_subcommand_from show check help" -l debug -d 'Trace everything on stderr, secrets left out'
complete -c opsctl -n "__fish_opsctl_using_subcommand config; and not __fish_seen_subcommand_from show check help" -l no-progress -d 'Draw no progress'
complete -c opsctl -n "__fish_opsctl_using_subcommand config; and not __fish_seen_subcommand_from show check help" -l utc -d 'Times in UTC, on a terminal too'
complete -c opsctl -n "__fish_opsctl_using_subcommand config; and not __fish_seen_subcommand_from show check help" -l local -d 'Times in the zone of this machine'
complete -c opsctl -n "__fish_opsctl_using_subcommand config; and not __fish_seen_subcommand_from show check help" -l no-pager -d 'Show long answers without a pager'
complete -c opsctl -n "__fish_opsctl_using_subcommand config; and not __fish_seen_subcommand_from show check help" -s y -l yes -d 'Answer yes to every question'
complete -c opsctl -n "__fish_opsctl_using_subcommand config; and not __fish_seen_subcommand_from show check help" -l no-input -d 'Never ask; fail where a question would be needed'
complete -c opsctl -n "__fish_opsctl_using_subcommand config; and not __fish_seen_subcommand_from show check help" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c opsctl -n "__fish_opsctl_using_subcommand config; and not __fish_seen_subcommand_from show check help" -f -a "show" -d 'Show the settings in effect'
complete -c opsctl -n "__fish_opsctl_using_subcommand config; and not __fish_seen_subcommand_from show check help" -f -a "check" -d 'Find every mistake in the config files and the OPSCTL_ variables'
complete -c opsctl -n "__fish_opsctl_using_subcommand config; and not __fish_seen_subcommand_from show check help" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c opsctl -n "__fish_opsctl_using_subcommand config; and __fish_seen_subcommand_from show" -l columns -d 'The columns to show, in this order' -r
complete -c opsctl -n "__fish_opsctl_using_subcommand config; and __fish_seen_subcommand_from show" -l sort -d 'The column to sort by; a dash in front turns the order round' -r
complete -c opsctl -n "__fish_opsctl_using_subcommand config; and __fish_seen_subcommand_from show" -l limit -d 'Stop after this many items' -r
complete -c opsctl -n "__fish_opsctl_using_subcommand config; and __fish_seen_subcommand_from show" -l profile -d 'The profile of the AWS configuration files to sign in with' -r
complete -c opsctl -n "__fish_opsctl_using_subcommand config; and __fish_seen_subcommand_from show" -l region -d 'The AWS region' -r
complete -c opsctl -n "__fish_opsctl_using_subcommand config; and __fish_seen_subcommand_from show" -l endpoint-url -d 'Send the calls of every service to this address' -r
complete -c opsctl -n "__fish_opsctl_using_subcommand config; and __fish_seen_subcommand_from show" -l sandbox -d 'Use a running sandbox instead of AWS: the only one, or the one in DIR' -r -F
complete -c opsctl -n "__fish_opsctl_using_subcommand config; and __fish_seen_subcommand_from show" -l max-attempts -d 'How often a call is tried, the first time counted' -r
complete -c opsctl -n "__fish_opsctl_using_subcommand config; and __fish_seen_subcommand_from show" -l retry-mode -d 'How failed calls are tried again' -r -f -a "standard\t''
adaptive\t''"
complete -c opsctl -n "__fish_opsctl_using_subcommand config; and __fish_seen_subcommand_from show" -l connect-timeout -d 'Seconds to wait for a connection' -r
complete -c opsctl -n "__fish_opsctl_using_subcommand config; and __fish_seen_subcommand_from show" -l read-timeout -d 'Seconds to wait for an answer' -r
complete -c opsctl -n "__fish_opsctl_using_subcommand config; and __fish_seen_subcommand_from show" -s o -l output -d 'The form of the answer on stdout' -r -f -a "table\t'Columns for people'
json\t'One JSON document'
ndjson\t'One JSON document a line, written as items arrive'
yaml\t'One YAML document'
csv\t'Comma-separated values with a header'
text\t'Tab-separated values without a header'"
complete -c opsctl -n "__fish_opsctl_using_subcommand config; and __fish_seen_subcommand_from show" -l query -d 'A JMESPath expression applied to the whole JSON document before it is formatted' -r
complete -c opsctl -n "__fish_opsctl_using_subcommand config; and __fish_seen_subcommand_from show" -l color -d 'When to use colour' -r -f -a "auto\t'On a terminal, unless the environment says otherwise'
always\t'Even into a pipe'
never\t'Not at all'"
complete -c opsctl -n "__fish_opsctl_using_subcommand config; and __fish_seen_subcommand_from show" -l pager -d 'The program that shows answers longer than the terminal' -r
complete -c opsctl -n "__fish_opsctl_using_subcommand config; and __fish_seen_subcommand_from show" -l log -d 'What to log, instead of what -v and --debug choose: a level, or MODULE=LEVEL,...' -r
complete -c opsctl -n "__fish_opsctl_using_subcommand config; and __fish_seen_subcommand_from show" -l log-file -d 'Write the log into this file, readable by you only, instead of to stderr' -r -F
complete -c opsctl -n "__fish_opsctl_using_subcommand config; and __fish_seen_subcommand_from show" -l log-format -d 'The form of the log\'s lines' -r -f -a "text\t'Lines for people'
json\t'One object a line'"
complete -c opsctl -n "__fish_opsctl_using_subcommand config; and __fish_seen_subcommand_from show" -l timeout -d 'Give up waiting after this long, with exit code 8; what was started goes on' -r
complete -c opsctl -n "__fish_opsctl_using_subcommand config; and __fish_seen_subcommand_from show" -l lock -d 'Run only if no other opsctl of this user runs under the same lock; exit code 75 if one does' -r
complete -c opsctl -n "__fish_opsctl_using_subcommand config; and __fish_seen_subcommand_from show" -l lock-wait -d 'Wait this long for the lock' -r
complete -c opsctl -n "__fish_opsctl_using_subcommand config; and __fish_seen_subcommand_from show" -l jitter -d 'Start after a random delay of at most this, so that a fleet does not call at the same second' -r
complete -c opsctl -n "__fish_opsctl_using_subcommand config; and __fish_seen_subcommand_from show" -l config -d 'A config file of opsctl, which wins over the user\'s own' -r -F
complete -c opsctl -n "__fish_opsctl_using_subcommand config; and __fish_seen_subcommand_from show" -l origin -d 'Say where each value came from'
complete -c opsctl -n "__fish_opsctl_using_subcommand config; and __fish_seen_subcommand_from show" -s a -l all -d 'The options that nothing sets, too'
complete -c opsctl -n "__fish_opsctl_using_subcommand config; and __fish_seen_subcommand_from show" -l no-header -d 'Leave the header line out'
complete -c opsctl -n "__fish_opsctl_using_subcommand config; and __fish_seen_subcommand_from show" -s q -l quiet -d 'Print errors only on stderr'
complete -c opsctl -n "__fish_opsctl_using_subcommand config; and __fish_seen_subcommand_from show" -s v -l verbose -d 'Say what is being called; twice: retries, pages and timings too'
complete -c opsctl -n "__fish_opsctl_using_subcommand config; and __fish_seen_subcommand_from show" -l debug -d 'Trace everything on stderr, secrets left out'
complete -c opsctl -n "__fish_opsctl_using_subcommand config; and __fish_seen_subcommand_from show" -l no-progress -d 'Draw no progress'
complete -c opsctl -n "__fish_opsctl_using_subcommand config; and __fish_seen_subcommand_from show" -l utc -d 'Times in UTC, on a terminal too'
complete -c opsctl -n "__fish_opsctl_using_subcommand config; and __fish_seen_subcommand_from show" -l local -d 'Times in the zone of this machine'
complete -c opsctl -n "__fish_opsctl_using_subcommand config; and __fish_seen_subcommand_from show" -l no-pager -d 'Show long answers without a pager'
complete -c opsctl -n "__fish_opsctl_using_subcommand config; and __fish_seen_subcommand_from show" -s y -l yes -d 'Answer yes to every question'
complete -c opsctl -n "__fish_opsctl_using_subcommand config; and __fish_seen_subcommand_from show" -l no-input -d 'Never ask; fail where a question would be needed'
complete -c opsctl -n "__fish_opsctl_using_subcommand config; and __fish_seen_subcommand_from show" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c opsctl -n "__fish_opsctl_using_subcommand config; and __fish_seen_subcommand_from check" -l columns -d 'The columns to show, in this order' -r
complete -c opsctl -n "__fish_opsctl_using_subcommand config; and __fish_seen_subcommand_from check" -l sort -d 'The column to sort by; a dash in front turns the order round' -r
complete -c opsctl -n "__fish_opsctl_using_subcommand config; and __fish_seen_subcommand_from check" -l limit -d 'Stop after this many items' -r
complete -c opsctl -n "__fish_opsctl_using_subcommand config; and __fish_seen_subcommand_from check" -l profile -d 'The profile of the AWS configuration files to sign in with' -r
complete -c opsctl -n "__fish_opsctl_using_subcommand config; and __fish_seen_subcommand_from check" -l region -d 'The AWS region' -r
complete -c opsctl -n "__fish_opsctl_using_subcommand config; and __fish_seen_subcommand_from check" -l endpoint-url -d 'Send the calls of every service to this address' -r
complete -c opsctl -n "__fish_opsctl_using_subcommand config; and __fish_seen_subcommand_from check" -l sandbox -d 'Use a running sandbox instead of AWS: the only one, or the one in DIR' -r -F
complete -c opsctl -n "__fish_opsctl_using_subcommand config; and __fish_seen_subcommand_from check" -l max-attempts -d 'How often a call is tried, the first time counted' -r
complete -c opsctl -n "__fish_opsctl_using_subcommand config; and __fish_seen_subcommand_from check" -l retry-mode -d 'How failed calls are tried again' -r -f -a "standard\t''
adaptive\t''"
complete -c opsctl -n "__fish_opsctl_using_subcommand config; and __fish_seen_subcommand_from check" -l connect-timeout -d 'Seconds to wait for a connection' -r
complete -c opsctl -n "__fish_opsctl_using_subcommand config; and __fish_seen_subcommand_from check" -l read-timeout -d 'Seconds to wait for an answer' -r
complete -c opsctl -n "__fish_opsctl_using_subcommand config; and __fish_seen_subcommand_from check" -s o -l output -d 'The form of the answer on stdout' -r -f -a "table\t'Columns for people'
json\t'One JSON document'
ndjson\t'One JSON document a line, written as items arrive'
yaml\t'One YAML document'
csv\t'Comma-separated values with a header'
text\t'Tab-separated values without a header'"
complete -c opsctl -n "__fish_opsctl_using_subcommand config; and __fish_seen_subcommand_from check" -l query -d 'A JMESPath expression applied to the whole JSON document before it is formatted' -r
complete -c opsctl -n "__fish_opsctl_using_subcommand config; and __fish_seen_subcommand_from check" -l color -d 'When to use colour' -r -f -a "auto\t'On a terminal, unless the environment says otherwise'
always\t'Even into a pipe'
never\t'Not at all'"
complete -c opsctl -n "__fish_opsctl_using_subcommand config; and __fish_seen_subcommand_from check" -l pager -d 'The program that shows answers longer than the terminal' -r
complete -c opsctl -n "__fish_opsctl_using_subcommand config; and __fish_seen_subcommand_from check" -l log -d 'What to log, instead of what -v and --debug choose: a level, or MODULE=LEVEL,...' -r
complete -c opsctl -n "__fish_opsctl_using_subcommand config; and __fish_seen_subcommand_from check" -l log-file -d 'Write the log into this file, readable by you only, instead of to stderr' -r -F
complete -c opsctl -n "__fish_opsctl_using_subcommand config; and __fish_seen_subcommand_from check" -l log-format -d 'The form of the log\'s lines' -r -f -a "text\t'Lines for people'
json\t'One object a line'"
complete -c opsctl -n "__fish_opsctl_using_subcommand config; and __fish_seen_subcommand_from check" -l timeout -d 'Give up waiting after this long, with exit code 8; what was started goes on' -r
complete -c opsctl -n "__fish_opsctl_using_subcommand config; and __fish_seen_subcommand_from check" -l lock -d 'Run only if no other opsctl of this user runs under the same lock; exit code 75 if one does' -r
complete -c opsctl -n "__fish_opsctl_using_subcommand config; and __fish_seen_subcommand_from check" -l lock-wait -d 'Wait this long for the lock' -r
complete -c opsctl -n "__fish_opsctl_using_subcommand config; and __fish_seen_subcommand_from check" -l jitter -d 'Start after a random delay of at most this, so that a fleet does not call at the same second' -r
complete -c opsctl -n "__fish_opsctl_using_subcommand config; and __fish_seen_subcommand_from check" -l config -d 'A config file of opsctl, which wins over the user\'s own' -r -F
complete -c opsctl -n "__fish_opsctl_using_subcommand config; and __fish_seen_subcommand_from check" -l no-header -d 'Leave the header line out'
complete -c opsctl -n "__fish_opsctl_using_subcommand config; and __fish_seen_subcommand_from check" -s q -l quiet -d 'Print errors only on stderr'
complete -c opsctl -n "__fish_opsctl_using_subcommand config; and __fish_seen_subcommand_from check" -s v -l verbose -d 'Say what is being called; twice: retries, pages and timings too'
complete -c opsctl -n "__fish_opsctl_using_subcommand config; and __fish_seen_subcommand_from check" -l debug -d 'Trace everything on stderr, secrets left out'
complete -c opsctl -n "__fish_opsctl_using_subcommand config; and __fish_seen_subcommand_from check" -l no-progress -d 'Draw no progress'
complete -c opsctl -n "__fish_opsctl_using_subcommand config; and __fish_seen_subcommand_from check" -l utc -d 'Times in UTC, on a terminal too'
complete -c opsctl -n "__fish_opsctl_using_subcommand config; and __fish_seen_subcommand_from check" -l local -d 'Times in the zone of this machine'
complete -c opsctl -n "__fish_opsctl_using_subcommand config; and __fish_seen_subcommand_from check" -l no-pager -d 'Show long answers without a pager'
complete -c opsctl -n "__fish_opsctl_using_subcommand config; and __fish_seen_subcommand_from check" -s y -l yes -d 'Answer yes to every question'
complete -c opsctl -n "__fish_opsctl_using_subcommand config; and __fish_seen_subcommand_from check" -l no-input -d 'Never ask; fail where a question would be needed'
complete -c opsctl -n "__fish_opsctl_using_subcommand config; and __fish_seen_subcommand_from check" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c opsctl -n "__fish_opsctl_using_subcommand config; and __fish_seen_subcommand_from help" -f -a "show" -d 'Show the settings in effect'
complete -c opsctl -n "__fish_opsctl_using_subcommand config; and __fish_seen_subcommand_from help" -f -a "check" -d 'Find every mistake in the config files and the OPSCTL_ variables'
complete -c opsctl -n "__fish_opsctl_using_subcommand config; and __fish_seen_subcommand_from help" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c opsctl -n "__fish_opsctl_using_subcommand completions" -l dir -d 'Write the scripts of all shells into this folder instead' -r -F
complete -c opsctl -n "__fish_opsctl_using_subcommand completions" -l profile -d 'The profile of the AWS configuration files to sign in with' -r
complete -c opsctl -n "__fish_opsctl_using_subcommand completions" -l region -d 'The AWS region' -r
complete -c opsctl -n "__fish_opsctl_using_subcommand completions" -l endpoint-url -d 'Send the calls of every service to this address' -r
complete -c opsctl -n "__fish_opsctl_using_subcommand completions" -l sandbox -d 'Use a running sandbox instead of AWS: the only one, or the one in DIR' -r -F
complete -c opsctl -n "__fish_opsctl_using_subcommand completions" -l max-attempts -d 'How often a call is tried, the first time counted' -r
complete -c opsctl -n "__fish_opsctl_using_subcommand completions" -l retry-mode -d 'How failed calls are tried again' -r -f -a "standard\t''
adaptive\t''"
complete -c opsctl -n "__fish_opsctl_using_subcommand completions" -l connect-timeout -d 'Seconds to wait for a connection' -r
complete -c opsctl -n "__fish_opsctl_using_subcommand completions" -l read-timeout -d 'Seconds to wait for an answer' -r
complete -c opsctl -n "__fish_opsctl_using_subcommand completions" -s o -l output -d 'The form of the answer on stdout' -r -f -a "table\t'Columns for people'
json\t'One JSON document'
ndjson\t'One JSON document a line, written as items arrive'
yaml\t'One YAML document'
csv\t'Comma-separated values with a header'
text\t'Tab-separated values without a header'"
complete -c opsctl -n "__fish_opsctl_using_subcommand completions" -l query -d 'A JMESPath expression applied to the whole JSON document before it is formatted' -r
complete -c opsctl -n "__fish_opsctl_using_subcommand completions" -l color -d 'When to use colour' -r -f -a "auto\t'On a terminal, unless the environment says otherwise'
always\t'Even into a pipe'
never\t'Not at all'"
complete -c opsctl -n "__fish_opsctl_using_subcommand completions" -l pager -d 'The program that shows answers longer than the terminal' -r
complete -c opsctl -n "__fish_opsctl_using_subcommand completions" -l log -d 'What to log, instead of what -v and --debug choose: a level, or MODULE=LEVEL,...' -r
complete -c opsctl -n "__fish_opsctl_using_subcommand completions" -l log-file -d 'Write the log into this file, readable by you only, instead of to stderr' -r -F
complete -c opsctl -n "__fish_opsctl_using_subcommand completions" -l log-format -d 'The form of the log\'s lines' -r -f -a "text\t'Lines for people'
json\t'One object a line'"
complete -c opsctl -n "__fish_opsctl_using_subcommand completions" -l timeout -d 'Give up waiting after this long, with exit code 8; what was started goes on' -r
complete -c opsctl -n "__fish_opsctl_using_subcommand completions" -l lock -d 'Run only if no other opsctl of this user runs under the same lock; exit code 75 if one does' -r
complete -c opsctl -n "__fish_opsctl_using_subcommand completions" -l lock-wait -d 'Wait this long for the lock' -r
complete -c opsctl -n "__fish_opsctl_using_subcommand completions" -l jitter -d 'Start after a random delay of at most this, so that a fleet does not call at the same second' -r
complete -c opsctl -n "__fish_opsctl_using_subcommand completions" -l config -d 'A config file of opsctl, which wins over the user\'s own' -r -F
complete -c opsctl -n "__fish_opsctl_using_subcommand completions" -s q -l quiet -d 'Print errors only on stderr'
complete -c opsctl -n "__fish_opsctl_using_subcommand completions" -s v -l verbose -d 'Say what is being called; twice: retries, pages and timings too'
complete -c opsctl -n "__fish_opsctl_using_subcommand completions" -l debug -d 'Trace everything on stderr, secrets left out'
complete -c opsctl -n "__fish_opsctl_using_subcommand completions" -l no-progress -d 'Draw no progress'
complete -c opsctl -n "__fish_opsctl_using_subcommand completions" -l utc -d 'Times in UTC, on a terminal too'
complete -c opsctl -n "__fish_opsctl_using_subcommand completions" -l local -d 'Times in the zone of this machine'
complete -c opsctl -n "__fish_opsctl_using_subcommand completions" -l no-pager -d 'Show long answers without a pager'
complete -c opsctl -n "__fish_opsctl_using_subcommand completions" -s y -l yes -d 'Answer yes to every question'
complete -c opsctl -n "__fish_opsctl_using_subcommand completions" -l no-input -d 'Never ask; fail where a question would be needed'
complete -c opsctl -n "__fish_opsctl_using_subcommand completions" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c opsctl -n "__fish_opsctl_using_subcommand man" -l dir -d 'Write every page into this folder instead' -r -F
complete -c opsctl -n "__fish_opsctl_using_subcommand man" -l profile -d 'The profile of the AWS configuration files to sign in with' -r
complete -c opsctl -n "__fish_opsctl_using_subcommand man" -l region -d 'The AWS region' -r
complete -c opsctl -n "__fish_opsctl_using_subcommand man" -l endpoint-url -d 'Send the calls of every service to this address' -r
complete -c opsctl -n "__fish_opsctl_using_subcommand man" -l sandbox -d 'Use a running sandbox instead of AWS: the only one, or the one in DIR' -r -F
complete -c opsctl -n "__fish_opsctl_using_subcommand man" -l max-attempts -d 'How often a call is tried, the first time counted' -r
complete -c opsctl -n "__fish_opsctl_using_subcommand man" -l retry-mode -d 'How failed calls are tried again' -r -f -a "standard\t''
adaptive\t''"
complete -c opsctl -n "__fish_opsctl_using_subcommand man" -l connect-timeout -d 'Seconds to wait for a connection' -r
complete -c opsctl -n "__fish_opsctl_using_subcommand man" -l read-timeout -d 'Seconds to wait for an answer' -r
complete -c opsctl -n "__fish_opsctl_using_subcommand man" -s o -l output -d 'The form of the answer on stdout' -r -f -a "table\t'Columns for people'
json\t'One JSON document'
ndjson\t'One JSON document a line, written as items arrive'
yaml\t'One YAML document'
csv\t'Comma-separated values with a header'
text\t'Tab-separated values without a header'"
complete -c opsctl -n "__fish_opsctl_using_subcommand man" -l query -d 'A JMESPath expression applied to the whole JSON document before it is formatted' -r
complete -c opsctl -n "__fish_opsctl_using_subcommand man" -l color -d 'When to use colour' -r -f -a "auto\t'On a terminal, unless the environment says otherwise'
always\t'Even into a pipe'
never\t'Not at all'"
complete -c opsctl -n "__fish_opsctl_using_subcommand man" -l pager -d 'The program that shows answers longer than the terminal' -r
complete -c opsctl -n "__fish_opsctl_using_subcommand man" -l log -d 'What to log, instead of what -v and --debug choose: a level, or MODULE=LEVEL,...' -r
complete -c opsctl -n "__fish_opsctl_using_subcommand man" -l log-file -d 'Write the log into this file, readable by you only, instead of to stderr' -r -F
complete -c opsctl -n "__fish_opsctl_using_subcommand man" -l log-format -d 'The form of the log\'s lines' -r -f -a "text\t'Lines for people'
json\t'One object a line'"
complete -c opsctl -n "__fish_opsctl_using_subcommand man" -l timeout -d 'Give up waiting after this long, with exit code 8; what was started goes on' -r
complete -c opsctl -n "__fish_opsctl_using_subcommand man" -l lock -d 'Run only if no other opsctl of this user runs under the same lock; exit code 75 if one does' -r
complete -c opsctl -n "__fish_opsctl_using_subcommand man" -l lock-wait -d 'Wait this long for the lock' -r
complete -c opsctl -n "__fish_opsctl_using_subcommand man" -l jitter -d 'Start after a random delay of at most this, so that a fleet does not call at the same second' -r
complete -c opsctl -n "__fish_opsctl_using_subcommand man" -l config -d 'A config file of opsctl, which wins over the user\'s own' -r -F
complete -c opsctl -n "__fish_opsctl_using_subcommand man" -s q -l quiet -d 'Print errors only on stderr'
complete -c opsctl -n "__fish_opsctl_using_subcommand man" -s v -l verbose -d 'Say what is being called; twice: retries, pages and timings too'
complete -c opsctl -n "__fish_opsctl_using_subcommand man" -l debug -d 'Trace everything on stderr, secrets left out'
complete -c opsctl -n "__fish_opsctl_using_subcommand man" -l no-progress -d 'Draw no progress'
complete -c opsctl -n "__fish_opsctl_using_subcommand man" -l utc -d 'Times in UTC, on a terminal too'
complete -c opsctl -n "__fish_opsctl_using_subcommand man" -l local -d 'Times in the zone of this machine'
complete -c opsctl -n "__fish_opsctl_using_subcommand man" -l no-pager -d 'Show long answers without a pager'
complete -c opsctl -n "__fish_opsctl_using_subcommand man" -s y -l yes -d 'Answer yes to every question'
complete -c opsctl -n "__fish_opsctl_using_subcommand man" -l no-input -d 'Never ask; fail where a question would be needed'
complete -c opsctl -n "__fish_opsctl_using_subcommand man" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c opsctl -n "__fish_opsctl_using_subcommand version" -l profile -d 'The profile of the AWS configuration files to sign in with' -r
complete -c opsctl -n "__fish_opsctl_using_subcommand version" -l region -d 'The AWS region' -r
complete -c opsctl -n "__fish_opsctl_using_subcommand version" -l endpoint-url -d 'Send the calls of every service to this address' -r
complete -c opsctl -n "__fish_opsctl_using_subcommand version" -l sandbox -d 'Use a running sandbox instead of AWS: the only one, or the one in DIR' -r -F
complete -c opsctl -n "__fish_opsctl_using_subcommand version" -l max-attempts -d 'How often a call is tried, the first time counted' -r
complete -c opsctl -n "__fish_opsctl_using_subcommand version" -l retry-mode -d 'How failed calls are tried again' -r -f -a "standard\t''
adaptive\t''"
complete -c opsctl -n "__fish_opsctl_using_subcommand version" -l connect-timeout -d 'Seconds to wait for a connection' -r
complete -c opsctl -n "__fish_opsctl_using_subcommand version" -l read-timeout -d 'Seconds to wait for an answer' -r
complete -c opsctl -n "__fish_opsctl_using_subcommand version" -s o -l output -d 'The form of the answer on stdout' -r -f -a "table\t'Columns for people'
json\t'One JSON document'
ndjson\t'One JSON document a line, written as items arrive'
yaml\t'One YAML document'
csv\t'Comma-separated values with a header'
text\t'Tab-separated values without a header'"
complete -c opsctl -n "__fish_opsctl_using_subcommand version" -l query -d 'A JMESPath expression applied to the whole JSON document before it is formatted' -r
complete -c opsctl -n "__fish_opsctl_using_subcommand version" -l color -d 'When to use colour' -r -f -a "auto\t'On a terminal, unless the environment says otherwise'
always\t'Even into a pipe'
never\t'Not at all'"
complete -c opsctl -n "__fish_opsctl_using_subcommand version" -l pager -d 'The program that shows answers longer than the terminal' -r
complete -c opsctl -n "__fish_opsctl_using_subcommand version" -l log -d 'What to log, instead of what -v and --debug choose: a level, or MODULE=LEVEL,...' -r
complete -c opsctl -n "__fish_opsctl_using_subcommand version" -l log-file -d 'Write the log into this file, readable by you only, instead of to stderr' -r -F
complete -c opsctl -n "__fish_opsctl_using_subcommand version" -l log-format -d 'The form of the log\'s lines' -r -f -a "text\t'Lines for people'
json\t'One object a line'"
complete -c opsctl -n "__fish_opsctl_using_subcommand version" -l timeout -d 'Give up waiting after this long, with exit code 8; what was started goes on' -r
complete -c opsctl -n "__fish_opsctl_using_subcommand version" -l lock -d 'Run only if no other opsctl of this user runs under the same lock; exit code 75 if one does' -r
complete -c opsctl -n "__fish_opsctl_using_subcommand version" -l lock-wait -d 'Wait this long for the lock' -r
complete -c opsctl -n "__fish_opsctl_using_subcommand version" -l jitter -d 'Start after a random delay of at most this, so that a fleet does not call at the same second' -r
complete -c opsctl -n "__fish_opsctl_using_subcommand version" -l config -d 'A config file of opsctl, which wins over the user\'s own' -r -F
complete -c opsctl -n "__fish_opsctl_using_subcommand version" -s q -l quiet -d 'Print errors only on stderr'
complete -c opsctl -n "__fish_opsctl_using_subcommand version" -s v -l verbose -d 'Say what is being called; twice: retries, pages and timings too'
complete -c opsctl -n "__fish_opsctl_using_subcommand version" -l debug -d 'Trace everything on stderr, secrets left out'
complete -c opsctl -n "__fish_opsctl_using_subcommand version" -l no-progress -d 'Draw no progress'
complete -c opsctl -n "__fish_opsctl_using_subcommand version" -l utc -d 'Times in UTC, on a terminal too'
complete -c opsctl -n "__fish_opsctl_using_subcommand version" -l local -d 'Times in the zone of this machine'
complete -c opsctl -n "__fish_opsctl_using_subcommand version" -l no-pager -d 'Show long answers without a pager'
complete -c opsctl -n "__fish_opsctl_using_subcommand version" -s y -l yes -d 'Answer yes to every question'
complete -c opsctl -n "__fish_opsctl_using_subcommand version" -l no-input -d 'Never ask; fail where a question would be needed'
complete -c opsctl -n "__fish_opsctl_using_subcommand version" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c opsctl -n "__fish_opsctl_using_subcommand help; and not __fish_seen_subcommand_from ssm sandbox whoami config completions man version help" -f -a "ssm" -d 'Sessions on nodes, through Session Manager'
complete -c opsctl -n "__fish_opsctl_using_subcommand help; and not __fish_seen_subcommand_from ssm sandbox whoami config completions man version help" -f -a "sandbox" -d 'A loopback AWS to rehearse in'
complete -c opsctl -n "__fish_opsctl_using_subcommand help; and not __fish_seen_subcommand_from ssm sandbox whoami config completions man version help" -f -a "whoami" -d 'Say who AWS takes you for'
complete -c opsctl -n "__fish_opsctl_using_subcommand help; and not __fish_seen_subcommand_from ssm sandbox whoami config completions man version help" -f -a "config" -d 'The settings of opsctl: what they are, where they came from, what is wrong with them'
complete -c opsctl -n "__fish_opsctl_using_subcommand help; and not __fish_seen_subcommand_from ssm sandbox whoami config completions man version help" -f -a "completions" -d 'Print the completion script of a shell'
complete -c opsctl -n "__fish_opsctl_using_subcommand help; and not __fish_seen_subcommand_from ssm sandbox whoami config completions man version help" -f -a "man" -d 'Print the manual page of a command, or write them all'
complete -c opsctl -n "__fish_opsctl_using_subcommand help; and not __fish_seen_subcommand_from ssm sandbox whoami config completions man version help" -f -a "version" -d 'Print the version'
complete -c opsctl -n "__fish_opsctl_using_subcommand help; and not __fish_seen_subcommand_from ssm sandbox whoami config completions man version help" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c opsctl -n "__fish_opsctl_using_subcommand help; and __fish_seen_subcommand_from ssm" -f -a "list" -d 'List the managed nodes'
complete -c opsctl -n "__fish_opsctl_using_subcommand help; and __fish_seen_subcommand_from ssm" -f -a "connect" -d 'Open a shell on a node'
complete -c opsctl -n "__fish_opsctl_using_subcommand help; and __fish_seen_subcommand_from sandbox" -f -a "run" -d 'Run a command with a sandbox of its own in place of AWS'
complete -c opsctl -n "__fish_opsctl_using_subcommand help; and __fish_seen_subcommand_from sandbox" -f -a "up" -d 'Keep a sandbox running for other commands'
complete -c opsctl -n "__fish_opsctl_using_subcommand help; and __fish_seen_subcommand_from sandbox" -f -a "status" -d 'Say which sandboxes run'
complete -c opsctl -n "__fish_opsctl_using_subcommand help; and __fish_seen_subcommand_from sandbox" -f -a "down" -d 'End a running sandbox and its shells'
complete -c opsctl -n "__fish_opsctl_using_subcommand help; and __fish_seen_subcommand_from sandbox" -f -a "init" -d 'Write a commented sandbox.toml'
complete -c opsctl -n "__fish_opsctl_using_subcommand help; and __fish_seen_subcommand_from config" -f -a "show" -d 'Show the settings in effect'
complete -c opsctl -n "__fish_opsctl_using_subcommand help; and __fish_seen_subcommand_from config" -f -a "check" -d 'Find every mistake in the config files and the OPSCTL_ variables'
