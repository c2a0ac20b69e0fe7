/* The kinds of bodies that are not unpacked, each with its type.
 * SPDX-License-Identifier: MIT */
#include "plan/body_type.h"

#include "catalog/oid.h"

/* What takes a body that is not unpacked. */
static const struct {
	enum media_kind media;
	uint32_t type;
	struct str type_name;
} body_types[] = {
	{ MEDIA_TEXT, OID_TEXT, STR_INIT("text") },
	{ MEDIA_XML, OID_XML, STR_INIT("xml") },
	{ MEDIA_OCTETS, OID_BYTEA, STR_INIT("bytea") },
};

struct str body_type_name(enum media_kind kind)
{
	for (size_t i = 0; i < COUNT_OF(body_types); i++)
		if (body_types[i].media == kind)
			return body_types[i].type_name;
	return STR_NONE;
}

bool body_type_is(uint32_t type, enum media_kind kind)
{
	for (size_t i = 0; i < COUNT_OF(body_types); i++)
		if (body_types[i].media == kind)
			return body_types[i].type == type;
	return false;
}

bool body_type_any(uint32_t type)
{
	bool any = oid_is_json(type);
	for (size_t i = 0; i < COUNT_OF(body_types) && !any; i++)
		any = body_types[i].type == type;
	return any;
}
