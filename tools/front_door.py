"""The address a browser opens: the stack's CloudFront distribution, and a developer's pages.

Everything but /_dev/ goes to the distribution that the template describes, so the headers, the
rewrite function, the behaviours and the error pages are the template's own.
"""

import asyncio
import json
import urllib.parse

import dev_pages

# A page of another site must not reach this server under a name of its own (DNS rebinding).
OWN_NAMES = {"127.0.0.1", "localhost"}
NOT_DEPLOYED = b"The stack is not deployed yet.\n"


class FrontDoor:
    """An ASGI application around the emulator's own."""

    def __init__(self, emulator, snapshots, options):
        self._emulator, self._snapshots, self._options = emulator, snapshots, options

    async def __call__(self, scope, receive, send):
        if scope["type"] == "http":
            if scope["method"] not in ("GET", "HEAD", "OPTIONS"):
                self._snapshots.dirty = True
            if scope["server"][1] == self._options.front:
                await self._front(scope, receive, send)
                return
        elif scope["type"] == "websocket" and not _is_own(scope):
            await receive()
            await send({"type": "websocket.close", "code": 1008})
            return
        await self._emulator(scope, receive, send)

    async def _front(self, scope, receive, send):
        if not _is_own(scope):
            await _reply(send, 421, "text/plain", b"Unknown host.\n")
        elif scope["path"].startswith("/_dev/") or scope["path"] == "/_dev":
            await self._dev(scope, send)
        elif _is_signed(scope):
            # An upload by presigned URL: same origin here, S3's own on AWS.
            await self._emulator(scope, receive, send)
        else:
            domain = _distribution_domain()
            if domain is None:
                await _reply(send, 503, "text/plain", NOT_DEPLOYED)
                return
            replaced = (b"host", b"x-forwarded-proto")
            headers = [(k, v) for k, v in scope["headers"] if k.lower() not in replaced]
            # The viewer speaks HTTPS to CloudFront; on loopback there is no TLS to speak.
            headers += [(b"host", domain.encode()), (b"x-forwarded-proto", b"https")]
            await self._emulator({**scope, "headers": headers}, receive, send)

    async def _dev(self, scope, send):
        if scope["path"] == "/_dev/snapshot" and scope["method"] == "POST":
            await asyncio.to_thread(self._snapshots.save, True)
            await _reply(send, 200, "application/json", b"{}")
            return
        query = dict(urllib.parse.parse_qsl(scope["query_string"].decode("latin-1")))
        kind, body = dev_pages.page(scope["path"], query, self._options)
        if kind is None:
            await _reply(send, 404, "text/plain", b"There is no such page.\n")
        else:
            data = json.dumps(body).encode() if kind == "application/json" else body.encode()
            await _reply(send, 200, kind, data)


def _distribution_domain():
    from ministack.services import cloudfront

    for record in cloudfront._distributions.values():
        return record["DomainName"]
    return None


def _is_own(scope):
    return _header(scope, b"host").decode("latin-1").rsplit(":", 1)[0] in OWN_NAMES


def _is_signed(scope):
    presigned = b"X-Amz-Signature=" in scope["query_string"]
    return presigned or _header(scope, b"authorization").startswith(b"AWS4-HMAC-SHA256 ")


def _header(scope, name):
    return next((value for key, value in scope["headers"] if key.lower() == name), b"")


async def _reply(send, status, kind, body):
    headers = [
        (b"content-type", f"{kind}; charset=utf-8".encode()),
        (b"content-length", str(len(body)).encode()),
        (b"cache-control", b"no-store"),
        (b"x-content-type-options", b"nosniff"),
        (b"x-frame-options", b"SAMEORIGIN"),
    ]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})
