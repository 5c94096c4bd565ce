"""Errors that name the thing, the value and what was expected."""

REFUSED = 2
"""Exit code of a command or process that was given something it cannot use."""

CLOSED = 10
"""Exit code of the stage when a person closed its window: the table is to end."""

NOTHING_TO_DO = 11
"""Exit code of a process that is turned off and has nothing left to finish."""


class ExhibitError(Exception):
    """Base of all errors a person can act on; the message is one line."""


class ConfigError(ExhibitError):
    """A key of `config.yaml` or an override is unknown, missing or out of bounds."""


class BundleError(ExhibitError):
    """A bundle is missing, incomplete or not what its card says."""


class CameraError(ExhibitError):
    """A camera could not be opened, or gave no usable frame."""


class CalibrationError(ExhibitError):
    """A calibration file is missing, malformed or geometrically impossible."""


class SoundError(ExhibitError):
    """No sound can be played or heard: no library, no device, or one that is in use or unfit."""


class InputError(ExhibitError):
    """A file or value given on the command line, or by the environment, cannot be used."""


class UpdateError(ExhibitError):
    """A new version cannot be fetched, made, tried or gone back from; the old one goes on."""
