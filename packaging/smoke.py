"""Check what is shipped: build the wheel, install it into a new environment, and use it there as a user does.

    python packaging/smoke.py [--screenshot FILE.png]

Opens the window on the sample without a screen, waits for the scores of every panel, and compares the sample on the
command line. Exits with 1, and the reason on standard error, where any of it fails.
"""

from __future__ import annotations

import argparse
import json
import math
import os
import subprocess
import sys
import tempfile
import venv
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
SECONDS = 300
SCRIPTS = "Scripts" if os.name == "nt" else "bin"

USE_WINDOW = """
import sys
from pathlib import Path
from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication
from medsr_viewer.ui.app import Application, Services
from medsr_viewer.ui.contents import methods_of
from medsr_viewer.ui.preferences import Preferences
from medsr_viewer.upscaling.catalogue import catalogue

settings, screenshot, seconds = sys.argv[1:]
application = QApplication(["medsr-viewer"])
main = Application(Services(catalogue()), Preferences(Path(settings)))
main.start(sample=True)


def look():
    wanted = set(methods_of(main.state.choices.contents))
    if main.state.image is None or not wanted <= set(main.results.scores):
        return
    shown = main.window.grab()
    if not shown.save(screenshot):
        sys.exit(f"the screenshot could not be written to {screenshot}")
    print(f"the window shows the scores of {', '.join(sorted(wanted))} at {shown.width()} x {shown.height()}")
    main.window.close()
    application.exit(0)


timer = QTimer(interval=100)
timer.timeout.connect(look)
timer.start()
QTimer.singleShot(int(seconds) * 1000, lambda: application.exit(1))
status = application.exec()
if status:
    print(f"the window shows no scores after {seconds} seconds", file=sys.stderr)
sys.exit(status)
"""

FIND_SAMPLE = "from medsr_viewer.imaging.read import sample_path; print(sample_path())"


class Failure(Exception):
    """Something does not work as shipped."""


def main() -> int:
    """Check everything; return the exit status."""
    parser = argparse.ArgumentParser(description="Install the wheel into a new environment and use it.")
    parser.add_argument("--screenshot", type=Path, help="keep the window's picture here")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="medsr-smoke-") as name:
        folder = Path(name)
        try:
            scripts = install(folder)
            check_shipped(scripts.parent)
            check_window(scripts, folder, (options.screenshot or folder / "window.png").resolve())
            check_commands(scripts, folder)
        except Failure as exc:
            print(f"smoke: {exc}", file=sys.stderr)
            return 1
    print("smoke: all is well")
    return 0


def install(folder: Path) -> Path:
    """Build the wheel, and install it into a new environment; return the folder of its commands."""
    run([sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "--wheel-dir", str(folder), str(ROOT)], folder)
    (wheel,) = folder.glob("medsr_viewer-*.whl")
    venv.create(folder / "environment", with_pip=True)
    scripts = folder / "environment" / SCRIPTS
    run([str(scripts / "python"), "-m", "pip", "install", "--quiet", str(wheel)], folder, seconds=3600)
    return scripts


def check_shipped(environment: Path) -> None:
    """Look for the files that a desktop finds the program by."""
    for path in ("share/applications/medsr-viewer.desktop", "share/icons/hicolor/scalable/apps/medsr-viewer.svg"):
        if not (environment / path).is_file():
            raise Failure(f"the wheel does not install {path}")


def check_window(scripts: Path, folder: Path, screenshot: Path) -> None:
    """Open the window on the sample."""
    python = str(scripts / "python")
    print(run([python, "-c", USE_WINDOW, str(folder / "settings.ini"), str(screenshot), str(SECONDS)], folder).strip())
    if not screenshot.is_file() or screenshot.stat().st_size < 10_000:
        raise Failure("the window's picture is empty")


def check_commands(scripts: Path, folder: Path) -> None:
    """Compare the sample on the command line."""
    run([str(scripts / "medsr-viewer"), "--version"], folder)
    run([str(scripts / "medsr"), "doctor"], folder)
    sample = run([str(scripts / "python"), "-c", FIND_SAMPLE], folder).strip()
    report = folder / "scores.json"
    compare = [str(scripts / "medsr"), "compare", sample, "--scale", "4", "--method", "bicubic", "--method", "fmen"]
    run([*compare, "--json", str(report)], folder)
    scores = {one["name"]: one["psnr_db"] for one in json.loads(report.read_text(encoding="utf-8"))["methods"]}
    if not all(math.isfinite(scores.get(name) or math.nan) for name in ("bicubic", "fmen")):
        raise Failure(f"compare gives no scores: {scores}")
    if scores["fmen"] <= scores["bicubic"]:
        raise Failure(f"fmen is not better than bicubic: {scores}")
    print(f"compare: bicubic {scores['bicubic']:.2f} dB, fmen {scores['fmen']:.2f} dB")


def run(command: list[str], folder: Path, *, seconds: int = SECONDS + 60) -> str:
    """Run a command away from the checkout, so that what was installed is used; return what it prints.

    Raises
    ------
    Failure
        If it fails or takes too long.
    """
    environment = {name: value for name, value in os.environ.items() if name not in ("PYTHONPATH", "VIRTUAL_ENV")}
    if "pip" not in command:
        # The user's own models and settings are not to be seen.
        environment |= {f"XDG_{kind}_HOME": str(folder / kind.lower()) for kind in ("CONFIG", "DATA", "STATE", "CACHE")}
        environment["QT_QPA_PLATFORM"] = "offscreen"
    try:
        done = subprocess.run(
            command, cwd=folder, env=environment, capture_output=True, text=True, timeout=seconds, check=False
        )
    except subprocess.TimeoutExpired as exc:
        raise Failure(f"{Path(command[0]).name} takes longer than {seconds} seconds") from exc
    if done.returncode:
        raise Failure(f"{' '.join(command[:3])} … ends with {done.returncode}:\n{done.stdout}{done.stderr}")
    return done.stdout


if __name__ == "__main__":
    sys.exit(main())
