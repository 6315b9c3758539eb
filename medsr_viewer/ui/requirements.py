"""What the window needs of the system, asked before Qt is: Qt itself only aborts. No Qt is imported here."""

from __future__ import annotations

import ctypes
import os
import sys
from collections.abc import Mapping
from typing import NamedTuple


class Library(NamedTuple):
    """A shared library and the packages that hold it."""

    file: str
    debian: str
    fedora: str


_ALWAYS = (
    Library("libEGL.so.1", "libegl1", "mesa-libEGL"),
    Library("libGL.so.1", "libgl1", "mesa-libGL"),
    Library("libxkbcommon.so.0", "libxkbcommon0", "libxkbcommon"),
    Library("libfontconfig.so.1", "libfontconfig1", "fontconfig"),
    Library("libdbus-1.so.3", "libdbus-1-3", "dbus-libs"),
    Library("libglib-2.0.so.0", "libglib2.0-0", "glib2"),
)
_X11 = (
    Library("libxcb-cursor.so.0", "libxcb-cursor0", "xcb-util-cursor"),
    Library("libxcb-icccm.so.4", "libxcb-icccm4", "xcb-util-wm"),
    Library("libxcb-keysyms.so.1", "libxcb-keysyms1", "xcb-util-keysyms"),
    Library("libxcb-image.so.0", "libxcb-image0", "xcb-util-image"),
    Library("libxcb-render-util.so.0", "libxcb-render-util0", "xcb-util-renderutil"),
    Library("libxcb-shape.so.0", "libxcb-shape0", "libxcb"),
    Library("libxkbcommon-x11.so.0", "libxkbcommon-x11-0", "libxkbcommon-x11"),
)


def what_is_missing(environment: Mapping[str, str] = os.environ, platform: str = sys.platform) -> str:
    """Return why no window can be shown and what to install, or "".

    Parameters
    ----------
    environment : mapping
        Variables of the process.
    platform : str
        As `sys.platform`; other systems than Linux ship what Qt needs.
    """
    if platform != "linux":
        return ""
    plugin = environment.get("QT_QPA_PLATFORM", "")
    on_wayland = not plugin and bool(environment.get("WAYLAND_DISPLAY"))
    on_x11 = plugin.startswith("xcb") or (not plugin and not on_wayland and bool(environment.get("DISPLAY")))
    if not plugin and not on_x11 and not on_wayland:
        return (
            "there is no display: neither DISPLAY nor WAYLAND_DISPLAY is set. Run it in a desktop session or through "
            "`ssh -X`; the command `medsr compare` needs no display."
        )
    missing = [library for library in (*_ALWAYS, *(_X11 if on_x11 else ())) if not _loads(library.file)]
    if not missing:
        return ""
    return (
        f"system libraries are missing: {', '.join(library.file for library in missing)}. Install them:\n"
        f"  Debian, Ubuntu: sudo apt install {' '.join(library.debian for library in missing)}\n"
        f"  Fedora:         sudo dnf install {' '.join(library.fedora for library in missing)}"
    )


def _loads(file: str) -> bool:
    try:
        ctypes.CDLL(file)
    except OSError:
        return False
    return True
