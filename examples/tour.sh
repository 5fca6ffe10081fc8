#!/bin/sh
# A tour of opsctl. Every command is printed before it runs; nothing here needs a terminal or an account:
#
#   opsctl sandbox run --config examples/tour.toml -- examples/tour.sh
set -eu

case "${AWS_ENDPOINT_URL:-}" in
http://127.0.0.1:*) ;;
*)
    echo 'This tour types into nodes: run it in the sandbox, opsctl sandbox run --config examples/tour.toml -- examples/tour.sh' >&2
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

say 'One command on a node: its output, its errors and its exit code are its own'
run 'opsctl ssm exec web-1 -- sh -c "pwd; echo to stderr >&2; exit 6"' && exit 1 || printf '(exit code %s)\n' "$?"

say 'The same on several nodes at once'
run 'opsctl ssm exec --tag role=web -- uname -s'

say 'A port of a node, for as long as a command runs: here the port of the sandbox itself, through db-1'
endpoint=${AWS_ENDPOINT_URL##*:}
export endpoint
run 'opsctl ssm forward db-1 -L "0:$endpoint" -- sh -c "opsctl --endpoint-url http://127.0.0.1:\$OPSCTL_FORWARD_PORT ssm list --columns name"'

say 'Run Command over a fleet, when nobody has to wait for a session'
run 'opsctl ssm run --tag role=web --quiet -- sh -c "echo hello from \$(basename \"\$PWD\")"'

say 'What has become of them: those sessions are over'
run 'opsctl ssm session list --history --columns target,owner,status'

say 'A manifest for S3 Batch Operations: every object of a bucket, listed in parallel, its key encoded'
run 'opsctl s3 manifest build s3://rehearsal-data/ --to s3://rehearsal-manifests/all.csv'
run 'opsctl s3 manifest check s3://rehearsal-manifests/all.csv'

say 'What a job would do and cost, before there is one'
manifest='--manifest s3://rehearsal-manifests/all.csv --role opsctl-batch --report s3://rehearsal-reports/tour'
export manifest
run 'opsctl s3 job create copy --to s3://rehearsal-target/copies $manifest --dry-run'

say 'The same for real. One object is archived: its task fails, and a job with a failed task is no success'
run 'job=$(opsctl s3 job create copy --to s3://rehearsal-target/copies $manifest --run --quiet)'
run 'opsctl s3 job watch "$job"' && exit 1 || printf '(exit code %s)\n' "$?"

say 'What failed and why'
run 'opsctl s3 job report "$job"' && exit 1 || printf '(exit code %s)\n' "$?"

say 'So the archived object is restored, by a job of its own, and what failed is tried again'
run 'opsctl s3 manifest build s3://rehearsal-data/archive/ --to s3://rehearsal-manifests/archived.csv --columns rows,etag'
run 'opsctl s3 job create restore --days 1 --manifest s3://rehearsal-manifests/archived.csv --role opsctl-batch --no-report --run --wait'
run 'opsctl s3 job retry "$job" --run --wait'
run 'opsctl s3 manifest build s3://rehearsal-target/ --to - | head -n 3'

say 'A job that calls a function for every object, here a script'
run 'opsctl s3 job create lambda look $manifest --run --wait' && exit 1 || printf '(exit code %s)\n' "$?"
run 'opsctl s3 job list --columns operation,status,tasks,failed'

say 'A workflow of Step Functions: looked at before it is deployed, drawn, and run with a clock that jumps over every wait'
orders=$(dirname "$0")/orders
input='{"id": "o-1", "total": 12, "items": [{"sku": "tea"}, {"sku": "cup"}]}'
export orders input
run 'opsctl sfn lint "$orders/order.asl.json" --strict'
run 'opsctl sfn graph "$orders/order.asl.json" --format ascii'
run 'opsctl sfn local run "$orders/order.asl.json" --input "$input" --mocks "$orders/mocks.json" --case Busy'

say 'The same with a program of this machine for its Lambda function, and its tests'
run 'opsctl sfn local run "$orders/order.asl.json" --input "$input" --mocks "$orders/mocks.json" --case OwnFunctions --functions "$orders/functions.toml" --query item.output -o json'
run 'opsctl sfn local test "$orders" --columns name,result,status'

say 'A workflow with everything around it: functions that work on pictures, an upload that starts it, what came of it and why one failed'
run '"$(dirname "$0")/image-processor/run.sh"'

say 'Where a setting comes from'
run 'opsctl config show --origin'

say 'What an exit code means'
run 'opsctl help exit-codes'

say 'A mistake is named, with a way out'
run 'opsctl ssm connect wbe-1' && exit 1 || printf '(exit code %s)\n' "$?"

say 'That is all so far. On a terminal, try: opsctl sandbox run -- opsctl ssm connect'
