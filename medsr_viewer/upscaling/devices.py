"""Where a network runs. Importing this module imports torch."""

from __future__ import annotations

import platform
from dataclasses import dataclass

import torch

from medsr_viewer.errors import DeviceUnavailable

AUTOMATIC = "auto"


@dataclass(frozen=True)
class Device:
    """A processor that torch can use.

    Parameters
    ----------
    name : str
        As torch writes it: ``cpu``, ``cuda:0``, ``mps``.
    label : str
        What the user is shown.
    memory : int or None
        Bytes of its own memory, where it has some.
    """

    name: str
    label: str
    memory: int | None = None


def available_devices() -> tuple[Device, ...]:
    """Return the devices on this machine, the fastest kind first; the CPU is always the last."""
    devices = []
    if torch.cuda.is_available():
        for index in range(torch.cuda.device_count()):
            properties = torch.cuda.get_device_properties(index)
            devices.append(Device(f"cuda:{index}", properties.name, properties.total_memory))
    if torch.backends.mps.is_available():
        devices.append(Device("mps", "Apple GPU"))
    processor = platform.processor() or platform.machine()
    devices.append(Device("cpu", f"CPU ({processor}, {torch.get_num_threads()} threads)"))
    return tuple(devices)


def find_device(name: str) -> Device:
    """Return a device by its name; the first of `available_devices` for ``auto``.

    Raises
    ------
    DeviceUnavailable
        If this machine has none of that name; the advice lists what it has.
    """
    devices = available_devices()
    if name == AUTOMATIC:
        return devices[0]
    for device in devices:
        if name in (device.name, device.name.split(":")[0]):
            return device
    raise DeviceUnavailable(
        f"there is no device {name!r}", f"Devices: {AUTOMATIC}, {', '.join(device.name for device in devices)}."
    )
