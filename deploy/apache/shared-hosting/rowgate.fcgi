#!/bin/sh
# What mod_fcgid starts: put in where the program and its configuration lie, outside of what the web server shows.
# SPDX-License-Identifier: MIT
exec /home/me/bin/rowgate --worker /home/me/rowgate.conf
