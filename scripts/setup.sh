# SPDX-License-Identifier: MIT
# Sourced by ./demo and ./check: sees to it that what swsev is built with is on the machine.

BUILD_PACKAGES='gcc libc6-dev binutils meson ninja-build pkg-config python3
libssl-dev libcmocka-dev libjansson-dev libzydis-dev'
CHECK_PACKAGES='clang libclang-rt-dev llvm clang-format'

# The packages among the arguments that dpkg does not know as installed.
missing_packages() {
	installed=$(dpkg-query -W -f='${db:Status-Status} ${Package}\n' "$@" 2>/dev/null)
	for package in "$@"; do
		printf '%s\n' "$installed" | grep -qx "installed $package" || printf '%s ' "$package"
	done
}

# On a distribution without apt we do not guess package names: the programs decide.
need_programs() {
	for program in gcc meson ninja pkg-config python3; do
		command -v "$program" >/dev/null && continue
		cat >&2 <<-END
		swsev needs gcc, meson (1.0 or newer), ninja, pkg-config and python3, and the headers of
		OpenSSL 3 (libcrypto), cmocka, jansson and Zydis 4; to be checked also clang with
		libFuzzer, and clang-format 14.  $program is missing: install these and try again.
		END
		return 1
	done
}

# Usage: need PACKAGE...   Returns 1, having said why, when something is missing and stays so.
need() {
	if ! command -v dpkg-query >/dev/null || ! command -v apt-get >/dev/null; then
		need_programs
		return
	fi
	missing=$(missing_packages "$@")
	[ -z "$missing" ] && return
	if [ "$(id -u)" -ne 0 ]; then
		echo "Some packages are missing. Run this, then try again:" >&2
		echo "sudo apt-get install -y --no-install-recommends $missing" >&2
		return 1
	fi
	echo "installing: $missing" >&2
	export DEBIAN_FRONTEND=noninteractive
	apt-get update -q >&2 || echo "apt-get update failed; trying with the lists there are" >&2
	# shellcheck disable=SC2086 # a list of words
	apt-get install -q -y --no-install-recommends $missing >&2 </dev/null
}
