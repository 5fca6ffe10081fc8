#!/bin/sh
# A tour of opsctl. Every command is printed before it runs; nothing here needs a terminal or an account:
#
#   opsctl sandbox run -- examples/tour.sh
set -eu

case "${AWS_ENDPOINT_URL:-}" in
http://127.0.0.1:*) ;;
*)
    echo 'This tour types into nodes: run it in the sandbox, opsctl sandbox run -- examples/tour.sh' >&2
    exit 2
    ;;
esac

say() {
    printf '\n# %s\n' "$1"
}

# Prints a command line, then runs just that.
run() {
    printf '$ %s\n' "$1"
    eval "$1"
}

say 'Who does AWS take you for?'
run 'opsctl whoami'

say 'The nodes that Session Manager knows'
run 'opsctl ssm list'

say 'The same for a script: a JMESPath query over the JSON document'
run 'opsctl ssm list --tag role=web --query "items[].{name: name, id: instanceId}" -o text'

say 'A shell on a node, here without a terminal: what is piped in is typed'
run 'echo "hostname; pwd" | opsctl ssm connect web-1'

say 'What has become of it: that session is over'
run 'opsctl ssm session list --history --columns target,owner,status'

say 'Where a setting comes from'
run 'opsctl config show --origin'

say 'What an exit code means'
run 'opsctl help exit-codes'

say 'A mistake is named, with a way out'
run 'opsctl ssm connect wbe-1' && exit 1 || printf '(exit code %s)\n' "$?"

say 'That is all so far. On a terminal, try: opsctl sandbox run -- opsctl ssm connect'
