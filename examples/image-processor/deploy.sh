#!/bin/sh
# Deploys the image processor to the sandbox that it runs in: functions, buckets and the state machine. Every command is
# printed before it runs. `run.sh` reads it in, and goes on from here with its `say` and `run`.
#
# The functions are built with cargo; IMAGE_PROCESSOR names their program where that is done already.
set -eu

case "${AWS_ENDPOINT_URL:-}" in
http://127.0.0.1:*) ;;
*)
    echo "This deploys to a sandbox: opsctl sandbox run -- $0" >&2
    exit 2
    ;;
esac
cd "$(dirname "$0")"

say() {
    printf '\n# %s\n' "$1"
}

# Prints a command line, then runs just that.
run() {
    printf '$ %s\n' "$1"
    eval "$1"
}

program=${IMAGE_PROCESSOR:-}
if [ -z "$program" ]; then
    say 'The functions are one program, built once'
    run 'cargo build --quiet --example image-processor'
    target=$(cargo metadata --format-version 1 --no-deps | sed 's/.*"target_directory":"\([^"]*\)".*/\1/')
    program=$target/debug/examples/image-processor
fi

say 'What the AWS account would have: buckets, functions, and an upload that starts the state machine'
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cat > "$work/sandbox.toml" <<TOML
[[buckets]]
name = "image-uploads"

[[buckets]]
name = "image-results"

[[functions]]
name = "image-processor-validate"
command = ["$program"]
runtime_api = true
timeout_ms = 60000

# One that fails the first attempt at every picture: the workflow tries again.
[[functions]]
name = "image-processor-resize"
command = ["$program"]
runtime_api = true
timeout_ms = 60000
environment = { FLAKY_ATTEMPTS = "1" }

[[functions]]
name = "image-processor-filter"
command = ["$program"]
runtime_api = true
timeout_ms = 60000

[[functions]]
name = "image-processor-optimize"
command = ["$program"]
runtime_api = true
timeout_ms = 60000

[[notifications]]
bucket = "image-uploads"
machine = "image-processor"
TOML
run 'opsctl sandbox add - < "$work/sandbox.toml"'

say 'The state machine, deployed as it would be on AWS: linted, compared, created, published'
account=$(opsctl whoami --query 'item.account' -o text)
at=$AWS_REGION:$account
cat > "$work/values.yaml" <<YAML
ValidateFunction: arn:aws:lambda:$at:function:image-processor-validate
ResizeFunction: arn:aws:lambda:$at:function:image-processor-resize
FilterFunction: arn:aws:lambda:$at:function:image-processor-filter
OptimizeFunction: arn:aws:lambda:$at:function:image-processor-optimize
ResultsBucket: image-results
Topic: arn:aws:sns:$at:image-processor
YAML
run 'opsctl sfn deploy image-processor.asl.json image-processor --role image-processor --values "$work/values.yaml" --yes'
