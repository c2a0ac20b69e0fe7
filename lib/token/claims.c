/* The registered claims, judged in PostgREST's order, and the claims as SQL sees them.
 * SPDX-License-Identifier: MIT */
#include "token/claims.h"

#include "base/jsonc.h"
#include "token/tokenjson.h"

static bool refuse_claim(struct fault *f, struct arena *a, struct str message)
{
	return jwt_fault(f, a, "PGRST303", message);
}

static bool is_past(double claim, int64_t now)
{
	return claim < (double)(now - CLAIMS_SKEW);
}

static bool is_future(double claim, int64_t now)
{
	return claim > (double)(now + CLAIMS_SKEW);
}

static bool check_times(struct json_object *claims, int64_t now, struct arena *a, struct fault *f)
{
	static const struct {
		const char *name;
		bool (*is_wrong)(double claim, int64_t now);
		struct str wrong, not_number;
	} times[] = {
		{ "exp", is_past, STR_INIT("JWT expired"), STR_INIT("The JWT 'exp' claim must be a number") },
		{ "nbf", is_future, STR_INIT("JWT not yet valid"), STR_INIT("The JWT 'nbf' claim must be a number") },
		{ "iat", is_future, STR_INIT("JWT issued at future"), STR_INIT("The JWT 'iat' claim must be a number") },
	};
	for (size_t i = 0; i < COUNT_OF(times); i++) {
		struct json_object *value = json_object_object_get(claims, times[i].name);
		if (!value)
			continue;
		if (!json_object_is_type(value, json_type_int) && !json_object_is_type(value, json_type_double))
			return refuse_claim(f, a, times[i].not_number);
		if (times[i].is_wrong(json_object_get_double(value), now))
			return refuse_claim(f, a, times[i].wrong);
	}
	return true;
}

static bool is_ours(struct json_object *name, struct str audience)
{
	return !audience.p || str_eq(jsonc_text(name), audience);
}

/* An array is judged whole before it is searched: one entry that is no string makes it malformed. */
static bool check_audience(struct json_object *claims, struct str audience, struct arena *a, struct fault *f)
{
	struct json_object *aud = json_object_object_get(claims, "aud");
	bool is_array = json_object_is_type(aud, json_type_array);
	if (aud && !is_array && !json_object_is_type(aud, json_type_string))
		return refuse_claim(f, a, STR("The JWT 'aud' claim must be a string or an array of strings"));
	size_t n = is_array ? json_object_array_length(aud) : 0;
	bool ours = !aud || (is_array ? n == 0 : is_ours(aud, audience));
	for (size_t i = 0; i < n; i++) {
		struct json_object *name = json_object_array_get_idx(aud, i);
		if (!json_object_is_type(name, json_type_string))
			return refuse_claim(f, a, STR("The JWT 'aud' claim must be a string or an array of strings"));
		ours = ours || is_ours(name, audience);
	}
	return ours || refuse_claim(f, a, STR("JWT not in audience"));
}

/* An empty list or text says nothing: a list of audiences without one would be accepted by everybody. */
static bool says_something(struct json_object *value)
{
	if (json_object_is_type(value, json_type_array))
		return json_object_array_length(value) > 0;
	return value && (!json_object_is_type(value, json_type_string) || json_object_get_string_len(value) > 0);
}

static bool check_required(struct json_object *claims, struct conf_list required, struct arena *a, struct fault *f)
{
	for (size_t i = 0; i < required.count; i++) {
		struct str name = required.items[i];
		if (!says_something(json_object_object_get(claims, str_cstr(a, name))))
			return refuse_claim(f, a, str_printf(a, "The JWT '%.*s' claim is missing", STR_ARG(name)));
	}
	return true;
}

bool claims_check(struct json_object *claims, const struct claims_rules *rules, int64_t now, struct arena *a,
	struct fault *f)
{
	return check_times(claims, now, a, f) && check_audience(claims, rules->audience, a, f)
		&& check_required(claims, rules->required, a, f);
}

int64_t claims_before_end(struct json_object *claims, int64_t now)
{
	struct json_object *end = json_object_object_get(claims, "exp");
	bool is_number = json_object_is_type(end, json_type_int) || json_object_is_type(end, json_type_double);
	double seconds = is_number ? json_object_get_double(end) : (double)now;
	return seconds >= 0 && seconds < (double)now ? (int64_t)seconds : now;
}

struct str claims_with_role(const struct jwt *jwt, struct str role, struct arena *a)
{
	struct str own = tokenjson_member(jwt->claims, "role");
	if (own.p && str_eq(own, role))
		return jwt->payload;
	return tokenjson_set(jwt->payload, STR("role"), tokenjson_quote(role, a), a);
}
