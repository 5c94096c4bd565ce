#!/bin/sh
# wlroots 0.15: a photograph by wlr-screencopy (grim) is black, or old, while the output shows a client's
# picture. cage hands a full-screen client's buffer to the output as it is (direct scan-out). While a
# photograph is taken it may not, and composes one; `wlr_output_damage_attach_render` then redraws what has
# changed since by the age of the swapchain's buffer, and buffers that were scanned out have not made it
# older (`wlr_swapchain_set_buffer_submitted` returns early for those that are not its own). So a buffer
# that was cleared to black at the start counts as the last frame, and what does not change stays black.
# Seen as "Basic output test failed" (scan-out refused by the lock) with every photograph.
#
# Debian 12: cage 0.1.4-4, libwlroots10 0.15.1-6, grim 1.4.0, headless backend, pixman; pygame 2.1.2 or
# 2.6.1. With the X11 backend the picture is in its window all the time. Not seen on Debian 13 (cage 0.2.0,
# wlroots 0.18). The window that stands still is photographed black; drawn whole all the time, red.
#
# Exits 0 while it is so, 1 when it changes.
set -eu
folder=$(mktemp -d)
trap 'kill $(cat "$folder"/*.pid 2>/dev/null) 2>/dev/null || true; rm -rf "$folder"' EXIT
chmod 755 "$folder"
cd "$folder"
# Of Debian 12, whatever this machine has not installed already.
mkdir -p cache/archives/partial
apt-get install -y -qq --download-only --no-install-recommends -o Dir::Cache="$folder/cache" \
  -o Debug::NoLocking=1 cage grim libegl1 libgl1-mesa-dri libwayland-egl1 libwayland-cursor0 python3-pygame > /dev/null
(cd cache/archives && apt-get download -qq xkb-data)
for deb in cache/archives/*.deb; do dpkg -x "$deb" root; done
cat > window.py <<'PY'
import os, time, pygame
pygame.display.init()
screen = pygame.display.set_mode(pygame.display.get_desktop_sizes()[0], pygame.FULLSCREEN)
screen.fill((200, 40, 40))
pygame.display.flip()
while True:
    pygame.event.get()
    if os.path.exists("run/again"):
        pygame.display.flip()
    time.sleep(0.01)
PY
mkdir -m 700 run
[ "$(id -u)" != 0 ] || { chown 65534:65534 run; as="setpriv --reuid=65534 --regid=65534 --clear-groups"; }
lib=$folder/root/usr/lib/$(dpkg-architecture -qDEB_HOST_MULTIARCH 2>/dev/null || echo x86_64-linux-gnu)
with="env HOME=$folder/run XDG_RUNTIME_DIR=$folder/run LD_LIBRARY_PATH=$lib PATH=$folder/root/usr/bin:$PATH"
with="$with XKB_CONFIG_ROOT=$folder/root/usr/share/X11/xkb LIBGL_DRIVERS_PATH=$lib/dri:${lib#$folder/root}/dri"
with="$with __EGL_VENDOR_LIBRARY_DIRS=$folder/root/usr/share/glvnd/egl_vendor.d:/usr/share/glvnd/egl_vendor.d"
with="${as:-} $with WLR_BACKENDS=headless WLR_RENDERER=pixman WLR_LIBINPUT_NO_DEVICES=1 LIBSEAT_BACKEND=noop"
with="$with WLR_XWAYLAND=$folder/root/usr/bin/Xwayland PYTHONPATH=$folder/root/usr/lib/python3/dist-packages"
$with cage -d -- sleep 120 > cage.log 2>&1 &
echo $! > cage.pid
sleep 3
$with WAYLAND_DISPLAY=wayland-0 SDL_VIDEODRIVER=wayland /usr/bin/python3 window.py > window.log 2>&1 &
echo $! > window.pid
sleep 5
photographed() { # prints its colour
  $with WAYLAND_DISPLAY=wayland-0 timeout 20 grim -t ppm run/photograph.ppm || { cat ./*.log; exit 2; }
  tail -c 3000 run/photograph.ppm | od -An -tu1 -N3
}
still=$(photographed)
touch run/again
for _ in 1 2 3 4 5 6 7 8 9 10; do moving=$(photographed); done
echo "the window is 200 40 40; photographed while it stands still:$still, while it is drawn:$moving"
[ "$(echo $still)" = "0 0 0" ] && [ "$(echo $moving)" = "200 40 40" ]
