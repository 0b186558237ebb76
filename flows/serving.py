"""One process that runs the road every night: Prefect's server and its schedule."""

from __future__ import annotations

import os
import secrets
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from multiprocessing import get_context
from multiprocessing.process import BaseProcess

from flows.errors import SettingsError
from flows.keys import load_keys
from flows.paths import Place

_HOST = "127.0.0.1"
# Neither clock change touches 02:30 twice or leaves it out in a way that loses a night.
_NIGHTLY = "30 2 * * *"
_GRACE_SECONDS = 20


def serve_nightly(place: Place, port: int) -> None:
    """Serve the nightly flow until interrupted.

    The server listens on this machine alone and asks for the password that is in
    ``prefect.password`` in the data folder, which only its owner can read.

    Args:
        place: the data folder.
        port: port of Prefect's server.

    Raises:
        SettingsError: no key, or the server does not start.
    """
    place.prepare()
    load_keys(place)
    # A stop asked for by the system ends like one asked for by hand: children too.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    password = _read_password(place)
    os.environ["PREFECT_SERVER_API_AUTH_STRING"] = password
    os.environ["PREFECT_API_AUTH_STRING"] = password
    os.environ["PREFECT_API_URL"] = f"http://{_HOST}:{port}/api"
    with _server(port), _schedule(place) as schedule:
        schedule.join()
        raise SettingsError(
            "The schedule ended by itself. Its last words are above; start it again "
            "with: commonground serve"
        )


def _run_schedule(root: str) -> None:
    """Start a run whenever one is due, until interrupted."""
    # With the run it has in hand it can be stopped as one.
    os.setsid()
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    # Imported late: Prefect reads its settings from the environment on import.
    from prefect.schedules import Cron

    from flows.pipeline import nightly

    nightly.serve(
        name="nightly",
        parameters={"data": root},
        schedule=Cron(_NIGHTLY, timezone="Europe/London"),
        print_starting_message=False,
        limit=1,
    )


@contextmanager
def _schedule(place: Place) -> Iterator[BaseProcess]:
    """Keep the schedule in a process of its own.

    Prefect's runner stops for an interrupt. Terminated while a run is in hand it may
    wait for ever: its threads never end. So it is interrupted, and then killed.
    """
    process = get_context("spawn").Process(
        target=_run_schedule, args=(str(place.root),)
    )
    process.start()
    try:
        yield process
    finally:
        if process.is_alive() and process.pid:
            os.kill(process.pid, signal.SIGINT)
            process.join(_GRACE_SECONDS)
        if process.is_alive() and process.pid:
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            process.kill()
        process.join()


def _read_password(place: Place) -> str:
    """Read the server's user and password, made at the first start."""
    path = place.server_password
    if not path.exists():
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w") as file:
            file.write(f"commonground:{secrets.token_urlsafe(24)}\n")
    return path.read_text().strip()


@contextmanager
def _server(port: int) -> Iterator[None]:
    command = [sys.executable, "-m", "prefect", "server", "start"]
    command += ["--host", _HOST, "--port", str(port)]
    server = subprocess.Popen(  # noqa: S603 - our own command
        command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    try:
        _wait_until_healthy(server, port)
        yield
    finally:
        server.terminate()
        try:
            server.wait(timeout=_GRACE_SECONDS)
        except subprocess.TimeoutExpired:
            server.kill()
            server.wait()


def _wait_until_healthy(server: subprocess.Popen[bytes], port: int) -> None:
    address = f"http://{_HOST}:{port}/api/health"
    for _ in range(240):
        if server.poll() is not None:
            raise SettingsError(
                f"Prefect's server did not start on port {port}. Is the port in use? "
                "Give another with --port."
            )
        try:
            with urllib.request.urlopen(address, timeout=2):  # noqa: S310 - loopback
                return
        except urllib.error.HTTPError:
            return
        except OSError:
            time.sleep(0.5)
    raise SettingsError(f"Prefect's server on port {port} did not answer in time.")
