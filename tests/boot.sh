# Boots a system with systemd as its first process, in namespaces and a cgroup of its own, without a network. Sourced,
# not run, behind tests/bare.sh; the script that sources it answers `--boot ROOT` and `--init ROOT` with boot_system and
# init_system.
# SPDX-License-Identifier: MIT

directory=/ # where enter() goes

# start_system ROOT: returns when it is up, or shows how far it came.
start_system() {
	root=$1
	start_child system unshare --mount --propagation private "$BASH" "$top/tests/${0##*/}" --boot "$root" \
		>"$work/console" 2>&1
	disown "${child[system]}" # else bash says how it has ended
	wait_for 30 find_init && wait_for 120 is_up && return
	tail -n 30 "$work/console"
	return 1
}

# The process that is 1 in there.
find_init() {
	local first
	first=$(<"/proc/${child[system]}/task/${child[system]}/children") || return
	first=${first%% *}
	[ -n "$first" ] && [ "$(<"/proc/$first/comm")" = systemd ] && init=$first
} 2>/dev/null

# Everything that was to start has, or has failed.
is_up() { [[ $(enter systemctl is-system-running 2>/dev/null) == @(running|degraded) ]] || not_yet; }

# For what is asked until it is so.
not_yet() { sleep 0.2; false; }

# enter [VARIABLE=...] COMMAND...: in the running system, as a login of root's.
enter() {
	nsenter -t "$init" -a -- env -i HOME=/root LANG=C.UTF-8 TERM=dumb \
		PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin \
		/bin/sh -c 'cd "$1" && shift && exec env "$@"' sh "$directory" "$@"
}

# stop_system: by poweroff. All units stop in order, none has to be killed.
stop_system() {
	local began=$SECONDS
	enter systemctl poweroff >/dev/null 2>&1
	check "the machine is shut down" wait_for 100 is_gone "${child[system]}"
	check "within 20 s ($((SECONDS - began)) s)" [ $((SECONDS - began)) -le 20 ]
	stop_child system KILL 10
	remove_cgroups
}

remove_cgroups() {
	apart "$BASH" -c 'mount -t cgroup2 cgroup2 "$1" &&
		find "$1" -depth -type d -path "*/rowgate-booted.*" -exec rmdir {} + 2>/dev/null' bash "$work/mnt"
	true
}

clean_up_all() {
	stop_child system KILL 10
	[ ! -d "${work:-}/mnt" ] || remove_cgroups
	clean_up
}

# --- what runs in the system's namespaces ---

# What is outside of all that init_system makes: the cgroup.
boot_system() {
	local group
	group=$(sed -n 's/^0:://p' /proc/self/cgroup)
	mount -t cgroup2 cgroup2 "$1/mnt" || die "there is no cgroup2"
	group=$1/mnt${group%/}/rowgate-booted.$$
	mkdir -p "$group" && echo $$ >"$group/cgroup.procs" || die "no cgroup can be made"
	umount "$1/mnt"
	exec unshare --pid --fork --kill-child --uts --ipc --net --cgroup "$BASH" "$top/tests/${0##*/}" --init "$1"
}

# What a kernel and its boot loader have done when systemd begins. What is the whole machine's, settings of the kernel,
# modules and clock, it cannot change.
init_system() {
	root=$1
	mount --bind "$root" "$root" && mount_all && mount -t cgroup2 cgroup2 "$root/sys/fs/cgroup" &&
		mount --bind "$root/proc/sys" "$root/proc/sys" && mount -o remount,bind,ro "$root/proc/sys" &&
		mount -t tmpfs -o mode=755 tmpfs "$root/run" && mount -t tmpfs -o mode=1777 tmpfs "$root/tmp" ||
		die "the file systems of the system could not be mounted"
	mkdir -p "$root/run/outside" && cd "$root" && pivot_root . run/outside || die "the root cannot be changed"
	exec env -i container=rowgate PATH=/usr/sbin:/usr/bin:/sbin:/bin chroot . /bin/sh -c \
		'umount -l /run/outside && exec setpriv --bounding-set -sys_module,-sys_rawio,-sys_time \
			/lib/systemd/systemd --log-target=console --show-status=1'
}
