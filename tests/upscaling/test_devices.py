from __future__ import annotations

import pytest
import torch

from medsr_viewer.errors import DeviceUnavailable
from medsr_viewer.upscaling import devices
from medsr_viewer.upscaling.device import Device
from medsr_viewer.upscaling.devices import available_devices, find_device


def test_the_cpu_is_always_there_and_last() -> None:
    found = available_devices()
    assert found[-1].name == "cpu"
    assert f"{torch.get_num_threads()} thread" in found[-1].label
    assert find_device("auto") == found[0]
    assert find_device("cpu") == found[-1]


def test_a_kind_stands_for_its_first_device(monkeypatch: pytest.MonkeyPatch) -> None:
    first, second, cpu = Device("cuda:0", "One", 8), Device("cuda:1", "Two", 8), Device("cpu", "CPU")
    monkeypatch.setattr(devices, "available_devices", lambda: (first, second, cpu))
    assert find_device("auto") == find_device("cuda") == first
    assert find_device("cuda:1") == second
    with pytest.raises(DeviceUnavailable, match="no device 'mps'") as caught:
        find_device("mps")
    assert caught.value.advice == "Devices: auto, cuda:0, cuda:1, cpu."


@pytest.mark.parametrize(("threads", "told"), [(1, ", 1 thread)"), (3, ", 3 threads)")])
def test_threads_are_counted(monkeypatch: pytest.MonkeyPatch, threads: int, told: str) -> None:
    monkeypatch.setattr(torch, "get_num_threads", lambda: threads)
    assert available_devices()[-1].label.endswith(told)
