"""The devices of this machine. Importing this module imports torch."""

from __future__ import annotations

import platform

import torch

from medsr_viewer.errors import DeviceUnavailable
from medsr_viewer.upscaling.device import CPU, Device

AUTOMATIC = "auto"


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
    threads = torch.get_num_threads()
    devices.append(Device(CPU.name, f"CPU ({processor}, {threads} thread{'s' * (threads != 1)})"))
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
