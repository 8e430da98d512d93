# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash disable=SC2154
# The initramfs of a kernel: busybox, guest/init and the modules it loads.

# initramfs_modules DIR: the files, in loading order; nothing for what is built in.
initramfs_modules() {
	local name
	for name in virtio_pci virtio_console 9pnet_virtio 9p overlay configfs; do
		modprobe -d "${1%/lib/modules/*}" -S "${1##*/}" --show-depends "$name"
	done | awk '$1 == "insmod" && !seen[$2]++ { print $2 }'
}

# initramfs MODULES-DIR: prints the path of the cached archive.
initramfs() {
	local key file dir module
	key=$(cat "$here/guest/init" "$here/lib/initramfs.sh" /bin/busybox "$1/modules.dep" | sha256sum)
	file=$cache/initramfs/${1##*/}-${key:0:12}
	if [ ! -e "$file" ]; then
		mkdir -p "$cache/initramfs"
		dir=$(mktemp -d "$cache/initramfs/tmp.XXXXXX")
		mkdir -p "$dir/root/bin" "$dir/root/dev" "$dir/root/modules"
		cp /bin/busybox "$dir/root/bin/"
		cp "$here/guest/init" "$dir/root/init"
		chmod 755 "$dir/root/init"
		initramfs_modules "$1" | while read -r module; do
			cp "$module" "$dir/root/modules/"
			echo "${module##*/}"
		done >"$dir/list"
		mv "$dir/list" "$dir/root/modules/list"
		# Not compressed: the debug kernel takes seconds to unpack it.
		(cd "$dir/root" && find . | cpio --quiet -o -H newc -R 0:0) >"$dir/image"
		mv "$dir/image" "$file"
		rm -rf "$dir"
	fi
	echo "$file"
}
