// What a react-admin application asks of its data provider for PostgREST.
// Usage: admin.mjs URL
// SPDX-License-Identifier: MIT
import { library, run, url } from "./run.mjs";

const { default: provider } = library("@raphiniert/ra-data-postgrest");

// Behaves as fetchJson of react-admin, which would bring all of react: a Headers object, JSON decoded, errors thrown.
async function httpClient(address, options = {}) {
	const answer = await fetch(address, options);
	const body = await answer.text();
	let json;
	try {
		json = JSON.parse(body);
	} catch {
		json = undefined;
	}
	if (!answer.ok) {
		throw Object.assign(new Error(json?.message ?? answer.statusText), { status: answer.status, body: json });
	}
	return { status: answer.status, headers: answer.headers, body, json };
}

const settings = {
	apiUrl: url, httpClient, defaultListOp: "eq", schema: () => "",
	primaryKeys: new Map([["roles", ["film_id", "actor_id"]], ["technical", ["film_id"]], ["rpc/films_of", ["id"]]]),
};
const admin = provider(settings);
const nullsLast = provider({ ...settings, sortOrder: "asc,desc.nullslast" });

const result = (asked) => asked.then(
	({ data, total = null, meta }) => ({ data: meta ? { data, meta } : data, count: total, status: 200 }),
	({ status, body, message }) => ({ status, error: body ?? { code: "thrown", message } }));
const list = (resource, { page = 1, perPage = 10, sort = { field: "id", order: "ASC" }, filter = {}, meta } = {}, by = admin) =>
	result(by.getList(resource, { pagination: { page, perPage }, sort, filter, meta }));
const films = (filter, more) => list("films", { filter, ...more, meta: { columns: ["id"], ...more?.meta } });
const one = (resource, id, meta) => result(admin.getOne(resource, { id, meta }));
const many = (resource, ids, meta) => result(admin.getMany(resource, { ids, meta }));
const reference = (target, id, more = {}) => result(admin.getManyReference("films", {
	target, id, pagination: { page: 1, perPage: 10 }, sort: { field: "id", order: "DESC" }, filter: {}, meta: { columns: ["id"] }, ...more,
}));
const changed = (resource, id, data, meta) => result(admin.update(resource, { id, data, previousData: {}, meta }));
const role = (film, actor) => JSON.stringify([film, actor]);

await run({
	getList: () => list("films", { perPage: 2, meta: { columns: "id,title" } }),
	getListPage: () => list("films", { page: 2, perPage: 3, meta: { columns: ["id", "name:title", "year::text"] } }),
	getListEmpty: () => list("lonely"), getListBeyond: () => list("films", { page: 9 }),
	getListSorted: () => films({}, { sort: { field: "title", order: "DESC" } }),
	getListNullsFirst: () => films({}, { sort: { field: "rating", order: "ASC" }, meta: { nullsfirst: true } }),
	getListNullsLast: () => films({}, { sort: { field: "rating", order: "DESC" }, meta: { nullslast: true } }),
	getListNullsSet: () => list("films", { sort: { field: "rating", order: "DESC" }, meta: { columns: ["id"] } }, nullsLast),
	getListCompound: () => list("roles", { perPage: 2, meta: { columns: ["film_id", "actor_id"] } }),
	getListEmbed: () => list("films", { perPage: 1, meta: { columns: ["id"], embed: ["directors"] } }),
	getListPrefetch: () => list("films", { perPage: 2, meta: { columns: ["id"], prefetch: ["directors"] } }),
	getListSchema: () => list("awards", { meta: { schema: "other" } }),
	getListHeaders: () => films({}, { perPage: 1, meta: { headers: { Prefer: "count=exact, handling=strict" } } }),
	getListFunction: () => list("rpc/films_of", { filter: { "year_from@": 1992 }, meta: { columns: ["id"] } }),
	getListUnknown: () => list("filmz"),

	filter: () => films({ title: "Alpha" }), filterOperator: () => films({ "year@gte": 1992 }),
	filterLike: () => films({ "title@ilike": "ET" }), filterIn: () => films({ "id@in": "(1,4)" }),
	// The provider writes two words as title[0]=...&title[1]=...
	filterWords: () => films({ "title@ilike": "a L" }),
	filterIs: () => films({ "director_id@is": null }), filterNot: () => films({ "director_id@not.is": null }),
	filterOr: () => films({ "@or": { "year@lt": 1991, "title@eq": "Delta" } }),
	filterAnd: () => films({ "@and": { "year@gt": 1990, "title@like": "ta" } }),
	filterEmbed: () => films({ directors: { last_name: "Moss" } }, { meta: { columns: ["id", "directors!inner()"] } }),
	filterJson: () => films({ "info->>colour@eq": "false" }), filterSeveral: () => films({ "year@gt": 1990, "rating@lt": 8 }),
	filterContains: () => films({ "info@cs": '{"colour":true}' }),

	getOne: () => one("films", 1, { columns: ["id", "title"] }), getOneOfNone: () => one("films", 99),
	getOneEmbed: () => one("films", 1, { columns: ["id"], embed: ["technical"] }),
	getOnePrefetch: () => one("directors", 2, { columns: ["id"], prefetch: ["films"] }),
	getOneCompound: () => one("roles", role(1, 2)), getOneOtherKey: () => one("technical", 1, { columns: "film_id,camera" }),
	getOneSchema: () => one("awards", 1, { schema: "other", columns: ["name"] }),
	getMany: () => many("films", [2, 4], { columns: ["id"] }), getManyOne: () => many("films", [3], { columns: ["id"] }),
	getManyNone: () => many("films", []), getManyCompound: () => many("roles", [role(1, 1), role(3, 3)], { columns: ["film_id", "actor_id"] }),
	getManyReference: () => reference("director_id", 1), getManyReferencePage: () => reference("director_id", 1, { pagination: { page: 2, perPage: 1 } }),
	getManyReferenceFiltered: () => reference("director_id", 1, { filter: { "year@lt": 1991 } }),

	create: () => result(admin.create("films", { data: { id: 90, title: "New" }, meta: { columns: ["id", "title"] } })),
	createCompound: () => result(admin.create("roles", { data: { film_id: 4, actor_id: 1, character: "Spy" } })),
	createTwice: () => result(admin.create("films", { data: { id: 1 } })),
	createPrefetch: () => result(admin.create("films", { data: { id: 90, director_id: 3 }, meta: { columns: ["id"], prefetch: ["directors"] } })),
	createSchema: () => result(admin.create("awards", { data: { id: 2, name: "Silver" }, meta: { schema: "other" } })),
	update: () => changed("films", 1, { id: 1, title: "Changed" }, { columns: ["id", "title"] }),
	updateNothing: () => result(admin.update("films", { id: 1, data: { title: "Alpha" }, previousData: { id: 1, title: "Alpha" } })),
	updateNone: () => changed("films", 99, { title: "Changed" }), updateCompound: () => changed("roles", role(1, 2), { character: "Heir" }),
	updateMany: () => result(admin.updateMany("films", { ids: [1, 2], data: { year: 2000 } })),
	updateManyCompound: () => result(admin.updateMany("roles", { ids: [role(1, 1), role(1, 2)], data: { character: "Extra" } })),
	delete: () => result(admin.delete("scripts", { id: 10 })), deleteNone: () => result(admin.delete("scripts", { id: 99 })),
	deleteCompound: () => result(admin.delete("roles", { id: role(3, 3) })), deleteRefused: () => result(admin.delete("films", { id: 1 })),
	deleteMany: () => result(admin.deleteMany("scripts", { ids: [10, 20] })),
	deleteManyCompound: () => result(admin.deleteMany("roles", { ids: [role(1, 1), role(1, 2)] })),
});
