"""Serving: the nightly schedule is set, strangers are shut out, stopping is clean."""

from __future__ import annotations

import base64
import json
import os
import signal
import socket
import sqlite3
import subprocess
import time
import urllib.error
import urllib.request
from pathlib import Path

from tests.conftest import COMMONGROUND
from tests.functional.conftest import read_events


def free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return found.getsockname()[1]


def ask_server(port: int) -> int | None:
    url = f"http://127.0.0.1:{port}/api/flows/filter"
    try:
        with urllib.request.urlopen(url, data=b"{}", timeout=5) as answer:
            return answer.status
    except urllib.error.HTTPError as error:
        return error.code
    except OSError:
        return None


def list_schedules(database: Path) -> list[tuple[str, dict]]:
    if not database.exists():
        return []
    with sqlite3.connect(f"file:{database}?mode=ro", uri=True, timeout=10) as store:
        try:
            rows = store.execute(
                "select deployment.name, schedule from deployment_schedule "
                "join deployment on deployment.id = deployment_id"
            ).fetchall()
        except sqlite3.OperationalError:
            return []
    return [(name, json.loads(schedule)) for name, schedule in rows]


def children(port: int) -> list[str]:
    found = []
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            words = path.read_bytes().decode(errors="replace").split("\0")
        except OSError:
            continue
        if "--port" in words and str(port) in words:
            found.append(" ".join(words))
    return found


def call(port: int, password: str, path: str, body: dict) -> dict:
    request = urllib.request.Request(
        f"http://127.0.0.1:{port}/api/{path}", json.dumps(body).encode()
    )
    word = base64.b64encode(password.encode()).decode()
    request.add_header("Authorization", f"Basic {word}")
    request.add_header("Content-Type", "application/json")
    for _ in range(20):
        try:
            with urllib.request.urlopen(request, timeout=20) as answer:  # noqa: S310
                return json.load(answer)
        except urllib.error.HTTPError as error:
            # While it starts, the server's own database may be busy for a moment.
            if error.code != 503:
                raise
            time.sleep(1)
    raise AssertionError("the server stayed busy")


def test_serve_sets_the_night_shuts_strangers_out_and_stops_cleanly(place):
    port = free_port()
    held = {k: v for k, v in os.environ.items() if not k.startswith("PREFECT")}
    serving = subprocess.Popen(
        [COMMONGROUND, "serve", "--data", str(place.root), "--port", str(port)],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        env=held,
    )
    try:
        schedules: list[tuple[str, dict]] = []
        for _ in range(240):
            assert serving.poll() is None
            schedules = list_schedules(place.prefect / "prefect.db")
            if schedules:
                break
            time.sleep(0.5)
        answer = ask_server(port)
        password = place.server_password.read_text().strip()
        (nightly,) = call(port, password, "deployments/filter", {})
        call(port, password, f"deployments/{nightly['id']}/create_flow_run", {})
        for _ in range(120):
            events = [e["event"] for e in read_events(place)]
            if {"run.failed", "run.finished"} & set(events):
                break
            time.sleep(0.5)
    finally:
        serving.send_signal(signal.SIGTERM)
        serving.wait(timeout=60)

    assert answer == 401
    assert [(n, s["cron"], s["timezone"]) for n, s in schedules] == [
        ("nightly", "30 2 * * *", "Europe/London")
    ]
    assert children(port) == []
    # Nothing has landed in this place, and the run that was asked for says so.
    assert events == [
        "run.started",
        *["stage.started", "stage.finished"] * 2,
        "run.failed",
    ]
    assert place.server_password.stat().st_mode & 0o077 == 0
