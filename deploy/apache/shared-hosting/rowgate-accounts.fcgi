#!/bin/sh
# What mod_fcgid starts for the account URLs.
# SPDX-License-Identifier: MIT
exec /home/me/bin/rowgate --worker=account /home/me/rowgate.conf
