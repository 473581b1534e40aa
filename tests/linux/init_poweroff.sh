#!/bin/busybox sh
# SPDX-License-Identifier: MIT
# What the boot tests run in the guest: looks around, reports, does what the words "guest.*" of the
# kernel's command line ask for, powers off.
bb=/bin/busybox
$bb mount -t proc proc /proc
$bb mount -t sysfs sys /sys
$bb mount -t devtmpfs dev /dev

asked() {
	case " $($bb cat /proc/cmdline) " in
	*" guest.$1 "*)	return 0 ;;
	esac
	return 1
}

echo "GUEST: init reached"
echo "GUEST: cpus $($bb grep -c ^processor /proc/cpuinfo)"
for m in $($bb cat /modules/order 2>/dev/null); do
	$bb insmod /modules/$m.ko 2>/dev/null
done

if asked nmi; then
	echo l >/proc/sysrq-trigger
	$bb sleep 1
fi
if [ -b /dev/vda ]; then
	echo "GUEST: disk $($bb cat /sys/block/vda/size) sectors, md5 $($bb md5sum </dev/vda)"
fi
if asked ext4; then
	$bb mount -t ext4 /dev/vda /disk && echo "GUEST: mounted"
	$bb dd if=/bin/busybox of=/disk/copy bs=64k 2>/dev/null
	echo "GUEST: copy md5 $($bb md5sum </disk/copy)"
	echo "written by the guest" >/disk/note
	$bb umount /disk && echo "GUEST: unmounted"
fi
if asked net; then
	$bb ip link set eth0 up
	$bb ip addr add 10.0.2.15/24 dev eth0
	$bb ip route add default via 10.0.2.2
	for word in $($bb cat /proc/cmdline); do
		case $word in
		url=*)	echo "GUEST: fetched md5 $($bb wget -q -O - "${word#url=}" | $bb md5sum)" ;;
		esac
	done
fi
if asked shell; then
	echo "GUEST: shell"
	$bb setsid $bb cttyhack $bb sh
fi
echo "GUEST: done"
asked reboot && $bb reboot -f
asked crash && echo c >/proc/sysrq-trigger
$bb poweroff -f
