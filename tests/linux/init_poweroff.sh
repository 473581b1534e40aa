#!/bin/busybox sh
# What the boot tests run in the guest: looks around, reports, powers off.
bb=/bin/busybox
$bb mount -t proc proc /proc
$bb mount -t sysfs sys /sys
$bb mount -t devtmpfs dev /dev
echo "GUEST: init reached"
echo "GUEST: cpus $($bb grep -c ^processor /proc/cpuinfo)"
for m in $($bb cat /modules/order 2>/dev/null); do
	$bb insmod /modules/$m.ko 2>/dev/null
done
if [ -b /dev/vda ]; then
	echo "GUEST: disk $($bb cat /sys/block/vda/size) sectors"
	echo "GUEST: disk $($bb md5sum /dev/vda)"
fi
case " $($bb cat /proc/cmdline) " in
*" guest.shell "*)
	echo "GUEST: shell"
	$bb setsid $bb cttyhack $bb sh
	;;
esac
echo "GUEST: done"
$bb poweroff -f
