"""Loading torch once the window stands, and naming the devices that it finds."""

from __future__ import annotations

from medsr_viewer.cancel import CancelToken
from medsr_viewer.ui.runner import Report


def load_devices(_token: CancelToken, _report: Report) -> tuple[tuple[str, str], ...]:
    """Import torch and return the devices as (name, label); work for a runner."""
    from medsr_viewer.upscaling.devices import available_devices

    return tuple((device.name, device.label) for device in available_devices())
