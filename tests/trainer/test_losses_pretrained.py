"""Where VGG's weights come from: a named file, torch's cache, a download."""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from medsr_viewer.errors import ModelError
from trainer.losses import find_weights, pretrained

CONTENT = bytes(range(256)) * 9000  # more than one piece
DIGEST = hashlib.sha256(CONTENT).hexdigest()


class Silent(SimpleHTTPRequestHandler):
    """Serves files and writes no log."""

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the base class's name
        pass


class Interrupted(Silent):
    """Promises more than it sends."""

    def do_GET(self) -> None:
        self.send_response(200)
        self.send_header("Content-Length", str(len(CONTENT)))
        self.end_headers()
        self.wfile.write(CONTENT[:1000])


@pytest.fixture
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return torch's folder of checkpoints, which does not exist yet."""
    monkeypatch.setenv("TORCH_HOME", str(tmp_path / "torch"))
    return tmp_path / "torch" / "hub" / "checkpoints"


@pytest.fixture
def server(tmp_path: Path) -> Iterator[tuple[ThreadingHTTPServer, Path]]:
    folder = tmp_path / "served"
    folder.mkdir()
    running = ThreadingHTTPServer(("127.0.0.1", 0), partial(Silent, directory=str(folder)))
    thread = threading.Thread(target=running.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield running, folder
    running.shutdown()
    thread.join()
    running.server_close()


def publish(monkeypatch: pytest.MonkeyPatch, address: str, digits: str = DIGEST[:8]) -> str:
    monkeypatch.setattr(pretrained, "PUBLISHED_AT", address)
    name = f"vgg19-{digits}.pth"
    monkeypatch.setitem(pretrained.PUBLISHED_FILES, "vgg19", name)
    return name


def test_a_named_file_comes_first(cache: Path, tmp_path: Path) -> None:
    named = tmp_path / "mine.safetensors"
    with pytest.raises(ModelError, match=r"mine.safetensors: no such file; it was named for VGG-19's weights"):
        find_weights("vgg19", named)
    named.touch()
    assert find_weights("vgg19", named) == named


def test_torchs_cache_comes_before_a_download(cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pretrained, "PUBLISHED_AT", "http://127.0.0.1:9/")
    cache.mkdir(parents=True)
    (cache / "vgg19-dcbb9e9d.pth").touch()
    assert find_weights("vgg19") == cache / "vgg19-dcbb9e9d.pth"


def test_a_download_goes_into_the_cache(
    cache: Path, server: tuple[ThreadingHTTPServer, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    running, folder = server
    name = publish(monkeypatch, f"http://127.0.0.1:{running.server_port}/")
    (folder / name).write_bytes(CONTENT)
    assert find_weights("vgg19") == cache / name
    assert (cache / name).read_bytes() == CONTENT
    (folder / name).unlink()
    assert find_weights("vgg19") == cache / name, "the second time it is there"
    assert [path.name for path in cache.iterdir()] == [name]


def test_a_wrong_hash_leaves_nothing(cache: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    name = publish(monkeypatch, f"{tmp_path.as_uri()}/", digits="01234567")
    (tmp_path / name).write_bytes(CONTENT)
    with pytest.raises(ModelError, match=f"not what was published .its SHA-256 begins with {DIGEST[:8]}"):
        find_weights("vgg19")
    assert not list(cache.iterdir())


def test_a_connection_that_ends_early_leaves_nothing(
    cache: Path, server: tuple[ThreadingHTTPServer, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    running, _ = server
    running.RequestHandlerClass = Interrupted
    publish(monkeypatch, f"http://127.0.0.1:{running.server_port}/")
    with pytest.raises(ModelError, match=r"could not be downloaded"):
        find_weights("vgg19")
    assert not list(cache.iterdir())


def test_offline_the_message_says_what_to_do(
    cache: Path, server: tuple[ThreadingHTTPServer, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    running, _ = server
    address = f"http://127.0.0.1:{running.server_port}/"
    name = publish(monkeypatch, address)
    with pytest.raises(ModelError, match=r"VGG-19's weights are not on this machine .* \(File not found\)") as caught:
        find_weights("vgg19")
    assert caught.value.advice == (
        f"Fetch {address}{name} on a machine that is online, then name the file with --content, or put it into {cache}."
    )
    monkeypatch.setattr(pretrained, "PUBLISHED_AT", "http://127.0.0.1:9/")
    with pytest.raises(ModelError, match=r"\(\[Errno 111\] Connection refused\)|refused"):
        find_weights("vgg19")
