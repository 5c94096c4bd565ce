#!/bin/sh
# PortAudio lists devices once, when it starts; to see one that was plugged in later a program ends it and
# starts it again. With ALSA every such turn keeps some 12 kB that are never given back, also where there is
# no device to list: a program that looks every ten seconds grows by more than 4 MB an hour.
#
# libportaudio2 19.6.0, libasound2 1.2.8, sounddevice 0.5.6: 12.2 to 12.5 kB a turn, the 400th as the 21st.
#
# Needs Debian's libportaudio2. Exits 0 while it is so, 1 when it changes, 2 without the library.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
dpkg-query -W -f '${Package} ${Version}\n' libasound2 libportaudio2 || exit 2
python3 -m pip install --quiet --disable-pip-version-check --target "$folder" sounddevice==0.5.6
PYTHONPATH="$folder" python3 - 2>/dev/null <<'PYTHON'
import resource
import sys

import sounddevice

PAGE_KB = resource.getpagesize() / 1024


def resident_kb():
    with open("/proc/self/statm", encoding="ascii") as statm:
        return int(statm.read().split()[1]) * PAGE_KB


def kept_a_turn(turns):
    before = resident_kb()
    for _ in range(turns):
        sounddevice._terminate()
        sounddevice._initialize()
    return (resident_kb() - before) / turns


print("sounddevice", sounddevice.__version__, sounddevice.get_portaudio_version()[1])
print(len(sounddevice.query_devices()), "devices")
kept_a_turn(20)
kept = [kept_a_turn(200) for _ in range(2)]
print("kB kept a turn:", ", ".join(f"{each:.1f}" for each in kept))
sys.exit(0 if min(kept) > 4 else 1)
PYTHON
