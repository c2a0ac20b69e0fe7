"""Real servers for tests: a throw-away PostgreSQL cluster, deploy/serve, and clients to talk to it.

SPDX-License-Identifier: MIT
"""
