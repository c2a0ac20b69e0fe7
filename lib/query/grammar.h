/* The grammar's parts, one file each: names and paths, filters, logic trees, order, select.
 *
 * Each function takes one construct off the cursor of a struct parse; false leaves the reason in the parse's record.
 * What they make lives in the parse's arena; names are views into the parameter where nothing was escaped.
 * SPDX-License-Identifier: MIT */
#ifndef ROWGATE_QUERY_GRAMMAR_H
#define ROWGATE_QUERY_GRAMMAR_H

#include "parse.h"
#include "tree.h"

/* names.c */
extern const struct parse_class grammar_until_list_end; /* all but ',' and ')' */
bool grammar_comma(struct parse *p);                    /* with blanks around it */
bool grammar_plain_comma(struct parse *p);
bool grammar_parenthesis(struct parse *p, char c); /* one of ( and ), with blanks around it */
bool grammar_delimiter(struct parse *p);           /* the dot between the parts of an operator, an order or a path */
bool grammar_identifier(struct parse *p, struct str *out_r); /* no dashes, no quotes: a cast, a language */
bool grammar_quoted(struct parse *p, struct str *out_r);     /* "..." with \ escapes */
bool grammar_name(struct parse *p, struct str *out_r);
/* A name with its JSON path, blanks around it. */
bool grammar_field(struct parse *p, struct field *out_r);

struct name_list {
	struct str *items;
	size_t count, capacity;
};
void name_list_add(struct name_list *list, struct str name, struct arena *a);
bool grammar_names(struct parse *p, struct name_list *out_r); /* a,b,"c d": columns=, on_conflict= */
bool grammar_path(struct parse *p, struct name_list *out_r);  /* a.b.c */
/* A filter's name: the embeds it leads through, and the field. */
bool grammar_tree_path(struct parse *p, struct name_list *path_r, struct field *field_r);

/* filter.c: `eq.5`. The operand of a filter is the rest of the parameter; one within a logic tree ends at ',' or ')'
 * unless it is quoted or in braces. out_r->field is left alone. */
typedef bool grammar_operand_fn(struct parse *p, struct str *out_r);
bool grammar_operand(struct parse *p, struct str *out_r);
bool grammar_logic_operand(struct parse *p, struct str *out_r);
bool grammar_operation(struct parse *p, grammar_operand_fn *operand, struct filter *out_r);

/* logic.c: `and(a.eq.1,not.or(...))`, into *out_r. */
bool grammar_logic(struct parse *p, struct logic *out_r);

/* order.c: `a.desc.nullslast,rel(b)` */
bool grammar_order(struct parse *p, struct order_term **out_r);

/* select.c: `id,alias:rel!hint(*),...other(a)`, possibly nothing */
bool grammar_select(struct parse *p, struct select_item **out_r);

#endif
