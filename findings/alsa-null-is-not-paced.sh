#!/bin/sh
# ALSA: a PCM of type `null` takes sound as fast as it is given. PortAudio lists it as an ordinary output,
# and calls its callback without a pause: several hundred seconds of sound a second, on a whole core. A
# program that takes the system's default where there is no card finds it there.
#
# libasound2 1.2.8, libportaudio2 19.6.0, sounddevice 0.5.6: 580 to 1,260 times real time.
#
# Needs Debian's libportaudio2. Exits 0 while it is so, 1 when it changes, 2 without the library.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
dpkg-query -W -f '${Package} ${Version}\n' libasound2 libportaudio2 || exit 2
python3 -m pip install --quiet --disable-pip-version-check --target "$folder" \
  sounddevice==0.5.6 numpy==2.4.6
echo 'pcm.!default { type null hint { show on } }' > "$folder/null.conf"
ALSA_CONFIG_PATH="$folder/null.conf" PYTHONPATH="$folder" python3 - <<'PYTHON'
import resource
import sys
import time

import sounddevice

frames = [0]


def callback(out, count, _time, _status):
    out.fill(0)
    frames[0] += count


print("sounddevice", sounddevice.__version__, sounddevice.get_portaudio_version()[1])
print("devices:", [device["name"] for device in sounddevice.query_devices()])
with sounddevice.OutputStream(samplerate=48000, channels=2, blocksize=256, callback=callback):
    begun, used = time.monotonic(), resource.getrusage(resource.RUSAGE_SELF)
    time.sleep(3)
    passed, spent = time.monotonic() - begun, resource.getrusage(resource.RUSAGE_SELF)
speed = frames[0] / 48000 / passed
share = (spent.ru_utime + spent.ru_stime - used.ru_utime - used.ru_stime) / passed
print(f"{speed:.0f} times real time, {100 * share:.0f} % of a core")
sys.exit(0 if speed > 20 else 1)
PYTHON
