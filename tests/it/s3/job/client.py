"""Calls S3 Control of a sandbox with botocore's own serializer, signer and parser.

botocore's client puts the account before the host, which no loopback name resolves; the rest of it is used as it is.
Arguments: endpoint, access key, secret key. Reads lines of JSON [operation, parameters], answers each with a line of
JSON [status, parsed answer].
"""

import http.client
import json
import sys
import urllib.parse

import botocore.auth
import botocore.awsrequest
import botocore.credentials
import botocore.parsers
import botocore.serialize
import botocore.session

endpoint, key, secret = sys.argv[1:]
session = botocore.session.get_session()
service = session.get_service_model("s3control")
serializer = botocore.serialize.create_serializer(service.metadata["protocol"])
parser = botocore.parsers.create_parser(service.metadata["protocol"])
credentials = botocore.credentials.Credentials(key, secret)

for line in sys.stdin:
    name, parameters = json.loads(line)
    operation = service.operation_model(name)
    wire = serializer.serialize_to_request(parameters, operation)
    query = urllib.parse.urlencode(wire["query_string"], doseq=True, quote_via=urllib.parse.quote)
    url = endpoint + wire["url_path"] + ("?" + query if query else "")
    request = botocore.awsrequest.AWSRequest(
        method=wire["method"], url=url, data=wire["body"], headers=wire["headers"]
    )
    botocore.auth.S3SigV4Auth(credentials, "s3", "us-east-1").add_auth(request)
    prepared = request.prepare()
    connection = http.client.HTTPConnection(urllib.parse.urlsplit(endpoint).netloc, timeout=30)
    path = prepared.url[len(endpoint) :]
    connection.request(prepared.method, path, prepared.body, dict(prepared.headers))
    answer = connection.getresponse()
    body = answer.read()
    parsed = parser.parse(
        {"status_code": answer.status, "headers": dict(answer.getheaders()), "body": body},
        operation.output_shape,
    )
    print(json.dumps([answer.status, parsed], default=str), flush=True)
