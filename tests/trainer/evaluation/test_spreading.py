from __future__ import annotations

import math
import os
import signal
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pytest

from medsr_viewer.errors import InputError
from trainer.cli import main
from trainer.evaluation import spreading
from trainer.evaluation.measuring import Plan, Row, measure, measure_image
from trainer.evaluation.protocol import Protocol, load_luma
from trainer.evaluation.spreading import EvaluationWorkerLost, cluster_at, local_workers, measure_spread, spread
from trainer.images import load_images


def timeless(rows: list[Row]) -> list[tuple[str, str, dict[str, float]]]:
    """Return what does not depend on the process."""
    timed = ("seconds", "peak_memory_mib")
    return [
        (r.method, r.file, {k: -1 if math.isnan(v) else v for k, v in r.figures.items() if k not in timed})
        for r in rows
    ]


@pytest.fixture(autouse=True)
def no_gpu_in_workers(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", "")


@pytest.fixture
def client() -> Iterator[spreading.Client]:
    with local_workers(2) as connected:
        yield connected


def test_two_workers_give_the_rows_of_one_process_in_their_order(
    client: spreading.Client, plan: Plan, data: list[Path], tmp_path: Path
) -> None:
    images = [*load_images(data, "train"), *load_images(data, "val")]
    said: list[str] = []
    expected = timeless(measure(plan, images))
    assert timeless(measure_spread(plan, images, client, said.append)) == expected
    assert said == []

    gone = tmp_path / "gone" / "val"
    gone.mkdir(parents=True)
    (gone / "lost.png").write_bytes(Path(images[0].path).read_bytes())
    (lost,) = load_images([gone.parent], "val")
    (gone / "lost.png").unlink()
    rows = measure_spread(plan, [images[0], lost, *images[1:]], client, said.append)
    assert timeless(rows) == expected, "one image that fails takes no other with it"
    assert len(said) == 1
    assert "lost.png" in said[0]

    luma = load_luma([data[0]], "train")
    set5 = Plan(plan.methods, 2, protocol=Protocol.set5(2))
    assert timeless(measure_spread(set5, luma, client)) == timeless(measure(set5, luma))


def test_a_worker_that_dies_over_an_image_is_told_with_its_name(client: spreading.Client) -> None:
    with pytest.raises(EvaluationWorkerLost, match="image 3: the process that measured it died"):
        list(spread(os._exit, [3], client, name=lambda item: f"image {item}"))
    assert list(spread(abs, [-1, -2], client)) == [1, 2], "the others go on"


def test_a_worker_that_is_killed_takes_no_result_with_it(
    client: spreading.Client, plan: Plan, data: list[Path]
) -> None:
    images = [*load_images(data, "train"), *load_images(data, "val")]
    outcomes = spread(partial(measure_image, plan=plan), images, client)
    first = next(outcomes)
    os.kill(next(iter(client.run(os.getpid).values())), signal.SIGKILL)
    rows = [row for outcome in (first, *outcomes) for row in outcome.rows]
    assert timeless(rows) == timeless(measure(plan, images))


def test_no_worker_left_is_told(client: spreading.Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(spreading, "PATIENCE_SECONDS", 0.5)
    client.cluster.scale(0)
    with pytest.raises(EvaluationWorkerLost, match="no worker is left"):
        list(spread(abs, [-1], client))


def test_a_scheduler_of_an_address_is_used_or_named(
    data: list[Path], plan: Plan, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(spreading, "CONNECT_SECONDS", 1)
    with (
        pytest.raises(InputError, match=r"no Dask scheduler answers at tcp://127\.0\.0\.1:9"),
        cluster_at("tcp://127.0.0.1:9"),
    ):
        pass
    with local_workers(1) as client:
        images = load_images(data[:1], "val")
        with cluster_at(client.scheduler.address) as connected:
            assert timeless(measure_spread(plan, images, connected)) == timeless(measure(plan, images))


def test_the_command_spreads(data: list[Path], tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    arguments = ["evaluate", "--data", *map(str, data), "--scale", "2", "--methods", "nearest", "--workers", "2"]
    assert main(arguments) == 0
    assert "2 processes shared the work" in capsys.readouterr().out
    with pytest.raises(SystemExit, match="2"):
        main([*arguments[:-1], "0"])
