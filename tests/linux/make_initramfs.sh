#!/bin/sh
# SPDX-License-Identifier: MIT
# Makes an initramfs of a static busybox, the virtio modules of a kernel, and one script.
#
#	make_initramfs.sh KERNEL_DIR INIT FILE
#
# KERNEL_DIR is what fetch_kernel.sh left; INIT is the script that becomes /init; FILE is written,
# as a plain cpio: unpacking a compressed one costs a guest millions of instructions.  Exit status
# 77: no static busybox or no cpio here.
set -eu

kernel=$1
init=$2
out=$3

skip() {
	echo "make_initramfs.sh: $*" >&2
	exit 77
}

busybox=$(command -v busybox) || skip "no busybox (package busybox-static)"
command -v cpio >/dev/null || skip "no cpio"
if ldd "$busybox" >/dev/null 2>&1; then
	skip "busybox is not static (package busybox-static)"
fi

root=$(mktemp -d)
trap 'rm -rf "$root"' EXIT
mkdir -p "$root/bin" "$root/dev" "$root/proc" "$root/sys" "$root/disk" "$root/modules"
cp "$busybox" "$root/bin/busybox"
cp "$init" "$root/init"
chmod 755 "$root/init"

# In the order in which they are loaded.  What a kernel has built in is no file, and left out.
for name in virtio_ring virtio virtio_pci_legacy_dev virtio_pci_modern_dev virtio_pci virtio_mmio \
	virtio_blk failover net_failover virtio_net crc16 crc32c_generic libcrc32c mbcache jbd2 ext4; do
	found=$(find "$kernel/modules/kernel" -name "$name.ko" -o -name "$name.ko.xz" | head -n 1)
	case $found in
	'')	continue ;;
	*.xz)	xz -dc "$found" >"$root/modules/$name.ko" ;;
	*)	cp "$found" "$root/modules/$name.ko" ;;
	esac
	echo "$name" >>"$root/modules/order"
done

(cd "$root" && find . | LC_ALL=C sort | cpio --quiet -o -H newc --owner=0:0 \
	--reproducible) >"$out.part"
mv "$out.part" "$out"
