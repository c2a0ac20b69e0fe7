/* The texts of mails and of the pages they lead to: files with {{places}} that are filled in, by template and language.
 *
 * A template is two files in a directory named after its language: en/reset.txt, whose first line is "Subject: ..." and
 * whose text starts behind an empty line, and en/reset.html. A host's own directory is asked first, then the shipped
 * ones that are compiled in; "de-AT" is looked for as de-AT, then de, and English comes last. Both files are taken from
 * the same place: who overrides the text and has no HTML sends none. A page is en/page-reset.html alone.
 *
 * {{name}} is a value; what stands between {{#name}} and {{/name}} is there when it has one, empty or not.
 *
 * A value is escaped for where it goes: in HTML all that is markup, in text and subject only line breaks and other
 * controls, which become spaces. There is no way to write a value unescaped.
 * SPDX-License-Identifier: MIT */
#ifndef ROWGATE_MAIL_TEMPLATE_H
#define ROWGATE_MAIL_TEMPLATE_H

#include "base/buf.h"
#include "base/fault.h"

struct template_value {
	struct str name, value;
};

struct template_mail {
	struct str subject, text;
	struct str html;     /* or STR_NONE */
	struct str language; /* of the template that was found */
};

struct template_page {
	struct str html;
	struct str language; /* of the template that was found */
};

/* Those that a reader understands, best first. */
enum { TEMPLATE_LANGUAGES_MAX = 8 };
struct template_languages {
	struct str tags[TEMPLATE_LANGUAGES_MAX];
	size_t count;
};

/* Largest file, and largest text made of one. */
#define TEMPLATE_MAX ((size_t)256 << 10)

/* Fills in a template. directory: the host's, or NULL. name: one of the shipped ones. language: as the account has it,
 * anything, or STR_NONE. The fault is for the log: it names the file and the place that has no value. */
MUST_CHECK bool template_fill(struct template_mail *out_r, const char *directory, struct str name, struct str language,
	const struct template_value *values, size_t count, struct arena *a, struct fault *f);
/* The same of a page; name is one of the shipped. */
MUST_CHECK bool template_page(struct template_page *out_r, const char *directory, struct str name,
	const struct template_languages *languages, const struct template_value *values, size_t count, struct arena *a,
	struct fault *f);
/* Whether there is a shipped mail of that name. */
bool template_exists(struct str name);
/* Fills in a text by itself; html says where it goes. */
MUST_CHECK bool template_text(struct str *out_r, struct str text, bool html, const struct template_value *values,
	size_t count, struct arena *a, struct fault *f);

#endif
