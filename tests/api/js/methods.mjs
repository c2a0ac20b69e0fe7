// Every method of supabase-js that asks the interface, once in each of its forms.
// Usage: methods.mjs URL KEY
// SPDX-License-Identifier: MIT
import { api, key, run, supabase } from "./run.mjs";

const items = (options) => api.from("items").select("id", options).order("id");
const types = () => api.from("types").select("id").order("id");
const texts = () => api.from("texts").select("id").order("id");
const pair = { a: 9, b: "x" };
// What it throws, as a result.
const caught = async (asked) => asked.then(() => ({ status: 0 }), (error) => ({ status: 0, data: error.name, error }));
// The result without what differs from one machine to the next.
const only = async (asked, of) => {
	const { data, ...rest } = await asked;
	return { data: data === null ? null : of(data), ...rest };
};
const plan = (options) => only(items().limit(1).explain({ format: "json", ...options }),
	([found]) => ["Plan", "Execution Time", "Settings"].filter((name) => name in found));
const client = (seen, options) => supabase({ db: { schema: "api" }, ...options, global: {
	...options?.global,
	fetch: async (url, init) => {
		seen.push({ method: init.method, ...Object.fromEntries(new Headers(init.headers)) });
		return fetch(String(url).replace("/rest/v1/", "/"), init);
	},
} });

await run({
	eq: () => items().eq("name", "apple"), eqReserved: () => items().eq("name", "date, dried"),
	eqPercent: () => items().eq("name", "50% (off)"), neq: () => items().neq("id", 1).lt("id", 4),
	gt: () => items().gt("price", 3), gte: () => items().gte("price", 3), lt: () => items().lt("price", 1.5),
	lte: () => items().lte("price", 1.5), like: () => items().like("name", "%an%"),
	likeStar: () => items().like("name", "*an*"), ilike: () => items().ilike("name", "B%"),
	likeAllOf: () => items().likeAllOf("name", ["%an%", "%na%"]), likeAnyOf: () => items().likeAnyOf("name", ["app%", "ch%"]),
	ilikeAllOf: () => items().ilikeAllOf("name", ["b%", "%A"]), ilikeAnyOf: () => items().ilikeAnyOf("name", ["APP%", "CH%"]),
	regexMatch: () => items().regexMatch("name", "^[a-c]"), regexIMatch: () => items().regexIMatch("name", "^[A-C]"),
	isNull: () => items().is("active", null), isTrue: () => items().is("active", true),
	isFalse: () => items().is("active", false), isDistinct: () => items().isDistinct("active", true),
	isDistinctNull: () => items().isDistinct("name", null),
	in: () => items().in("id", [1, 3, 3]), inReserved: () => items().in("name", ["50% (off)", "date, dried"]),
	inMany: () => types().in("uid", Array.from({ length: 1000 }, (_, i) => `00000000-0000-0000-0000-${String(i).padStart(12, "0")}`)),
	inNothing: () => items().in("id", []), notIn: () => items().notIn("name", ["apple", "date, dried"]),
	containsText: () => types().contains("range", "[2,3)"), containsArray: () => items().contains("tags", ["fruit"]),
	containsJson: () => items().contains("data", { b: { c: "x" } }),
	containedByText: () => types().containedBy("range", "[0,30)"), containedByArray: () => items().containedBy("tags", ["sale", "x"]),
	containedByJson: () => items().containedBy("data", { a: null, x: 1 }),
	rangeGt: () => types().rangeGt("range", "[1,6)"), rangeGte: () => types().rangeGte("range", "[8,9)"),
	rangeLt: () => types().rangeLt("range", "[6,9)"), rangeLte: () => types().rangeLte("range", "[2,20)"),
	rangeAdjacent: () => types().rangeAdjacent("range", "[5,10)"),
	overlapsText: () => types().overlaps("range", "[4,11)"), overlapsArray: () => items().overlaps("tags", ["red", "sale"]),
	textSearch: () => texts().textSearch("vec", "'fat' & 'cat'"), textSearchConfig: () => texts().textSearch("vec", "cats", { config: "english" }),
	textSearchPlain: () => texts().textSearch("vec", "the fat cats", { type: "plain", config: "english" }),
	textSearchPhrase: () => texts().textSearch("vec", "fat cats", { type: "phrase", config: "english" }),
	textSearchWeb: () => texts().textSearch("vec", '"fat cats" or dream', { type: "websearch", config: "english" }),
	textSearchOfText: () => texts().textSearch("body", "dreams", { config: "english" }),
	match: () => items().match({ id: 1, name: "apple", price: undefined }), not: () => items().not("active", "is", true),
	notIn2: () => items().not("id", "in", "(1,2,3)"), notLike: () => items().not("name", "like", "%a%"),
	or: () => items().or("name.eq.apple,price.gt.10"), orNested: () => items().or("id.eq.2,and(id.gt.4,not.and(active.is.true))"),
	twoOrs: () => items().or("id.eq.1,id.eq.2").or("active.is.true,id.eq.3"),
	filter: () => items().filter("id", "lt", 3), filterIn: () => items().filter("name", "in", '("apple","date, dried")'),
	filterJson: () => items().eq("data->b->>c", "y"), filterComputed: () => items().eq("label", "1:apple"),

	orderJson: () => api.from("items").select("id").order("data->b->>c", { nullsFirst: false }).order("id").limit(2),
	orderNulls: () => api.from("items").select("id").order("price", { ascending: false, nullsFirst: true }).limit(2),
	limit: () => items().limit(2), limitNothing: () => items().limit(0), range: () => items().range(2, 3),
	rangeBeyond: () => items().range(10, 20), rangeBeyondCounted: () => items({ count: "exact" }).range(10, 20),
	countExact: () => items({ count: "exact" }).limit(1), countPlanned: () => items({ count: "planned" }).limit(1),
	countEstimated: () => items({ count: "estimated" }).limit(1), countAll: () => items({ count: "exact" }),
	headOnly: () => api.from("items").select("*", { head: true }), headCounted: () => api.from("items").select("id", { head: true, count: "planned" }),
	headOfUnknown: () => api.from("itemz").select("id", { head: true }),
	select: () => api.from("items").select('"name", price :: text, first:data->l->0').eq("id", 1),
	single: () => items().limit(1).single(), singleOfTwo: () => items().limit(2).single(),
	maybeSingle: () => items().eq("id", 1).maybeSingle(), maybeSingleOfNone: () => items().eq("id", 99).maybeSingle(),
	csv: () => api.from("items").select("id,name").order("id").limit(2).csv(),
	stripNulls: () => api.from("items").select("id,name,price").gt("id", 3).lt("id", 6).order("id").stripNulls(),
	stripNullsSingle: () => api.from("items").select("id,name").eq("id", 4).single().stripNulls(),
	returns: () => items().eq("id", 1).returns(), overrideTypes: () => items().eq("id", 1).overrideTypes(),
	setHeader: () => items().limit(1).setHeader("Prefer", "count=exact"), retry: () => items().eq("id", 1).retry(false),
	explainText: () => only(items().limit(1).explain(), (text) => text.startsWith("Aggregate  (cost=")),
	explainJson: () => plan(), explainAnalyze: () => plan({ analyze: true }), explainVerbose: () => plan({ verbose: true }),
	explainAll: () => plan({ analyze: true, verbose: true, settings: true, buffers: true, wal: true }),
	explainSingle: () => only(items().limit(1).single().explain(), (text) => text.startsWith("Aggregate  (cost=")),
	explainWrite: () => only(api.from("pairs").insert(pair).select().explain({ analyze: true }), (text) => text.includes("Insert on pairs")),

	insert: () => api.from("pairs").insert(pair), insertNothing: () => api.from("pairs").insert([]),
	insertCounted: () => api.from("pairs").insert([pair, { a: 9, b: "y" }], { count: "exact" }),
	insertReturning: () => api.from("pairs").insert([pair]).select("a,b").single(),
	insertDefaults: () => api.from("tasks").insert([{ id: 8, title: "t" }, { id: 9, title: "t", rank: 1 }], { defaultToNull: false }).select("rank").order("id"),
	insertBig: () => api.from("types").insert({ id: 9, big: 9007199254740993n }).select("big::text").single(),
	upsert: () => api.from("pairs").upsert({ a: 1, b: "x", value: 7 }), upsertNew: () => api.from("pairs").upsert(pair, { count: "exact" }),
	upsertReturning: () => api.from("pairs").upsert([{ a: 1, b: "x", value: 7 }]).select("value"),
	upsertOn: () => api.from("unique_words").upsert({ id: 5, word: "first", n: 2 }, { onConflict: "word" }).select("id,n"),
	upsertOnPair: () => api.from("pairs").upsert({ a: 1, b: "x", value: 7 }, { onConflict: "a,b", ignoreDuplicates: true }).select(),
	upsertOnNothing: () => api.from("tasks").upsert({ id: 9, title: "t" }, { onConflict: "title" }),
	upsertDefaults: () => api.from("tasks").upsert([{ id: 9, title: "t" }], { defaultToNull: false }).select("rank").single(),
	update: () => api.from("tasks").update({ rank: 7 }).eq("id", 1), updateCounted: () => api.from("tasks").update({ rank: 7 }, { count: "exact" }).gt("id", 1),
	updateReturning: () => api.from("tasks").update({ meta: { a: [1] } }).eq("id", 1).select("meta").single(),
	updateNone: () => api.from("tasks").update({ rank: 7 }, { count: "exact" }).eq("id", 99),
	updateEmpty: () => api.from("tasks").update({}).eq("id", 1).select(),
	delete: () => api.from("tasks").delete().eq("id", 1), deleteCounted: () => api.from("tasks").delete({ count: "exact" }).gt("id", 1),
	deleteReturning: () => api.from("tasks").delete().eq("id", 1).select("title"),
	maxAffected: () => api.from("tasks").update({ rank: 7 }).gt("id", 0).maxAffected(2),
	maxAffectedWithin: () => api.from("tasks").update({ rank: 7 }, { count: "exact" }).gt("id", 0).maxAffected(3).select("id"),
	rollback: () => api.from("pairs").insert(pair).rollback(),

	rpc: () => api.rpc("add", { a: 1, b: 2 }), rpcNoArguments: () => api.rpc("greet"), rpcGet: () => api.rpc("greet", { name: "you" }, { get: true }),
	rpcHead: () => api.rpc("all_items", {}, { head: true, count: "exact" }), rpcUndefined: () => api.rpc("greet", { name: undefined }, { get: true }),
	rpcFiltered: () => api.rpc("all_items").select("id").in("id", [2, 4]).order("id", { ascending: false }),
	rpcCounted: () => api.rpc("numbers", { n: 3 }, { count: "exact" }), rpcMaybe: () => api.rpc("all_items").select("id").eq("id", 99).maybeSingle(),
	rpcRange: () => api.rpc("all_items", {}, { count: "exact" }).select("id").range(1, 2), rpcArray: () => api.rpc("sum_of", { v: [1, 2] }, { get: true }),
	rpcHeadOfObject: () => api.rpc("whole_json", { a: { b: 1 } }, { head: true, count: "exact" }), rpcJson: () => api.rpc("whole_json", { a: { b: [1] } }),
	rpcWrites: () => api.rpc("add_task", { id: 9, title: "t" }).select("id,title"), rpcVoid: () => api.rpc("nothing"),
	rpcMaxAffected: () => api.rpc("drop_tasks", {}, { count: "exact" }).select("id").maxAffected(5),

	schema: () => api.schema("other").from("items").select(), schemaRpc: () => api.schema("other").rpc("here"),
	schemaUnknown: () => api.schema("nope").from("items").select(), schemaWrite: () => api.schema("other").from("items").insert({ id: 2 }).select().single(),
	openApi: () => only(api.schema("other").getOpenApiSpec(), ({ swagger, paths }) => [swagger, Object.keys(paths).sort()]),

	thrown: () => caught(api.from("itemz").select().throwOnError()), notThrown: () => items().eq("id", 1).throwOnError(),
	deniedColumn: () => api.from("members_only").select(), check: () => api.from("unique_words").insert({ id: 2, n: -1 }),
	unknownColumn: () => items().eq("nope", 1), badValue: () => items().eq("id", "x"),
	badOperator: () => items().filter("id", "is", "odd"), raised: () => api.rpc("raise", { state: "PT418", says: "tea", detail: "green", hint: "milk" }),
	sends: async () => {
		const seen = [];
		const { data, status } = await client(seen, {}).from("items").select("id").limit(1).maxAffected(1);
		const { apikey, authorization, prefer, "accept-profile": profile, "x-client-info": info } = seen[0];
		return { status, data: [data, apikey === key, authorization === "Bearer " + key, prefer, profile, info.includes("supabase-js")] };
	},
	accessToken: () => client([], { accessToken: async () => key }).rpc("setting", { name: "role" }),
	wrongToken: () => client([], { accessToken: async () => key + "x" }).from("items").select(),
	ownHeaders: async () => {
		const asked = client([], { global: { headers: { "X-Mine": "yes" } } }).rpc("setting", { name: "request.headers" });
		return only(asked, (text) => JSON.parse(text)["x-mine"]);
	},
});
