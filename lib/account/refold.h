/* The keys of addresses, made anew where earlier rules made them.
 * SPDX-License-Identifier: MIT */
#ifndef ROWGATE_ACCOUNT_REFOLD_H
#define ROWGATE_ACCOUNT_REFOLD_H

#include "base/fault.h"
#include "conf/conf.h"
#include "pg/conn.h"

/* Of every account with an address beyond ASCII, so that its owner is found however the address is typed, and nobody
 * else can have it in another spelling. A key that another account has stays as it is. Needs the rights of
 * rowgate_account or of the schema's owner. */
MUST_CHECK bool refold_run(struct conn *c, const struct conf *conf, struct arena *a, struct fault *f);

#endif
