#!/bin/sh
# Starts the rowgate of this tree with the C library and the other libraries of this tree: the host's are not used.
# SPDX-License-Identifier: MIT
self=$(readlink -f "$0") || exit
tree=${self%/*/*}
# Not by LD_LIBRARY_PATH, which programs that rowgate starts (sendmail) would inherit.
exec "$tree/lib/ld.so" --argv0 "$0" --inhibit-cache --library-path "$tree/lib" "$tree/libexec/rowgate" "$@"
