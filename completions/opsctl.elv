
use builtin;
use str;

set edit:completion:arg-completer[opsctl] = {|@words|
    fn spaces {|n|
        builtin:repeat $n ' ' | str:join ''
    }
    fn cand {|text desc|
        edit:complex-candidate $text &display=$text' '(spaces (- 14 (wcswidth $text)))$desc
    }
    var command = 'opsctl'
    for word $words[1..-1] {
        if (str:has-prefix $word '-') {
            break
        }
        set command = $command';'$word
    }
    var completions = [
        &'opsctl'= {
            cand --profile 'The profile of the AWS configuration files to sign in with'
            cand --region 'The AWS region'
            cand --endpoint-url 'Send the calls of every service to this address'
            cand --sandbox 'Use a running sandbox instead of AWS: the only one, or the one in DIR'
            cand --max-attempts 'How often a call is tried, the first time counted'
            cand --retry-mode 'How failed calls are tried again'
            cand --connect-timeout 'Seconds to wait for a connection'
            cand --read-timeout 'Seconds to wait for an answer'
            cand -o 'The form of the answer on stdout'
            cand --output 'The form of the answer on stdout'
            cand --query 'A JMESPath expression applied to the whole JSON document before it is formatted'
            cand --color 'When to use colour'
            cand -q 'Print errors only on stderr'
            cand --quiet 'Print errors only on stderr'
            cand -v 'Say what is being called; twice: retries, pages and timings too'
            cand --verbose 'Say what is being called; twice: retries, pages and timings too'
            cand --debug 'Trace everything on stderr, secrets left out'
            cand --no-progress 'Draw no progress'
            cand -y 'Answer yes to every question'
            cand --yes 'Answer yes to every question'
            cand --no-input 'Never ask; fail where a question would be needed'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
            cand -V 'Print version'
            cand --version 'Print version'
            cand ssm 'Sessions on nodes, through Session Manager'
            cand sandbox 'A loopback AWS to rehearse in'
            cand whoami 'Say who AWS takes you for'
            cand completions 'Print the completion script of a shell'
            cand man 'Print the manual page of a command, or write them all'
            cand version 'Print the version'
            cand help 'Print this message or the help of the given subcommand(s)'
        }
        &'opsctl;ssm'= {
            cand --profile 'The profile of the AWS configuration files to sign in with'
            cand --region 'The AWS region'
            cand --endpoint-url 'Send the calls of every service to this address'
            cand --sandbox 'Use a running sandbox instead of AWS: the only one, or the one in DIR'
            cand --max-attempts 'How often a call is tried, the first time counted'
            cand --retry-mode 'How failed calls are tried again'
            cand --connect-timeout 'Seconds to wait for a connection'
            cand --read-timeout 'Seconds to wait for an answer'
            cand -o 'The form of the answer on stdout'
            cand --output 'The form of the answer on stdout'
            cand --query 'A JMESPath expression applied to the whole JSON document before it is formatted'
            cand --color 'When to use colour'
            cand -q 'Print errors only on stderr'
            cand --quiet 'Print errors only on stderr'
            cand -v 'Say what is being called; twice: retries, pages and timings too'
            cand --verbose 'Say what is being called; twice: retries, pages and timings too'
            cand --debug 'Trace everything on stderr, secrets left out'
            cand --no-progress 'Draw no progress'
            cand -y 'Answer yes to every question'
            cand --yes 'Answer yes to every question'
            cand --no-input 'Never ask; fail where a question would be needed'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
            cand list 'List the managed nodes'
            cand connect 'Open a shell on a node'
            cand help 'Print this message or the help of the given subcommand(s)'
        }
        &'opsctl;ssm;list'= {
            cand --filter 'Only nodes that match a filter of the API, such as PlatformTypes or AgentVersion; may be repeated'
            cand --tag 'Only nodes with this tag; may be repeated'
            cand --columns 'The columns to show, in this order'
            cand --sort 'The column to sort by; a dash in front turns the order round'
            cand --limit 'Stop after this many items'
            cand --profile 'The profile of the AWS configuration files to sign in with'
            cand --region 'The AWS region'
            cand --endpoint-url 'Send the calls of every service to this address'
            cand --sandbox 'Use a running sandbox instead of AWS: the only one, or the one in DIR'
            cand --max-attempts 'How often a call is tried, the first time counted'
            cand --retry-mode 'How failed calls are tried again'
            cand --connect-timeout 'Seconds to wait for a connection'
            cand --read-timeout 'Seconds to wait for an answer'
            cand -o 'The form of the answer on stdout'
            cand --output 'The form of the answer on stdout'
            cand --query 'A JMESPath expression applied to the whole JSON document before it is formatted'
            cand --color 'When to use colour'
            cand -a 'Nodes that are not online, too'
            cand --all 'Nodes that are not online, too'
            cand --no-header 'Leave the header line out'
            cand -q 'Print errors only on stderr'
            cand --quiet 'Print errors only on stderr'
            cand -v 'Say what is being called; twice: retries, pages and timings too'
            cand --verbose 'Say what is being called; twice: retries, pages and timings too'
            cand --debug 'Trace everything on stderr, secrets left out'
            cand --no-progress 'Draw no progress'
            cand -y 'Answer yes to every question'
            cand --yes 'Answer yes to every question'
            cand --no-input 'Never ask; fail where a question would be needed'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
        }
        &'opsctl;ssm;connect'= {
            cand --document 'The session document instead of the account''s preferences'
            cand --parameter 'A parameter of the document; may be repeated'
            cand --reason 'Why, for the session history and CloudTrail'
            cand --start-timeout 'Seconds to wait for the node''s agent to answer'
            cand --profile 'The profile of the AWS configuration files to sign in with'
            cand --region 'The AWS region'
            cand --endpoint-url 'Send the calls of every service to this address'
            cand --sandbox 'Use a running sandbox instead of AWS: the only one, or the one in DIR'
            cand --max-attempts 'How often a call is tried, the first time counted'
            cand --retry-mode 'How failed calls are tried again'
            cand --connect-timeout 'Seconds to wait for a connection'
            cand --read-timeout 'Seconds to wait for an answer'
            cand -o 'The form of the answer on stdout'
            cand --output 'The form of the answer on stdout'
            cand --query 'A JMESPath expression applied to the whole JSON document before it is formatted'
            cand --color 'When to use colour'
            cand --no-eof 'Send no Ctrl-D when stdin ends'
            cand -q 'Print errors only on stderr'
            cand --quiet 'Print errors only on stderr'
            cand -v 'Say what is being called; twice: retries, pages and timings too'
            cand --verbose 'Say what is being called; twice: retries, pages and timings too'
            cand --debug 'Trace everything on stderr, secrets left out'
            cand --no-progress 'Draw no progress'
            cand -y 'Answer yes to every question'
            cand --yes 'Answer yes to every question'
            cand --no-input 'Never ask; fail where a question would be needed'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
        }
        &'opsctl;ssm;help'= {
            cand list 'List the managed nodes'
            cand connect 'Open a shell on a node'
            cand help 'Print this message or the help of the given subcommand(s)'
        }
        &'opsctl;ssm;help;list'= {
        }
        &'opsctl;ssm;help;connect'= {
        }
        &'opsctl;ssm;help;help'= {
        }
        &'opsctl;sandbox'= {
            cand --profile 'The profile of the AWS configuration files to sign in with'
            cand --region 'The AWS region'
            cand --endpoint-url 'Send the calls of every service to this address'
            cand --sandbox 'Use a running sandbox instead of AWS: the only one, or the one in DIR'
            cand --max-attempts 'How often a call is tried, the first time counted'
            cand --retry-mode 'How failed calls are tried again'
            cand --connect-timeout 'Seconds to wait for a connection'
            cand --read-timeout 'Seconds to wait for an answer'
            cand -o 'The form of the answer on stdout'
            cand --output 'The form of the answer on stdout'
            cand --query 'A JMESPath expression applied to the whole JSON document before it is formatted'
            cand --color 'When to use colour'
            cand -q 'Print errors only on stderr'
            cand --quiet 'Print errors only on stderr'
            cand -v 'Say what is being called; twice: retries, pages and timings too'
            cand --verbose 'Say what is being called; twice: retries, pages and timings too'
            cand --debug 'Trace everything on stderr, secrets left out'
            cand --no-progress 'Draw no progress'
            cand -y 'Answer yes to every question'
            cand --yes 'Answer yes to every question'
            cand --no-input 'Never ask; fail where a question would be needed'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
            cand run 'Run a command with a sandbox of its own in place of AWS'
            cand up 'Keep a sandbox running for other commands'
            cand status 'Say which sandboxes run'
            cand down 'End a running sandbox and its shells'
            cand init 'Write a commented sandbox.toml'
            cand help 'Print this message or the help of the given subcommand(s)'
        }
        &'opsctl;sandbox;run'= {
            cand --config 'What the sandbox is like, as `opsctl sandbox init` writes it; runs the shells it names'
            cand --dir 'The folder of the sandbox, kept; a sandbox.toml in it is read unless --config names another'
            cand --profile 'The profile of the AWS configuration files to sign in with'
            cand --region 'The AWS region'
            cand --endpoint-url 'Send the calls of every service to this address'
            cand --sandbox 'Use a running sandbox instead of AWS: the only one, or the one in DIR'
            cand --max-attempts 'How often a call is tried, the first time counted'
            cand --retry-mode 'How failed calls are tried again'
            cand --connect-timeout 'Seconds to wait for a connection'
            cand --read-timeout 'Seconds to wait for an answer'
            cand -o 'The form of the answer on stdout'
            cand --output 'The form of the answer on stdout'
            cand --query 'A JMESPath expression applied to the whole JSON document before it is formatted'
            cand --color 'When to use colour'
            cand -q 'Print errors only on stderr'
            cand --quiet 'Print errors only on stderr'
            cand -v 'Say what is being called; twice: retries, pages and timings too'
            cand --verbose 'Say what is being called; twice: retries, pages and timings too'
            cand --debug 'Trace everything on stderr, secrets left out'
            cand --no-progress 'Draw no progress'
            cand -y 'Answer yes to every question'
            cand --yes 'Answer yes to every question'
            cand --no-input 'Never ask; fail where a question would be needed'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
        }
        &'opsctl;sandbox;up'= {
            cand --config 'What the sandbox is like, as `opsctl sandbox init` writes it; runs the shells it names'
            cand --dir 'The folder of the sandbox, kept; a sandbox.toml in it is read unless --config names another'
            cand --port 'The port to listen on; 0 takes a free one'
            cand --profile 'The profile of the AWS configuration files to sign in with'
            cand --region 'The AWS region'
            cand --endpoint-url 'Send the calls of every service to this address'
            cand --sandbox 'Use a running sandbox instead of AWS: the only one, or the one in DIR'
            cand --max-attempts 'How often a call is tried, the first time counted'
            cand --retry-mode 'How failed calls are tried again'
            cand --connect-timeout 'Seconds to wait for a connection'
            cand --read-timeout 'Seconds to wait for an answer'
            cand -o 'The form of the answer on stdout'
            cand --output 'The form of the answer on stdout'
            cand --query 'A JMESPath expression applied to the whole JSON document before it is formatted'
            cand --color 'When to use colour'
            cand -q 'Print errors only on stderr'
            cand --quiet 'Print errors only on stderr'
            cand -v 'Say what is being called; twice: retries, pages and timings too'
            cand --verbose 'Say what is being called; twice: retries, pages and timings too'
            cand --debug 'Trace everything on stderr, secrets left out'
            cand --no-progress 'Draw no progress'
            cand -y 'Answer yes to every question'
            cand --yes 'Answer yes to every question'
            cand --no-input 'Never ask; fail where a question would be needed'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
        }
        &'opsctl;sandbox;status'= {
            cand --dir 'The folder of the sandbox'
            cand --columns 'The columns to show, in this order'
            cand --sort 'The column to sort by; a dash in front turns the order round'
            cand --limit 'Stop after this many items'
            cand --profile 'The profile of the AWS configuration files to sign in with'
            cand --region 'The AWS region'
            cand --endpoint-url 'Send the calls of every service to this address'
            cand --sandbox 'Use a running sandbox instead of AWS: the only one, or the one in DIR'
            cand --max-attempts 'How often a call is tried, the first time counted'
            cand --retry-mode 'How failed calls are tried again'
            cand --connect-timeout 'Seconds to wait for a connection'
            cand --read-timeout 'Seconds to wait for an answer'
            cand -o 'The form of the answer on stdout'
            cand --output 'The form of the answer on stdout'
            cand --query 'A JMESPath expression applied to the whole JSON document before it is formatted'
            cand --color 'When to use colour'
            cand --no-header 'Leave the header line out'
            cand -q 'Print errors only on stderr'
            cand --quiet 'Print errors only on stderr'
            cand -v 'Say what is being called; twice: retries, pages and timings too'
            cand --verbose 'Say what is being called; twice: retries, pages and timings too'
            cand --debug 'Trace everything on stderr, secrets left out'
            cand --no-progress 'Draw no progress'
            cand -y 'Answer yes to every question'
            cand --yes 'Answer yes to every question'
            cand --no-input 'Never ask; fail where a question would be needed'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
        }
        &'opsctl;sandbox;down'= {
            cand --dir 'The folder of the sandbox'
            cand --profile 'The profile of the AWS configuration files to sign in with'
            cand --region 'The AWS region'
            cand --endpoint-url 'Send the calls of every service to this address'
            cand --sandbox 'Use a running sandbox instead of AWS: the only one, or the one in DIR'
            cand --max-attempts 'How often a call is tried, the first time counted'
            cand --retry-mode 'How failed calls are tried again'
            cand --connect-timeout 'Seconds to wait for a connection'
            cand --read-timeout 'Seconds to wait for an answer'
            cand -o 'The form of the answer on stdout'
            cand --output 'The form of the answer on stdout'
            cand --query 'A JMESPath expression applied to the whole JSON document before it is formatted'
            cand --color 'When to use colour'
            cand -q 'Print errors only on stderr'
            cand --quiet 'Print errors only on stderr'
            cand -v 'Say what is being called; twice: retries, pages and timings too'
            cand --verbose 'Say what is being called; twice: retries, pages and timings too'
            cand --debug 'Trace everything on stderr, secrets left out'
            cand --no-progress 'Draw no progress'
            cand -y 'Answer yes to every question'
            cand --yes 'Answer yes to every question'
            cand --no-input 'Never ask; fail where a question would be needed'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
        }
        &'opsctl;sandbox;init'= {
            cand --profile 'The profile of the AWS configuration files to sign in with'
            cand --region 'The AWS region'
            cand --endpoint-url 'Send the calls of every service to this address'
            cand --sandbox 'Use a running sandbox instead of AWS: the only one, or the one in DIR'
            cand --max-attempts 'How often a call is tried, the first time counted'
            cand --retry-mode 'How failed calls are tried again'
            cand --connect-timeout 'Seconds to wait for a connection'
            cand --read-timeout 'Seconds to wait for an answer'
            cand -o 'The form of the answer on stdout'
            cand --output 'The form of the answer on stdout'
            cand --query 'A JMESPath expression applied to the whole JSON document before it is formatted'
            cand --color 'When to use colour'
            cand -q 'Print errors only on stderr'
            cand --quiet 'Print errors only on stderr'
            cand -v 'Say what is being called; twice: retries, pages and timings too'
            cand --verbose 'Say what is being called; twice: retries, pages and timings too'
            cand --debug 'Trace everything on stderr, secrets left out'
            cand --no-progress 'Draw no progress'
            cand -y 'Answer yes to every question'
            cand --yes 'Answer yes to every question'
            cand --no-input 'Never ask; fail where a question would be needed'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
        }
        &'opsctl;sandbox;help'= {
            cand run 'Run a command with a sandbox of its own in place of AWS'
            cand up 'Keep a sandbox running for other commands'
            cand status 'Say which sandboxes run'
            cand down 'End a running sandbox and its shells'
            cand init 'Write a commented sandbox.toml'
            cand help 'Print this message or the help of the given subcommand(s)'
        }
        &'opsctl;sandbox;help;run'= {
        }
        &'opsctl;sandbox;help;up'= {
        }
        &'opsctl;sandbox;help;status'= {
        }
        &'opsctl;sandbox;help;down'= {
        }
        &'opsctl;sandbox;help;init'= {
        }
        &'opsctl;sandbox;help;help'= {
        }
        &'opsctl;whoami'= {
            cand --profile 'The profile of the AWS configuration files to sign in with'
            cand --region 'The AWS region'
            cand --endpoint-url 'Send the calls of every service to this address'
            cand --sandbox 'Use a running sandbox instead of AWS: the only one, or the one in DIR'
            cand --max-attempts 'How often a call is tried, the first time counted'
            cand --retry-mode 'How failed calls are tried again'
            cand --connect-timeout 'Seconds to wait for a connection'
            cand --read-timeout 'Seconds to wait for an answer'
            cand -o 'The form of the answer on stdout'
            cand --output 'The form of the answer on stdout'
            cand --query 'A JMESPath expression applied to the whole JSON document before it is formatted'
            cand --color 'When to use colour'
            cand -q 'Print errors only on stderr'
            cand --quiet 'Print errors only on stderr'
            cand -v 'Say what is being called; twice: retries, pages and timings too'
            cand --verbose 'Say what is being called; twice: retries, pages and timings too'
            cand --debug 'Trace everything on stderr, secrets left out'
            cand --no-progress 'Draw no progress'
            cand -y 'Answer yes to every question'
            cand --yes 'Answer yes to every question'
            cand --no-input 'Never ask; fail where a question would be needed'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
        }
        &'opsctl;completions'= {
            cand --dir 'Write the scripts of all shells into this folder instead'
            cand --profile 'The profile of the AWS configuration files to sign in with'
            cand --region 'The AWS region'
            cand --endpoint-url 'Send the calls of every service to this address'
            cand --sandbox 'Use a running sandbox instead of AWS: the only one, or the one in DIR'
            cand --max-attempts 'How often a call is tried, the first time counted'
            cand --retry-mode 'How failed calls are tried again'
            cand --connect-timeout 'Seconds to wait for a connection'
            cand --read-timeout 'Seconds to wait for an answer'
            cand -o 'The form of the answer on stdout'
            cand --output 'The form of the answer on stdout'
            cand --query 'A JMESPath expression applied to the whole JSON document before it is formatted'
            cand --color 'When to use colour'
            cand -q 'Print errors only on stderr'
            cand --quiet 'Print errors only on stderr'
            cand -v 'Say what is being called; twice: retries, pages and timings too'
            cand --verbose 'Say what is being called; twice: retries, pages and timings too'
            cand --debug 'Trace everything on stderr, secrets left out'
            cand --no-progress 'Draw no progress'
            cand -y 'Answer yes to every question'
            cand --yes 'Answer yes to every question'
            cand --no-input 'Never ask; fail where a question would be needed'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
        }
        &'opsctl;man'= {
            cand --dir 'Write every page into this folder instead'
            cand --profile 'The profile of the AWS configuration files to sign in with'
            cand --region 'The AWS region'
            cand --endpoint-url 'Send the calls of every service to this address'
            cand --sandbox 'Use a running sandbox instead of AWS: the only one, or the one in DIR'
            cand --max-attempts 'How often a call is tried, the first time counted'
            cand --retry-mode 'How failed calls are tried again'
            cand --connect-timeout 'Seconds to wait for a connection'
            cand --read-timeout 'Seconds to wait for an answer'
            cand -o 'The form of the answer on stdout'
            cand --output 'The form of the answer on stdout'
            cand --query 'A JMESPath expression applied to the whole JSON document before it is formatted'
            cand --color 'When to use colour'
            cand -q 'Print errors only on stderr'
            cand --quiet 'Print errors only on stderr'
            cand -v 'Say what is being called; twice: retries, pages and timings too'
            cand --verbose 'Say what is being called; twice: retries, pages and timings too'
            cand --debug 'Trace everything on stderr, secrets left out'
            cand --no-progress 'Draw no progress'
            cand -y 'Answer yes to every question'
            cand --yes 'Answer yes to every question'
            cand --no-input 'Never ask; fail where a question would be needed'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
        }
        &'opsctl;version'= {
            cand --profile 'The profile of the AWS configuration files to sign in with'
            cand --region 'The AWS region'
            cand --endpoint-url 'Send the calls of every service to this address'
            cand --sandbox 'Use a running sandbox instead of AWS: the only one, or the one in DIR'
            cand --max-attempts 'How often a call is tried, the first time counted'
            cand --retry-mode 'How failed calls are tried again'
            cand --connect-timeout 'Seconds to wait for a connection'
            cand --read-timeout 'Seconds to wait for an answer'
            cand -o 'The form of the answer on stdout'
            cand --output 'The form of the answer on stdout'
            cand --query 'A JMESPath expression applied to the whole JSON document before it is formatted'
            cand --color 'When to use colour'
            cand -q 'Print errors only on stderr'
            cand --quiet 'Print errors only on stderr'
            cand -v 'Say what is being called; twice: retries, pages and timings too'
            cand --verbose 'Say what is being called; twice: retries, pages and timings too'
            cand --debug 'Trace everything on stderr, secrets left out'
            cand --no-progress 'Draw no progress'
            cand -y 'Answer yes to every question'
            cand --yes 'Answer yes to every question'
            cand --no-input 'Never ask; fail where a question would be needed'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
        }
        &'opsctl;help'= {
            cand ssm 'Sessions on nodes, through Session Manager'
            cand sandbox 'A loopback AWS to rehearse in'
            cand whoami 'Say who AWS takes you for'
            cand completions 'Print the completion script of a shell'
            cand man 'Print the manual page of a command, or write them all'
            cand version 'Print the version'
            cand help 'Print this message or the help of the given subcommand(s)'
        }
        &'opsctl;help;ssm'= {
            cand list 'List the managed nodes'
            cand connect 'Open a shell on a node'
        }
        &'opsctl;help;ssm;list'= {
        }
        &'opsctl;help;ssm;connect'= {
        }
        &'opsctl;help;sandbox'= {
            cand run 'Run a command with a sandbox of its own in place of AWS'
            cand up 'Keep a sandbox running for other commands'
            cand status 'Say which sandboxes run'
            cand down 'End a running sandbox and its shells'
            cand init 'Write a commented sandbox.toml'
        }
        &'opsctl;help;sandbox;run'= {
        }
        &'opsctl;help;sandbox;up'= {
        }
        &'opsctl;help;sandbox;status'= {
        }
        &'opsctl;help;sandbox;down'= {
        }
        &'opsctl;help;sandbox;init'= {
        }
        &'opsctl;help;whoami'= {
        }
        &'opsctl;help;completions'= {
        }
        &'opsctl;help;man'= {
        }
        &'opsctl;help;version'= {
        }
        &'opsctl;help;help'= {
        }
    ]
    $completions[$command]
}
