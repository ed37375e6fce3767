"""The few AWS calls of `cargo x` that neither SAM nor the Rust binaries make.

Usage:
  python publish.py bucket NAME             create a bucket unless it is there (local stack only)
  python publish.py outputs STACK           the stack's outputs as one JSON object; {} without a stack
  python publish.py site FOLDER BUCKET [DISTRIBUTION]
                                            upload the built site, remove what is gone, invalidate
  python publish.py stripe-secret SECRET FILE
                                            give the functions the sandbox's webhook secret (local stack only)
  python publish.py invoke STACK ROUTE FILE call one function with an event and print its reply
  python publish.py environment STACK       the variables of the functions, as KEY='VALUE' lines
AWS_ENDPOINT_URL and the credentials come from the environment, as with every AWS tool.
"""

import json
import mimetypes
import os
import secrets
import sys
import time

import boto3
from botocore.exceptions import ClientError

# Vite names these files by their content.
IMMUTABLE = "_app/immutable/"
PAGES = "public, max-age=0, must-revalidate"
FOREVER = "public, max-age=31536000, immutable"
DELETE_BATCH = 1000


def bucket(name):
    try:
        boto3.client("s3").create_bucket(Bucket=name)
    except ClientError as error:
        if error.response["Error"]["Code"] not in ("BucketAlreadyOwnedByYou", "BucketAlreadyExists"):
            raise


def outputs(stack):
    try:
        stacks = boto3.client("cloudformation").describe_stacks(StackName=stack)["Stacks"]
    except ClientError as error:
        if error.response["Error"]["Code"] != "ValidationError":
            raise
        stacks = []
    found = {o["OutputKey"]: o["OutputValue"] for o in (stacks[0].get("Outputs", []) if stacks else [])}
    if stacks:
        found["StackStatus"] = stacks[0]["StackStatus"]
    print(json.dumps(found))


def environment(stack):
    """For a function that runs outside the stack: what it would have inside, and the tools' own credentials."""
    variables = boto3.client("lambda").get_function_configuration(
        FunctionName=_physical_name(stack, "ReadSite"))["Environment"]["Variables"]
    own = ("AWS_ENDPOINT_URL", "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_REGION")
    variables.update({name: os.environ[name] for name in own if name in os.environ})
    print("\n".join(f"{name}='{value}'" for name, value in sorted(variables.items())))


def _physical_name(stack, logical_id):
    resource = boto3.client("cloudformation").describe_stack_resource(StackName=stack, LogicalResourceId=logical_id)
    return resource["StackResourceDetail"]["PhysicalResourceId"]


def invoke(stack, route, file):
    logical_id = "".join(word.capitalize() for word in route.split("_"))
    name = _physical_name(stack, logical_id)
    with open(file, "rb") as event:
        reply = boto3.client("lambda").invoke(FunctionName=name, Payload=event.read())
    print(reply["Payload"].read().decode())
    if "FunctionError" in reply:
        sys.exit(1)


def stripe_secret(secret, file):
    with open(file, encoding="utf-8") as opened:
        webhook_secret = opened.read().strip()
    client = boto3.client("secretsmanager")
    current = json.loads(client.get_secret_value(SecretId=secret)["SecretString"])
    if current.get("webhook_secret") != webhook_secret:
        # The sandbox takes any key of a test's shape.
        wanted = {"secret_key": f"sk_test_{secrets.token_hex(16)}", "webhook_secret": webhook_secret}
        client.put_secret_value(SecretId=secret, SecretString=json.dumps(wanted))


def site(folder, name, distribution=None):
    s3 = boto3.client("s3")
    keys = set()
    # Pages last: a page must never name a file that is not there yet.
    for key in sorted(_files(folder), key=lambda key: (not key.startswith(IMMUTABLE), key)):
        keys.add(key)
        with open(os.path.join(folder, key), "rb") as file:
            s3.put_object(
                Bucket=name, Key=key, Body=file.read(), ContentType=_content_type(key),
                CacheControl=FOREVER if key.startswith(IMMUTABLE) else PAGES)
    pages = s3.get_paginator("list_objects_v2").paginate(Bucket=name)
    gone = [o["Key"] for page in pages for o in page.get("Contents", []) if o["Key"] not in keys]
    for start in range(0, len(gone), DELETE_BATCH):
        s3.delete_objects(Bucket=name, Delete={"Objects": [{"Key": k} for k in gone[start:start + DELETE_BATCH]]})
    if distribution:
        boto3.client("cloudfront").create_invalidation(
            DistributionId=distribution,
            InvalidationBatch={"Paths": {"Quantity": 1, "Items": ["/*"]}, "CallerReference": str(time.time_ns())})
    print(f"{len(keys)} files uploaded, {len(gone)} removed")


def _files(folder):
    for root, _, names in os.walk(folder):
        for name in names:
            yield os.path.relpath(os.path.join(root, name), folder).replace(os.sep, "/")


def _content_type(key):
    kind = mimetypes.guess_type(key)[0] or "application/octet-stream"
    return f"{kind}; charset=utf-8" if kind.startswith("text/") or kind.endswith(("javascript", "json")) else kind


if __name__ == "__main__":
    tasks = {"bucket": bucket, "outputs": outputs, "site": site, "invoke": invoke, "environment": environment,
             "stripe-secret": stripe_secret}
    tasks[sys.argv[1]](*sys.argv[2:])
