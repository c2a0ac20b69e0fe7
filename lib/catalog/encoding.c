/* How built-in types become JSON: the types whose text form was compared with to_json's, value by value.
 * SPDX-License-Identifier: MIT */
#include "catalog/catalog.h"

struct encoding {
	uint32_t first, last; /* OIDs */
	enum cat_encoding encoding;
};

/* Ascending. Arrays, int2vector, oidvector, record and whatever is not listed are left to to_json. */
/* clang-format off */
static const struct encoding encodings[] = {
	{ 16, 16, CAT_ENCODE_BOOL },
	{ 17, 19, CAT_ENCODE_ESCAPED },      /* bytea, "char", name */
	{ 20, 21, CAT_ENCODE_RAW },          /* int8, int2 */
	{ 23, 23, CAT_ENCODE_RAW },          /* int4 */
	{ 24, 29, CAT_ENCODE_ESCAPED },      /* regproc, text, oid, tid, xid, cid */
	{ 114, 114, CAT_ENCODE_RAW },        /* json */
	{ 142, 142, CAT_ENCODE_ESCAPED },    /* xml */
	{ 600, 604, CAT_ENCODE_ESCAPED },    /* point, lseg, path, box, polygon */
	{ 628, 628, CAT_ENCODE_ESCAPED },    /* line */
	{ 650, 650, CAT_ENCODE_ESCAPED },    /* cidr */
	{ 700, 701, CAT_ENCODE_NUMBER },     /* float4, float8 */
	{ 718, 718, CAT_ENCODE_ESCAPED },    /* circle */
	{ 774, 774, CAT_ENCODE_ESCAPED },    /* macaddr8 */
	{ 790, 790, CAT_ENCODE_ESCAPED },    /* money */
	{ 829, 829, CAT_ENCODE_ESCAPED },    /* macaddr */
	{ 869, 869, CAT_ENCODE_ESCAPED },    /* inet */
	{ 1033, 1033, CAT_ENCODE_ESCAPED },  /* aclitem */
	{ 1042, 1043, CAT_ENCODE_ESCAPED },  /* bpchar, varchar */
	{ 1082, 1083, CAT_ENCODE_ESCAPED },  /* date, time */
	{ 1114, 1114, CAT_ENCODE_TIMESTAMP },
	{ 1184, 1184, CAT_ENCODE_TIMESTAMPTZ },
	{ 1186, 1186, CAT_ENCODE_ESCAPED },  /* interval */
	{ 1266, 1266, CAT_ENCODE_ESCAPED },  /* timetz */
	{ 1560, 1560, CAT_ENCODE_ESCAPED },  /* bit */
	{ 1562, 1562, CAT_ENCODE_ESCAPED },  /* varbit */
	{ 1700, 1700, CAT_ENCODE_NUMBER },   /* numeric */
	{ 1790, 1790, CAT_ENCODE_ESCAPED },  /* refcursor */
	{ 2202, 2206, CAT_ENCODE_ESCAPED },  /* regprocedure, regoper, regoperator, regclass, regtype */
	{ 2950, 2950, CAT_ENCODE_ESCAPED },  /* uuid */
	{ 2970, 2970, CAT_ENCODE_ESCAPED },  /* txid_snapshot */
	{ 3220, 3220, CAT_ENCODE_ESCAPED },  /* pg_lsn */
	{ 3614, 3615, CAT_ENCODE_ESCAPED },  /* tsvector, tsquery */
	{ 3734, 3734, CAT_ENCODE_ESCAPED },  /* regconfig */
	{ 3769, 3769, CAT_ENCODE_ESCAPED },  /* regdictionary */
	{ 3802, 3802, CAT_ENCODE_RAW },      /* jsonb */
	{ 3904, 3904, CAT_ENCODE_ESCAPED },  /* ranges: int4, num, ts, tstz, date, int8 */
	{ 3906, 3906, CAT_ENCODE_ESCAPED },
	{ 3908, 3908, CAT_ENCODE_ESCAPED },
	{ 3910, 3910, CAT_ENCODE_ESCAPED },
	{ 3912, 3912, CAT_ENCODE_ESCAPED },
	{ 3926, 3926, CAT_ENCODE_ESCAPED },
	{ 4072, 4072, CAT_ENCODE_ESCAPED },  /* jsonpath */
	{ 4089, 4089, CAT_ENCODE_ESCAPED },  /* regnamespace */
	{ 4096, 4096, CAT_ENCODE_ESCAPED },  /* regrole */
	{ 4191, 4191, CAT_ENCODE_ESCAPED },  /* regcollation */
	{ 4451, 4451, CAT_ENCODE_ESCAPED },  /* multiranges: int4, num, ts, tstz, date, int8 */
	{ 4532, 4536, CAT_ENCODE_ESCAPED },
	{ 5038, 5038, CAT_ENCODE_ESCAPED },  /* pg_snapshot */
	{ 5069, 5069, CAT_ENCODE_ESCAPED },  /* xid8 */
};
/* clang-format on */

enum cat_encoding catalog_encoding_builtin(uint32_t oid)
{
	size_t low = 0, high = COUNT_OF(encodings);
	while (low < high) {
		size_t middle = low + (high - low) / 2;
		if (oid > encodings[middle].last)
			low = middle + 1;
		else if (oid < encodings[middle].first)
			high = middle;
		else
			return encodings[middle].encoding;
	}
	return CAT_ENCODE_TO_JSON;
}
