"""The baseline of `cargo x bench beside`: one tick of per-minute billing as a good team writes it in Django.

Usage: python tick.py [--sessions N] [--workers N] [--sync]; prints one line of JSON.

It keeps the same rules for a minute: only the next one is charged, only of who can pay it, once, with a row for each
account that it moves, all in one transaction. Sessions are taken one after the other, each with its row and its
wallet's locked, by as many processes as asked. PostgreSQL is a new one in a temporary folder, as `initdb` sets it up,
reached over its socket; unless --sync is given it does not wait for the disk, as `cargo x bench tick` does not. Three
ticks; the best one counts.
"""

import argparse
import atexit
import glob
import json
import multiprocessing
import os
import pwd
import shutil
import subprocess
import sys
import tempfile
import time

import django
from django.conf import settings
from django.db import connection, models, transaction

TICKS = 3
RATE_MINOR, SHARE_MINOR = 300, 210

# The database's folder. A worker's process inherits it.
FOLDER = os.environ.get("PARLOR_BASELINE") or tempfile.mkdtemp(prefix="parlor-baseline-")
os.environ["PARLOR_BASELINE"] = FOLDER
DATABASE = {"ENGINE": "django.db.backends.postgresql", "NAME": "postgres", "USER": "parlor", "HOST": FOLDER}
settings.configure(DATABASES={"default": DATABASE | {"CONN_MAX_AGE": None}}, USE_TZ=True)
django.setup()


class Wallet(models.Model):
    balance_minor = models.BigIntegerField()

    class Meta:
        app_label = "baseline"


class Session(models.Model):
    client = models.ForeignKey(Wallet, models.PROTECT, related_name="+")
    reader = models.ForeignKey(Wallet, models.PROTECT, related_name="+")
    state = models.CharField(max_length=16, db_index=True)
    billed_minutes = models.IntegerField()

    class Meta:
        app_label = "baseline"


class Entry(models.Model):
    key = models.CharField(max_length=96, unique=True)
    account = models.CharField(max_length=64, db_index=True)
    session = models.ForeignKey(Session, models.PROTECT)
    amount_minor = models.BigIntegerField()
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        app_label = "baseline"


def charge(session_id, minute):
    """Charges a session's next minute, if that is the one; whether it did."""
    with transaction.atomic():
        session = Session.objects.select_for_update().get(pk=session_id)
        if session.state != "active" or session.billed_minutes != minute - 1:
            return False
        client = Wallet.objects.select_for_update().get(pk=session.client_id)
        if client.balance_minor < RATE_MINOR:
            session.state = "paused"
            session.save(update_fields=["state"])
            return False
        client.balance_minor -= RATE_MINOR
        client.save(update_fields=["balance_minor"])
        Wallet.objects.filter(pk=session.reader_id).update(
            balance_minor=models.F("balance_minor") + SHARE_MINOR
        )
        key = f"session_{session.pk}_min_{minute}"
        moves = {
            f"client:{client.pk}": -RATE_MINOR,
            f"reader:{session.reader_id}": SHARE_MINOR,
            "platform": RATE_MINOR - SHARE_MINOR,
        }
        Entry.objects.bulk_create(
            Entry(key=f"{key}:{account}", account=account, session=session, amount_minor=amount)
            for account, amount in moves.items()
        )
        session.billed_minutes = minute
        session.save(update_fields=["billed_minutes"])
        return True


def write_world(sessions):
    with connection.schema_editor() as editor:
        for model in (Wallet, Session, Entry):
            editor.create_model(model)
    wallets = Wallet.objects.bulk_create(
        Wallet(balance_minor=amount) for _ in range(sessions) for amount in (100 * RATE_MINOR, 0)
    )
    Session.objects.bulk_create(
        Session(client=client, reader=reader, state="active", billed_minutes=0)
        for client, reader in zip(wallets[::2], wallets[1::2], strict=True)
    )
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")


def work(number, workers, begun, done):
    connection.ensure_connection()
    for minute in range(1, TICKS + 1):
        begun.wait()
        due = Session.objects.filter(state="active").order_by("pk").values_list("pk", flat=True)
        for session_id in list(due)[number::workers]:
            if not charge(session_id, minute):
                sys.exit(f"session {session_id} was not charged")
        done.wait()


def programs():
    """The folder of PostgreSQL's programs."""
    known = [*sorted(glob.glob("/usr/lib/postgresql/*/bin"), reverse=True), *os.get_exec_path()]
    for folder in known:
        if all(shutil.which(name, path=folder) for name in ("initdb", "postgres")):
            return folder
    sys.exit("PostgreSQL is needed for the baseline; on Debian: apt-get install postgresql")


def start(sync):
    """A new PostgreSQL, which refuses to be root."""
    user = {}
    if os.geteuid() == 0:
        try:
            person = pwd.getpwnam("postgres")
        except KeyError:
            sys.exit("PostgreSQL refuses to run as root, and there is no user `postgres` to run it as")
        os.chown(FOLDER, person.pw_uid, person.pw_gid)
        user = {"user": person.pw_uid, "group": person.pw_gid, "extra_groups": []}
    data, bin_ = os.path.join(FOLDER, "data"), programs()
    quiet = {"stdout": subprocess.DEVNULL, "cwd": FOLDER, **user}
    initdb = [os.path.join(bin_, "initdb"), "-D", data, "-U", "parlor", "-A", "trust", "-E", "UTF8", "--no-sync"]
    subprocess.run(initdb, check=True, **quiet)
    server = [os.path.join(bin_, "postgres"), "-D", data, "-k", FOLDER, "-c", "listen_addresses="]
    if not sync:
        server += ["-c", "synchronous_commit=off"]
    with open(os.path.join(FOLDER, "log"), "wb") as log:
        return subprocess.Popen(server, stderr=log, **quiet)


def wait_until_up():
    for _ in range(300):
        try:
            connection.ensure_connection()
            return
        except django.db.OperationalError:
            time.sleep(0.1)
    sys.exit("PostgreSQL did not start")


def measure(sessions, workers):
    """Charges a second of each tick, and the version of PostgreSQL."""
    wait_until_up()
    write_world(sessions)
    connection.close()
    context = multiprocessing.get_context("spawn")
    begun, done = context.Barrier(workers + 1), context.Barrier(workers + 1)
    crew = [
        context.Process(target=work, args=(number, workers, begun, done), daemon=True)
        for number in range(workers)
    ]
    for process in crew:
        process.start()
    rates = []
    for _ in range(TICKS):
        begun.wait(timeout=600)
        since = time.perf_counter()
        done.wait(timeout=600)
        rates.append(sessions / (time.perf_counter() - since))
    for process in crew:
        process.join()
    rows, charged = Entry.objects.count(), Session.objects.filter(billed_minutes=TICKS).count()
    if (rows, charged) != (3 * TICKS * sessions, sessions):
        sys.exit(f"{rows} rows, {charged} sessions charged {TICKS} times")
    with connection.cursor() as cursor:
        cursor.execute("SHOW server_version")
        version = cursor.fetchone()[0]
    connection.close()
    return rates, version


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--sessions", type=int, default=1_000)
    parser.add_argument("--workers", type=int, default=1)
    parser.add_argument("--sync", action="store_true")
    asked = parser.parse_args()
    atexit.register(shutil.rmtree, FOLDER, ignore_errors=True)
    server = start(asked.sync)
    try:
        rates, version = measure(asked.sessions, asked.workers)
    finally:
        server.terminate()
        server.wait(timeout=60)
    report = {
        "sessions": asked.sessions,
        "workers": asked.workers,
        "charges_per_second": round(max(rates), 1),
        "charges_per_second_each_tick": [round(rate, 1) for rate in rates],
        "django": django.get_version(),
        "postgresql": version,
    }
    print(json.dumps(report))


if __name__ == "__main__":
    main()
