#!/bin/sh
# The image processor, whole: its functions, buckets and state machine in a sandbox, then pictures. Every command is
# printed before it runs:
#
#   opsctl sandbox run -- examples/image-processor/run.sh
#
# deploy.sh builds the functions with cargo; IMAGE_PROCESSOR names their program where that is done already.

. "$(dirname "$0")/deploy.sh"

# The name of the newest execution, when there are as many as uploads.
newest() {
    tries=0
    until [ "$(opsctl sfn executions image-processor --query 'length(items)' -o text)" -ge "$1" ]; do
        tries=$((tries + 1))
        if [ $tries -gt 300 ]; then
            echo 'the upload has started nothing' >&2
            exit 1
        fi
        sleep 0.1
    done
    opsctl sfn executions image-processor --limit 1 --query 'items[0].name' -o text
}

say 'A picture is uploaded, and that starts an execution'
run 'opsctl sandbox put pictures/hills.jpg s3://image-uploads/'
picture=$(newest 1)
run 'opsctl sfn watch "image-processor:$picture"'

say 'What came of it'
run 'opsctl s3 manifest build s3://image-results/ --to - --columns rows,size'

say 'An alarm on executions that fail; it tells the same topic'
run 'opsctl alarm create image-processor-failing --preset sfn/failed --period 1m --dimension "StateMachineArn=arn:aws:states:$at:stateMachine:image-processor" --alarm-action "arn:aws:sns:$at:image-processor" --ok-action "arn:aws:sns:$at:image-processor" --yes'

say 'A file that is no picture is told, and its execution fails'
run 'echo "no picture" | opsctl sandbox put - s3://image-uploads/broken.jpg'
broken=$(newest 2)
run 'opsctl sfn watch "image-processor:$broken" --quiet' && exit 1 || printf '(exit code %s)\n' "$?"
run 'opsctl sfn explain "image-processor:$broken"'

say 'Two minutes later on the clock of the sandbox, the alarm is on: why, and what it looks like'
run 'opsctl sandbox clock +2m'
run 'opsctl alarm watch image-processor-failing --for-state alarm --timeout 1m'
run 'opsctl alarm explain image-processor-failing'
run 'opsctl alarm chart image-processor-failing --since 10m'

say 'Nothing fails any more, and it goes back'
run 'opsctl sandbox clock +10m'
run 'opsctl alarm watch image-processor-failing --for-state ok --timeout 1m'
run 'opsctl alarm history image-processor-failing'

say 'Who has subscribed to the topic has read'
run 'opsctl sandbox messages image-processor --columns subject,message'
