"""Who calls and about what, for the requests that Schemathesis makes up.

Beside the stack that they are sent to, tests/examples/doors makes scenes: a member, a host, an admin, and what is between
them. A scene is used for some requests, which come from one network. An operation is called by whom it is for; what is
for both sides of a session is called by either. An id that is made up is found nowhere, so three times out of four one of
the scene takes its place. What is wrong by intent stays as it is, and so does what a link of `openapi.json` gave.
"""

import ast
import ipaddress
import itertools
import json
import os
import re
import threading
import urllib.request
from concurrent.futures import ThreadPoolExecutor

import requests
import schemathesis

SCENES = os.environ["PARLOR_SCENES"]
# The network of the first scene. All of 127/8 is this machine, and a limit of a network counts each address alone.
NETWORK = ipaddress.IPv4Address("127.1.0.1")
REQUESTS_A_SCENE = 20
# Stands for a token or a cookie until the request is sent.
CALLER = "of-the-caller"
COOKIE = "__Host-parlor_refresh"
# What the member's side, or the host's side, alone may do with a session.
OF_MEMBERS = {"cancel_session"}
OF_HOSTS = {"accept_session", "decline_session", "read_note", "put_note"}
ID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")


# CPython 3.11 counts how deep all threads together are in making a tree, and refuses one for the others' depth.
_ONE_TREE, _parse = threading.Lock(), ast.parse


def _parse_alone(*arguments, **named):
    with _ONE_TREE:
        return _parse(*arguments, **named)


ast.parse = _parse_alone


def _made():
    with urllib.request.urlopen(SCENES) as reply:
        return json.load(reply)


class Stage:
    """The scene that plays now, and whose the ids of all scenes are."""

    def __init__(self):
        self._lock = threading.Lock()
        # While a scene plays, the next one is made.
        self._makers = ThreadPoolExecutor(max_workers=1)
        self._next = self._makers.submit(_made)
        self._turn, self._scenes = itertools.count(), itertools.count()
        self.network = str(NETWORK)
        self._owners, self._given = {}, set()

    def prepare(self, case):
        """Puts ids of the scene in the place of made-up ones, and the caller's token in its place."""
        with self._lock:
            turn = next(self._turn)
            if turn % REQUESTS_A_SCENE == 0:
                self._new_scene()
            if turn % 4:
                self._place(case)
            if (case.headers or {}).get("Authorization") == f"Bearer {CALLER}":
                case.headers["Authorization"] = f"Bearer {self._caller(case, turn)}"
            if (case.cookies or {}).get(COOKIE) == CALLER:
                case.cookies[COOKIE] = self._scene["cookie"]

    def _new_scene(self):
        self._scene, self._next = self._next.result(), self._makers.submit(_made)
        self.network = str(NETWORK + next(self._scenes))
        self._owners |= dict.fromkeys(self._scene["ids"].values(), self._scene["tokens"])

    def _place(self, case):
        ids = self._scene["ids"]
        for part in (case.path_parameters, case.body):
            for name, value in list(part.items()) if isinstance(part, dict) else []:
                if name in ids and isinstance(value, str) and self._is_made_up(name, value):
                    part[name] = ids[name]
        if case.operation.path == "/v1/sign-in/code" and isinstance(case.body, dict):
            right = {"email": r".+@.+", "code": r"\d{6}"}
            if all(re.fullmatch(form, str(case.body.get(name))) for name, form in right.items()):
                case.body |= self._scene["sign_in"]

    def _is_made_up(self, name, value):
        if value in self._given or value in self._owners:
            return False
        return bool(value) if name in ("slug", "photo_key") else bool(ID.fullmatch(value))

    def _caller(self, case, turn):
        operation, path = case.operation.definition.raw["operationId"], case.operation.path
        parts = [part for part in (case.path_parameters, case.body) if isinstance(part, dict)]
        things = [value for part in parts for value in part.values() if isinstance(value, str)]
        tokens = next((self._owners[thing] for thing in things if thing in self._owners), self._scene["tokens"])
        if path.startswith("/v1/admin/"):
            return tokens["admin"]
        if operation == "request_session":
            return self._scene["tokens"]["member"]
        if operation in OF_HOSTS or path.startswith("/v1/host/"):
            return tokens["host"]
        if "{session_id}" in path and operation not in OF_MEMBERS and turn % 2:
            return tokens["host"]
        return tokens["member"]

    def heard(self, case, response):
        """Remembers which ids exist, and whose a new session is."""
        with self._lock:
            self._given.update(ID.findall(response.text))
            if case.operation.definition.raw["operationId"] == "request_session" and response.status_code == 201:
                session = response.json()
                host = self._owners.get(session["host"]["id"])
                if host:
                    self._owners[session["id"]] = {**self._scene["tokens"], "host": host["host"]}


STAGE = Stage()


class FromItsNetwork(requests.adapters.HTTPAdapter):
    """Connections from the network of the scene that plays, as browsers of different people would open."""

    def build_connection_pool_key_attributes(self, *request, **options):
        host, pool = super().build_connection_pool_key_attributes(*request, **options)
        return host, pool | {"source_address": (STAGE.network, 0)}


# What each session sends through.
requests.sessions.HTTPAdapter = FromItsNetwork


@schemathesis.auth(refresh_interval=None)
class Caller:
    """Says that a request has a caller."""

    def get(self, case, context):
        ways = case.operation.definition.raw.get("security") or [{}]
        return next(iter(ways[0]), None)

    def set(self, case, data, context):
        if data == "refresh_cookie":
            case.cookies[COOKIE] = CALLER
        else:
            case.headers["Authorization"] = f"Bearer {CALLER}"


@schemathesis.hook
def before_call(context, case, kwargs):
    STAGE.prepare(case)


@schemathesis.hook
def after_call(context, case, response):
    STAGE.heard(case, response)
