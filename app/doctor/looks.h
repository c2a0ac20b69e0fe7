/* The areas that are looked at: each reports what it finds, and says whether it could look.
 * SPDX-License-Identifier: MIT */
#ifndef ROWGATE_APP_DOCTOR_LOOKS_H
#define ROWGATE_APP_DOCTOR_LOOKS_H

#include "app/doctor/doctor.h"

/* settings.c: keys of tokens, site and origins, as the configuration has them. */
void doctor_look_settings(struct doctor *d);
/* files.c: configuration, keys, state directory and sockets: who may read and change them. */
void doctor_look_files(struct doctor *d);
/* database.c: connects and sets d->conn, or reports why not. */
bool doctor_connect(struct doctor *d);
/* database.c: the server, the pooler in front, and every query of checks.h. */
void doctor_look_database(struct doctor *d);
/* mail.c: the account schema's version, who connects for accounts and mail, the outbox, the way of a mail. */
void doctor_look_accounts(struct doctor *d);
void doctor_look_mail(struct doctor *d);
/* web.c: what the web server lets through. */
void doctor_look_web(struct doctor *d);

#endif
