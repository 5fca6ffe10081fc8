# Runs one invocation of a Python handler: the event on stdin, the result or the failure as JSON on stdout.
import importlib
import json
import os
import sys
import time
import traceback

answer = os.fdopen(os.dup(1), "w", encoding="utf-8")
os.dup2(2, 1)
started = time.monotonic()


def fail(kind, message, stack=()):
    failure = {"errorMessage": message, "errorType": kind, "requestId": os.environ.get("AWS_REQUEST_ID", "")}
    failure["stackTrace"] = list(stack)
    json.dump(failure, answer)
    answer.flush()
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(1)


class Context:
    function_name = os.environ.get("AWS_LAMBDA_FUNCTION_NAME", "")
    function_version = "$LATEST"
    invoked_function_arn = os.environ.get("AWS_LAMBDA_FUNCTION_ARN", function_name)
    memory_limit_in_mb = "128"
    aws_request_id = os.environ.get("AWS_REQUEST_ID", "")
    log_group_name = "/aws/lambda/" + function_name
    log_stream_name = "local"
    identity = None
    client_context = None

    def get_remaining_time_in_millis(self):
        limit = float(os.environ.get("AWS_LAMBDA_FUNCTION_TIMEOUT", "3"))
        return max(0, int((limit - (time.monotonic() - started)) * 1000))


module_name, _, handler_name = sys.argv[1].rpartition(".")
module_name = module_name.replace("/", ".")
sys.path.insert(0, os.getcwd())
event = json.load(sys.stdin)
try:
    module = importlib.import_module(module_name)
except SyntaxError as error:
    fail("Runtime.UserCodeSyntaxError", "Syntax error in module '%s': %s" % (module_name, error))
except ImportError as error:
    fail("Runtime.ImportModuleError", "Unable to import module '%s': %s" % (module_name, error))
except Exception as error:
    fail(type(error).__name__, str(error), traceback.format_list(traceback.extract_tb(error.__traceback__)[1:]))
if not hasattr(module, handler_name):
    fail("Runtime.HandlerNotFound", "Handler '%s' missing on module '%s'" % (handler_name, module_name))
try:
    result = getattr(module, handler_name)(event, Context())
except Exception as error:
    fail(type(error).__name__, str(error), traceback.format_list(traceback.extract_tb(error.__traceback__)[1:]))
try:
    text = json.dumps(result)
except Exception as error:
    fail("Runtime.MarshalError", "Unable to marshal response: %s" % error)
answer.write(text)
answer.flush()
