#!/bin/sh
# A Lambda function for S3 Batch Operations, as a sandbox runs it: the event comes on stdin, the answer goes to stdout.
event=$(cat)

field() {
    printf '%s' "$event" | sed -n "s/.*\"$1\":\"\([^\"]*\)\".*/\1/p"
}

key=$(field s3Key)
case $key in
*.csv) code=Succeeded text="a table: $key" ;;
*.txt) code=Succeeded text="a text: $key" ;;
*) code=PermanentFailure text="of no use: $key" ;;
esac

printf '{"invocationSchemaVersion":"1.0","treatMissingKeysAs":"PermanentFailure","invocationId":"%s",' "$(field invocationId)"
printf '"results":[{"taskId":"%s","resultCode":"%s","resultString":"%s"}]}\n' "$(field taskId)" "$code" "$text"
