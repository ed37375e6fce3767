"""What ministack 1.5.33 lacks for our template, added from outside.

Each function says what AWS does that the emulator does not. Nothing here invents behaviour: the
template stays the same on AWS.
"""

import hashlib
import http.client
import json
import socket
import socketserver
import urllib.parse
from email.utils import parseaddr

from ministack.core import iam_actions, lambda_runtime
from ministack.services import apigateway, cloudfront, dynamodb, lambda_svc, s3
from ministack.services.cloudformation import provisioners

LOOPBACK = "127.0.0.1"


def apply_all(gateway_port):
    """Install every patch. Call before the first request."""
    quick_warm_functions()
    one_copy_of_code()
    http_api_bodies()
    table_settings()
    api_behind_cdn(gateway_port)
    behaviours_of_sent_paths()
    addresses_on_the_way()
    missing_files()
    names_of_rights()
    conditional_writes()
    streams_after_a_restart()


def quick_warm_functions():
    """A warm invocation that logs nothing waits 50 ms for a line of its log; 6 ms do."""
    lambda_runtime.Worker._drain_stderr_bounded.__defaults__ = (0.006, 0.001, 0.25)

    class NoDelay(socketserver.ThreadingTCPServer):
        """The functions' runtime API answers in two writes: without this they wait for an ACK."""

        def get_request(self):
            connection, address = super().get_request()
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            return connection, address

    socketserver.ThreadingTCPServer = NoDelay


def one_copy_of_code():
    """All functions of a domain share one artifact; the emulator keeps a copy for each."""
    fetch, kept = lambda_svc._fetch_code_from_s3, {}

    def fetch_once(bucket, key, version_id=None):
        code = fetch(bucket, key, version_id=version_id)
        return code if code is None else kept.setdefault(hashlib.sha256(code).digest(), code)

    lambda_svc._fetch_code_from_s3 = fetch_once


def http_api_bodies():
    """SAM turns HttpApi events into an OpenAPI Body; the emulator stores the API without it."""
    handlers = provisioners._RESOURCE_HANDLERS["AWS::ApiGatewayV2::Api"]
    create, update = handlers["create"], handlers["update"]

    def create_with_body(logical_id, props, stack_name):
        props = dict(props)
        tags = dict(props.get("Tags") or {})
        # One stable id per stack and API, so that an address survives a redeployment.
        pinned = hashlib.sha1(f"{stack_name}/{logical_id}".encode()).hexdigest()[:8]
        if props.get("ProtocolType") == "WEBSOCKET":
            # Only ever addressed by path, and known before it is deployed.
            pinned = logical_id.lower()
        tags.setdefault("ms-custom-id", pinned)
        props["Tags"] = tags
        api_id, attributes = create(logical_id, props, stack_name)
        _import_body(api_id, props)
        return api_id, attributes

    def update_with_body(physical_id, old_props, new_props, stack_name, *rest, **named):
        result = update(physical_id, old_props, new_props, stack_name, *rest, **named)
        _import_body(result[0], new_props)
        return result

    handlers["create"], handlers["update"] = create_with_body, update_with_body


def _import_body(api_id, props):
    if props.get("ProtocolType") == "WEBSOCKET":
        return  # Its routes are resources of their own.
    body = props.get("Body") or {}
    integrations, routes = {}, {}
    for path, operations in (body.get("paths") or {}).items():
        for method, operation in operations.items():
            wanted = operation.get("x-amazon-apigateway-integration")
            if wanted is None:
                continue
            verb = "ANY" if method == "x-amazon-apigateway-any-method" else method.upper()
            key = "$default" if path.lstrip("/") == "$default" else f"{verb} {path}"
            uid = hashlib.sha1(key.encode()).hexdigest()[:8]
            integrations[uid] = {
                "integrationId": uid,
                **provisioners._apigw_v2_integration_props(
                    {"IntegrationType": "AWS_PROXY", "IntegrationUri": wanted["uri"]}
                ),
            }
            routes[uid] = {
                "routeId": uid,
                **provisioners._apigw_v2_route_props(
                    {"RouteKey": key, "Target": f"integrations/{uid}"}
                ),
            }
    apigateway._integrations[api_id] = integrations
    apigateway._routes[api_id] = routes
    cors = body.get("x-amazon-apigateway-cors") or props.get("CorsConfiguration")
    if cors:
        apigateway._apis[api_id]["corsConfiguration"] = {
            name[0].lower() + name[1:]: value for name, value in cors.items()
        }


def table_settings():
    """The emulator drops a table's TTL and point-in-time recovery at creation and update."""
    handlers = provisioners._RESOURCE_HANDLERS["AWS::DynamoDB::Table"]
    create, update = handlers["create"], handlers["update"]

    def create_with_settings(logical_id, props, stack_name):
        result = create(logical_id, props, stack_name)
        _set_table(result[0], props)
        return result

    def update_with_settings(physical_id, old_props, new_props, stack_name, *rest, **named):
        result = update(physical_id, old_props, new_props, stack_name, *rest, **named)
        _set_table(result[0], new_props)
        return result

    handlers["create"], handlers["update"] = create_with_settings, update_with_settings


def _set_table(name, props):
    ttl = props.get("TimeToLiveSpecification")
    if ttl:
        _accepted(dynamodb._update_ttl({"TableName": name, "TimeToLiveSpecification": {
            "AttributeName": ttl["AttributeName"], "Enabled": _flag(ttl["Enabled"])}}))
    recovery = props.get("PointInTimeRecoverySpecification")
    if recovery:
        _accepted(dynamodb._update_continuous_backups({
            "TableName": name, "PointInTimeRecoverySpecification": {
                "PointInTimeRecoveryEnabled": _flag(recovery["PointInTimeRecoveryEnabled"])}}))
    # A parameter arrives as text, and the text "false" is true to the emulator.
    dynamodb._tables[name]["DeletionProtectionEnabled"] = _flag(
        props.get("DeletionProtectionEnabled", False))


def _accepted(response):
    # TTL that is already as asked is a validation error on AWS too; CloudFormation does not ask.
    if response[0] >= 400 and b"already" not in bytes(response[2]):
        raise ValueError(f"table setting refused: {response[2]!r}")


def _flag(value):
    return str(value).lower() == "true"


def api_behind_cdn(gateway_port):
    """CloudFront with an HTTP API as origin: the emulator refuses hosts that belong to AWS.

    A request for one of our own APIs goes to this gateway instead of to AWS.
    """
    forward = cloudfront._forward_to_origin

    def forward_or_own(origin, method, uri, query_string, headers, body, viewer_is_https,
                       client_ip="127.0.0.1", viewer_x_forwarded_for=""):
        api_id, dot, rest = origin["domain_name"].partition(".execute-api.")
        if not dot or not rest.endswith("amazonaws.com"):
            return forward(origin, method, uri, query_string, headers, body, viewer_is_https,
                           client_ip, viewer_x_forwarded_for)
        sent = cloudfront._origin_request_headers(origin, headers, client_ip, viewer_x_forwarded_for)
        cloudfront._set_header_ci(sent, "Host", f"{api_id}.execute-api.localhost:{gateway_port}")
        target = uri + (f"?{query_string}" if query_string else "")
        connection = http.client.HTTPConnection(
            LOOPBACK, gateway_port, timeout=origin.get("read_timeout", 30))
        try:
            connection.request(method, target, body=body or None, headers=sent)
            reply = connection.getresponse()
            return reply.status, reply.reason, reply.getheaders(), reply.read()
        except TimeoutError as error:
            raise cloudfront.OriginTimeout(str(error)) from error
        except OSError as error:
            raise cloudfront.OriginUnreachable(str(error)) from error
        finally:
            connection.close()

    cloudfront._forward_to_origin = forward_or_own


def behaviours_of_sent_paths():
    """CloudFront compares a path as it was sent; the emulator decodes it first, and a line feed then fits no pattern."""
    match = cloudfront._match_behavior
    cloudfront._match_behavior = lambda parsed, path: match(parsed, urllib.parse.quote(path))


def addresses_on_the_way():
    """API Gateway appends the address it was called from to X-Forwarded-For; the emulator leaves it as it came.

    Behind the CDN that is an address of CloudFront's, here the loopback, and the viewer's is the one before it.
    """
    invoke = apigateway._invoke_lambda_proxy

    async def invoke_with_peer(integration, api_id, stage, path, method, headers, *rest, **named):
        name = next((name for name in headers if name.lower() == "x-forwarded-for"), "x-forwarded-for")
        chain = ", ".join(filter(None, (headers.get(name), LOOPBACK)))
        headers = {**headers, name: chain}
        return await invoke(integration, api_id, stage, path, method, headers, *rest, **named)

    apigateway._invoke_lambda_proxy = invoke_with_peer


def missing_files():
    """S3 answers 404 for a missing key to who may list the bucket, else 403; the emulator always 403."""
    fetch = s3.serve_cloudfront_origin_fetch

    def fetch_or_not_found(bucket_name, key, method, headers, source_arn="", oai_id=""):
        reply = fetch(bucket_name, key, method, headers, source_arn=source_arn, oai_id=oai_id)
        bucket = s3._ensure_bucket(bucket_name)
        missing = reply[0] == 403 and bucket is not None and key not in bucket["objects"]
        if missing and "s3:ListBucket" in str(s3._bucket_policies.get(bucket_name, "")):
            return s3._error("NoSuchKey", "The specified key does not exist.", 404, f"/{bucket_name}/{key}")
        return reply

    s3.serve_cloudfront_origin_fetch = fetch_or_not_found


def names_of_rights():
    """AWS checks a batch on a queue as its single action, and a mail on the sender's identity.

    The emulator asks for sqs:SendMessageBatch, which AWS does not have, and for every identity.
    """
    action_of, mail_resource_of = iam_actions.extract_iam_action, iam_actions._ses_v2_resource_arn

    def single_action(service, *request):
        action = action_of(service, *request)
        return action.removesuffix("Batch") if service == "sqs" and action else action

    def sender(method, path, body, region, account_id):
        if path.rstrip("/") != "/v2/email/outbound-emails":
            return mail_resource_of(method, path, body, region, account_id)
        try:
            address = parseaddr(json.loads(body).get("FromEmailAddress", ""))[1]
        except ValueError:
            return "*"
        return f"arn:aws:ses:{region}:{account_id}:identity/{address.partition('@')[2]}"

    iam_actions.extract_iam_action, iam_actions._ses_v2_resource_arn = single_action, sender


def conditional_writes():
    """A policy may ask whether a write of an object carries If-None-Match."""
    context_of = iam_actions._s3_object_context

    def with_condition(iam_action, query_params, path, headers):
        context = context_of(iam_action, query_params, path, headers)
        if iam_action == "s3:PutObject" and headers.get("if-none-match"):
            context["s3:if-none-match"] = headers["if-none-match"]
        return context

    iam_actions._s3_object_context = with_condition


def streams_after_a_restart():
    """The emulator keeps how far a stream was read but not its records: new ones would be skipped.

    A record that was still unread at the stop is lost; AWS keeps it for 24 hours.
    """
    restore = lambda_svc._restore_esm_positions

    def restore_others(positions, saved):
        if positions is not lambda_svc._dynamodb_stream_positions:
            restore(positions, saved)

    lambda_svc._restore_esm_positions = restore_others
