#!/bin/sh
# Boots the real systemd as the first process of namespaces of its own, over a read-only view of this machine's files.
# Started by systemd_box.py, which sets BOX (a folder), PROJECT and PYTHON (the interpreter's installation).
set -eu
mount --make-rprivate /
mount -t proc proc /proc
ip link set lo up
root=$BOX/root
mount --bind / "$root"
mount -o remount,bind,ro "$root"
for folder in tmp run opt var/tmp var/log var/lib; do mount -t tmpfs tmpfs "$root/$folder"; done
for folder in proc sys dev; do mount --rbind "/$folder" "$root/$folder"; done
mkdir -p "$root/run/share" "$root/opt/jpki-bot" "$root/opt/python" "$root/var/lib/jpki-bot"
mount --bind "$BOX/share" "$root/run/share"
mount --bind "$PROJECT" "$root/opt/jpki-bot"
mount --bind "$PYTHON" "$root/opt/python"
cp -r "$BOX/models" "$root/var/lib/jpki-bot/models"
for name in passwd group; do mount --bind "$BOX/$name" "$root/etc/$name"; done
export container=oci SYSTEMD_UNIT_PATH=/run/share/units
exec chroot "$root" /lib/systemd/systemd --system --unit=jpki-bot.service --show-status=no --log-target=null
