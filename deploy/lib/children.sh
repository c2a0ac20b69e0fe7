# Starts processes, passes signals on, and stops them in order. Sourced, not run.
# Every child is the leader of a process group of its own (`set -m`): Ctrl-C on the terminal reaches this script
# alone, which then stops them one after the other, and whatever a child forked can be ended with it.
# SPDX-License-Identifier: MIT
set -m

declare -A child=() # name -> process id

# start_child NAME COMMAND...: in the background. A killed script takes its children with it: the kernel
# signals them (not those that change their user afterwards, which it then forgets). It reads nothing, unless the
# caller has set $child_input.
start_child() {
	local name=$1
	shift
	"$@" <"${child_input:-/dev/null}" 9>&- 6<&- &
	child[$name]=$!
}

is_alive() { kill -0 "${child[$1]:-0}" 2>/dev/null; }

# stop_child NAME SIGNAL SECONDS: asks; after the time kills the child's whole group.
stop_child() {
	local pid=${child[$1]:-}
	[ -n "${pid:-}" ] || return 0
	unset "child[$1]"
	kill -s "$2" "$pid" 2>/dev/null || true
	wait_for "$3" is_gone "$pid" || say "$1 did not stop within $3 s: killed"
	kill -s KILL -- "-$pid" 2>/dev/null || true
	wait "$pid" 2>/dev/null || true
}

is_gone() { ! kill -0 "$1" 2>/dev/null; }

# Runs a long step so that a signal ends it at once, with all that it started.
run_step() {
	"$@" </dev/null &
	child[step]=$!
	local status=0
	wait "${child[step]}" || status=$?
	unset 'child[step]'
	return $status
}

# pass_signal SIGNAL NAME
pass_signal() { kill -s "$1" "${child[$2]:-0}" 2>/dev/null || true; }

# Waits until a child ends; leaves which in $ended and its status in $status. A signal that is only passed on
# interrupts the wait, which then starts again.
wait_for_end() {
	local pid name
	while true; do
		status=0
		wait -n -p pid "${child[@]}" || status=$?
		for name in "${!child[@]}"; do
			[ "${child[$name]}" != "${pid:-}" ] || { ended=$name; return; }
		done
	done
}
