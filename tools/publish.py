"""The few AWS calls of `cargo x` that neither SAM nor the Rust binaries make.

Usage:
  python publish.py bucket NAME             create a bucket unless it is there (local stack only)
  python publish.py outputs STACK           the stack's outputs as one JSON object; {} without a stack
  python publish.py site FOLDER BUCKET [DISTRIBUTION]
                                            upload the built site, remove what is gone, invalidate
  python publish.py stripe-secret SECRET FILE
                                            give the functions the sandbox's webhook secret (local stack only)
  python publish.py room-secret SECRET      give them a key of the sandbox's Whereby (local stack only)
  python publish.py room STACK BRAND ADAPTER
                                            say what carries a brand's sessions: peer, agora, whereby
  python publish.py invoke STACK ROUTE FILE call one function with an event and print its reply
  python publish.py letters STACK           what the queues of dead letters hold
  python publish.py redrive STACK LIMIT     move the dead letters of billing back to their queue
  python publish.py environment STACK DIR   the functions' variables: functions.env for cargo-lambda, sam.json for SAM
AWS_ENDPOINT_URL and the credentials come from the environment, as with every AWS tool.
"""

import json
import mimetypes
import os
import secrets
import sys
import time

import boto3
from botocore.exceptions import BotoCoreError, ClientError

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


def environment(stack, folder):
    """For a function that runs outside the stack: what it would have inside, and the tools' own credentials."""
    variables = boto3.client("lambda").get_function_configuration(
        FunctionName=_physical_name(stack, "ReadSite"))["Environment"]["Variables"]
    own = ("AWS_ENDPOINT_URL", "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_REGION")
    variables.update({name: os.environ[name] for name in own if name in os.environ})
    with open(os.path.join(folder, "functions.env"), "w") as lines:
        lines.write("".join(f"{name}='{value}'\n" for name, value in sorted(variables.items())))
    with open(os.path.join(folder, "sam.json"), "w") as parameters:
        json.dump({"Parameters": variables}, parameters, indent=2, sort_keys=True)


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


# Of the stack's queues for what was given up: the one that has a queue to go back to, and the one for a person.
DEAD_LETTERS = ("BillingDead", "Failures")
# Longest wait for AWS to move messages, in seconds.
MOVE_SECONDS = 300


def letters(stack):
    """How many messages each queue of dead letters has, and the first ten. Looking hides them for a second."""
    sqs = boto3.client("sqs")
    for logical_id in DEAD_LETTERS:
        url = _physical_name(stack, logical_id)
        attributes = sqs.get_queue_attributes(
            QueueUrl=url, AttributeNames=["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"])
        count = sum(int(number) for number in attributes["Attributes"].values())
        print(f"{logical_id}\t{count}")
        if count == 0:
            continue
        seen = sqs.receive_message(
            QueueUrl=url, MaxNumberOfMessages=10, VisibilityTimeout=1, AttributeNames=["All"]).get("Messages", [])
        for message in seen:
            sent = int(message["Attributes"]["SentTimestamp"]) / 1000
            at = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(sent))
            print(f"  {at}  {' '.join(message['Body'].split())[:160]}")


def redrive(stack, limit):
    """Moves dead letters back to the queue they came from, and says how many. AWS does it if it can."""
    sqs = boto3.client("sqs")
    source, target = _physical_name(stack, "BillingDead"), _physical_name(stack, "BillingQueue")
    arn = sqs.get_queue_attributes(QueueUrl=source, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    try:
        task = sqs.start_message_move_task(SourceArn=arn)["TaskHandle"]
    except ClientError as error:
        # Only where AWS's own task is not to be had: an emulator that does not know it.
        known = ("UnsupportedOperation", "InvalidAction", "UnknownOperation", "UnknownOperationException")
        if error.response["Error"]["Code"] not in known:
            raise
        moved = _move(sqs, source, target, int(limit))
    else:
        moved = _await_move(sqs, arn, task)
    print(moved)


def _await_move(sqs, arn, task):
    deadline = time.monotonic() + MOVE_SECONDS
    while time.monotonic() < deadline:
        results = sqs.list_message_move_tasks(SourceArn=arn, MaxResults=10)["Results"]
        # A finished task has no handle any more: the newest is ours.
        mine = next((result for result in results if result.get("TaskHandle") == task), results[0] if results else None)
        if mine and mine["Status"] in ("COMPLETED", "FAILED", "CANCELLED"):
            if mine["Status"] != "COMPLETED":
                sys.exit(f"AWS stopped moving: {mine['Status']}, {mine.get('FailureReason', 'no reason given')}")
            return mine.get("ApproximateNumberOfMessagesMoved", 0)
        time.sleep(1)
    sys.exit(f"AWS is still moving after {MOVE_SECONDS} s; see the queue's page")


def _move(sqs, source, target, limit):
    """One by one, sent before it is removed: a crash in between leaves a copy, which is harmless, and loses nothing."""
    moved, empty = 0, 0
    while moved < limit and empty < 3:
        messages = sqs.receive_message(
            QueueUrl=source, MaxNumberOfMessages=10, WaitTimeSeconds=1, VisibilityTimeout=60).get("Messages", [])
        empty = 0 if messages else empty + 1
        for message in messages:
            sqs.send_message(QueueUrl=target, MessageBody=message["Body"])
            sqs.delete_message(QueueUrl=source, ReceiptHandle=message["ReceiptHandle"])
            moved += 1
    return moved


def stripe_secret(secret, file):
    with open(file, encoding="utf-8") as opened:
        webhook_secret = opened.read().strip()
    client = boto3.client("secretsmanager")
    current = json.loads(client.get_secret_value(SecretId=secret)["SecretString"])
    if current.get("webhook_secret") != webhook_secret:
        # The sandbox takes any key of a test's shape.
        wanted = {"secret_key": f"sk_test_{secrets.token_hex(16)}", "webhook_secret": webhook_secret}
        client.put_secret_value(SecretId=secret, SecretString=json.dumps(wanted))


def room_secret(secret):
    client = boto3.client("secretsmanager")
    current = json.loads(client.get_secret_value(SecretId=secret)["SecretString"])
    if "whereby_api_key" not in current:
        # The sandbox takes any key.
        wanted = {**current, "whereby_api_key": secrets.token_hex(16)}
        client.put_secret_value(SecretId=secret, SecretString=json.dumps(wanted))


def room(stack, brand, adapter):
    """Says what carries a brand's sessions from now on, in its record."""
    outputs_of = boto3.client("cloudformation").describe_stacks(StackName=stack)["Stacks"][0]["Outputs"]
    table = next(o["OutputValue"] for o in outputs_of if o["OutputKey"] == "AppTable")
    app = boto3.resource("dynamodb").Table(table)
    key = {"pk": "SITE", "sk": f"BRAND#{brand}"}
    stored = app.get_item(Key=key, ConsistentRead=True).get("Item")
    if stored is None:
        with open(os.path.join(os.path.dirname(__file__), "../frontend/src/lib/brand/sites.json"), encoding="utf-8") as file:
            shipped = next((site for site in json.load(file) if site["brand"] == brand), None)
        if shipped is None:
            sys.exit(f"there is no brand {brand}")
        record = {**shipped, **key}
        condition = "attribute_not_exists(pk)"
        values = {}
    else:
        record = stored
        condition = "version = :version"
        values = {"ExpressionAttributeValues": {":version": stored["version"]}}
    record = {**record, "room": adapter, "version": record["version"] + 1}
    app.put_item(Item=record, ConditionExpression=condition, **values)
    print(f"{brand}: {adapter}")


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
             "stripe-secret": stripe_secret, "room-secret": room_secret, "room": room, "letters": letters, "redrive": redrive}
    try:
        tasks[sys.argv[1]](*sys.argv[2:])
    except (BotoCoreError, ClientError) as error:
        sys.exit(str(error))
