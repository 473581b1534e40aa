#!/bin/sh
# SPDX-License-Identifier: MIT
# Fetches a Debian kernel from the package archive and unpacks it.
#
#	fetch_kernel.sh cloud-6.1|generic-6.1|cloud-6.12|generic-6.12 DIR
#
# Afterwards DIR/FLAVOUR/vmlinuz is the kernel and DIR/FLAVOUR/modules its modules.  Does nothing
# when they are there.  Exit status 77: this machine cannot fetch it.
set -eu

flavour=$1
dir=$2/$1
case $flavour in
cloud-6.1)	meta=linux-image-cloud-amd64 ;;
generic-6.1)	meta=linux-image-amd64 ;;
cloud-6.12)	meta=linux-image-6.12-cloud-amd64 ;;
generic-6.12)	meta=linux-image-6.12-amd64 ;;
*)		echo "fetch_kernel.sh: $flavour: no such flavour" >&2; exit 2 ;;
esac

[ -e "$dir/vmlinuz" ] && exit 0

skip() {
	echo "fetch_kernel.sh: $*" >&2
	exit 77
}

command -v apt-get >/dev/null && command -v dpkg-deb >/dev/null || skip "no apt-get or dpkg-deb"
package=$(apt-cache depends --no-recommends --no-suggests "$meta" 2>/dev/null |
	sed -n 's/^ *Depends: \(linux-image-[0-9].*\)$/\1/p' | head -n 1)
[ -n "$package" ] || skip "$meta is not in the package lists"

mkdir -p "$dir"
cd "$dir"
apt-get download "$package" >/dev/null 2>&1 || skip "cannot download $package"
dpkg-deb -x "$package"_*.deb unpacked
rm -f "$package"_*.deb
ln -sfn unpacked/lib/modules/* modules
echo "$package" >package
ln -sfn unpacked/boot/vmlinuz-* vmlinuz
