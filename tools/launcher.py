"""The local AWS: ministack with our patches, and the one address a person opens.

Usage: python launcher.py --gateway PORT --front PORT --state FOLDER [--forget] [--openapi FILE] [--logs FOLDER]

The gateway port speaks AWS's own APIs. The front port is what the browser sees: the stack's
CloudFront distribution, plus the pages of a developer under /_dev/. Both listen on loopback only.
State is kept in FOLDER: written at a clean stop, after POST /_dev/snapshot, and every ten seconds
for what changes at run time; --forget keeps it in memory alone.
"""

import argparse
import asyncio
import os
import signal
import sys
import threading

SNAPSHOT_SECONDS = 10
# What only a deployment changes is saved at its end and at the stop.
SAVED_BY_DEPLOYMENT = {"lambda", "cloudformation", "iam", "cloudfront", "apigateway"}


def arguments():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--gateway", type=int, required=True)
    parser.add_argument("--front", type=int, required=True)
    parser.add_argument("--state", required=True)
    parser.add_argument("--forget", action="store_true")
    parser.add_argument("--openapi", default="openapi.json")
    parser.add_argument("--logs", default="")
    return parser.parse_args()


def prepare_environment(options):
    """ministack reads its settings from the environment when it is imported."""
    state = os.path.abspath(options.state)
    scratch = os.path.join(state, "tmp")
    os.makedirs(scratch, exist_ok=True)
    os.environ.update({
        "GATEWAY_PORT": str(options.gateway),
        "BIND_HOST": "127.0.0.1",
        # Without this the emulator also listens on all interfaces, for MQTT.
        "IOT_MTLS_ENABLED": "0",
        "SFTP_ENABLED": "0",
        "PERSIST_STATE": "0" if options.forget else "1",
        "STATE_DIR": os.path.join(state, "services"),
        "S3_PERSIST": "1",
        "S3_DATA_DIR": os.path.join(state, "s3"),
        # IAM is enforced: a function can do what its role says, as on AWS.
        "AUTH": "true",
        "LOG_LEVEL": os.environ.get("LOG_LEVEL", "WARNING"),
        "TMPDIR": scratch,
        "AWS_ENDPOINT_URL": f"http://127.0.0.1:{options.gateway}",
        "AWS_ACCESS_KEY_ID": "test",
        "AWS_SECRET_ACCESS_KEY": "test",
        "AWS_DEFAULT_REGION": "us-east-1",
    })


class Snapshots:
    """Writes the emulator's state to disk. A crash costs at most the last interval."""

    def __init__(self, emulator, save_all, forget):
        self._emulator, self._save_all, self._forget = emulator, save_all, forget
        self._lock = threading.Lock()
        self.dirty = False

    def save(self, everything):
        if self._forget:
            return
        with self._lock:
            self.dirty = False
            services = self._emulator._build_persistence_save_dict()
            if not everything:
                services = {k: v for k, v in services.items() if k not in SAVED_BY_DEPLOYMENT}
            self._save_all(services)

    async def run(self, stop):
        while not stop.is_set():
            try:
                await asyncio.wait_for(stop.wait(), SNAPSHOT_SECONDS)
            except asyncio.TimeoutError:
                if self.dirty:
                    await asyncio.to_thread(self.save, False)


async def serve(options):
    from hypercorn.asyncio import serve as hypercorn
    from hypercorn.config import Config
    from ministack import app as emulator
    from ministack.core.persistence import save_all

    import front_door
    import patches

    patches.apply_all(options.gateway)
    snapshots = Snapshots(emulator, save_all, options.forget)
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)

    config = Config()
    config.bind = [f"127.0.0.1:{options.gateway}", f"127.0.0.1:{options.front}"]
    config.keep_alive_timeout = 75
    config.graceful_timeout = 2
    config.loglevel = "WARNING"
    config.max_app_queue_size = 64
    site = front_door.FrontDoor(emulator.app, snapshots, options)
    saving = asyncio.create_task(snapshots.run(stop))
    await hypercorn(site, config, shutdown_trigger=stop.wait)
    await saving


def main():
    from guard import die_with_parent

    die_with_parent()
    options = arguments()
    prepare_environment(options)
    asyncio.run(serve(options))
    # Worker threads that still wait for a function must not hold the exit back.
    from ministack.core import lambda_runtime

    lambda_runtime.reset()
    sys.stdout.flush()
    os._exit(0)


if __name__ == "__main__":
    main()
