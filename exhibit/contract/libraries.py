"""What is to be done where a library of Python or of the system cannot be loaded."""

from __future__ import annotations

_OURS = ("exhibit", "calibration", "models")
_PACKAGES = {
    "libGL.so.1": "libgl1",
    "libgthread-2.0.so.0": "libglib2.0-0",
    "libglib-2.0.so.0": "libglib2.0-0",
    "libgomp.so.1": "libgomp1",
    "libstdc++.so.6": "libstdc++6",
    "libSM.so.6": "libsm6",
    "libXext.so.6": "libxext6",
}
"""Debian's names of libraries that Python packages have been seen to need."""


def is_of_others(error: ImportError) -> bool:
    """Return whether what is missing is no module of this program, whose absence is a fault."""
    return (error.name or "").partition(".")[0] not in _OURS


def remedy_for(error: Exception, offline: bool = False) -> str:
    """Return how to get what could not be loaded; empty where nothing is known of it.

    Args:
        error: from an import.
        offline: whether the offline module needs it.
    """
    for library, package in _PACKAGES.items():
        if library in str(error):
            return f"sudo apt install {package}"
    if isinstance(error, ModuleNotFoundError):
        if offline:
            return "install the offline module: pip install -e '.[models]'"
        return "install the table's Python packages again: pip install -e ."
    if ".so" in str(error):
        return "find the package of this library: apt-file search NAME, or packages.debian.org"
    return ""
