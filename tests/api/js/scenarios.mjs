// What applications do through the real client library: prints one JSON text, a result for each scenario.
// Usage: scenarios.mjs URL
// SPDX-License-Identifier: MIT
import { createRequire } from "node:module";

const { PostgrestClient } = createRequire(process.env.ROWGATE_TEST_JS + "/")("@supabase/postgrest-js");
const api = new PostgrestClient(process.argv[2], { schema: "api" });

const scenarios = {
	select: () => api.from("items").select("id,name").order("id").limit(2),
	filters: () => api.from("items").select("id").gt("id", 1).lte("id", 5).not("name", "is", null).order("id", { ascending: false }),
	in: () => api.from("items").select("id").in("name", ["date, dried", "apple"]).order("id"),
	or: () => api.from("items").select("id").or("id.eq.1,and(id.gt.4,active.is.true)").order("id"),
	contains: () => api.from("items").select("id").contains("tags", ["fruit"]).order("id"),
	like: () => api.from("items").select("id").ilike("name", "%AN%"),
	textSearch: () => api.from("texts").select("id").textSearch("vec", "'cat'", { config: "english" }),
	range: () => api.from("items").select("id", { count: "exact" }).order("id").range(1, 2),
	head: () => api.from("items").select("*", { count: "exact", head: true }),
	single: () => api.from("items").select("id,label").eq("id", 1).single(),
	singleOfNone: () => api.from("items").select("id").eq("id", 99).single(),
	maybeSingle: () => api.from("items").select("id").eq("id", 99).maybeSingle(),
	csv: () => api.from("pairs").select("a,b").order("a").order("b").csv(),
	insert: () => api.from("pairs").insert([{ a: 9, b: "x" }, { a: 9, b: "y", value: 1 }]).select(),
	insertOnly: () => api.from("pairs").insert({ a: 9, b: "z" }),
	upsert: () => api.from("pairs").upsert({ a: 1, b: "x", value: 99 }).select().single(),
	update: () => api.from("tasks").update({ rank: 77 }).eq("id", 1).select("id,rank"),
	insertOne: () => api.from("tasks").insert({ id: 9, title: "nine" }).select("id,title,rank").single(),
	insertWithKeysOfSome: () => api.from("pairs").insert([{ a: 9, b: "x" }, { a: 9, b: "y", value: 1 }], { count: "exact" }).select("value").order("value"),
	insertDefaults: () => api.from("tasks").insert([{ id: 8, title: "t" }, { id: 9, title: "t", rank: 1 }], { defaultToNull: false }).select("rank").order("id"),
	insertNulls: () => api.from("tasks").insert([{ id: 8, title: "t" }, { id: 9, title: "t", rank: 1 }]).select("rank").order("id"),
	insertNested: () => api.from("tasks").insert({ id: 9, title: "t", meta: { a: [1, { b: null }], "c d": "\u00e9" } }).select("meta").single(),
	insertRefused: () => api.from("tasks").insert({ id: 9 }),
	insertUnknown: () => api.from("tasks").insert({ id: 9, nope: 1 }),
	insertCsv: () => api.from("pairs").insert({ a: 9, b: "x" }).select("a,b").csv(),
	upsertMany: () => api.from("pairs").upsert([{ a: 1, b: "x", value: 5 }, { a: 9, b: "x", value: 6 }], { count: "exact" }).select("value"),
	upsertIgnore: () => api.from("pairs").upsert([{ a: 1, b: "x", value: 5 }, { a: 9, b: "x", value: 6 }], { ignoreDuplicates: true }).select("a,value"),
	upsertOnConflict: () => api.from("unique_words").upsert({ id: 5, word: "first", n: 2 }, { onConflict: "word" }).select("id,n"),
	upsertDefaults: () => api.from("tasks").upsert([{ id: 9, title: "t" }], { defaultToNull: false }).select("rank").single(),
	updateCounted: () => api.from("tasks").update({ rank: 7 }, { count: "exact" }).lt("id", 3),
	updateNothing: () => api.from("tasks").update({ rank: 7 }).eq("id", 99).select(),
	updateSingleOfMany: () => api.from("tasks").update({ rank: 7 }).gt("id", 0).select().single(),
	updateMaybe: () => api.from("tasks").update({ rank: 7 }).eq("id", 99).select().maybeSingle(),
	updateOrdered: () => api.from("tasks").update({ rank: 7 }).gt("id", 0).select("id").order("id", { ascending: false }),
	updateOr: () => api.from("tasks").update({ rank: 7 }).or("id.eq.1,title.eq.two").select("id").order("id"),
	maxAffected: () => api.from("tasks").delete().gt("id", 0).maxAffected(1),
	maxAffectedWithin: () => api.from("tasks").delete({ count: "exact" }).eq("id", 1).maxAffected(1),
	deleteReturned: () => api.from("tasks").delete().in("id", [1, 3]).select("id").order("id"),
	rolledBack: () => api.from("pairs").insert({ a: 9, b: "x" }).select().rollback(),
	delete: () => api.from("tasks").delete({ count: "exact" }).lt("id", 3),
	rpc: () => api.rpc("add", { a: 1, b: 2 }),
	rpcGet: () => api.rpc("add", { a: 1, b: 2 }, { get: true }),
	rpcRows: () => api.rpc("all_items").select("id").eq("id", 3).single(),
	rpcHead: () => api.rpc("all_items", {}, { head: true, count: "exact" }),
	rpcCount: () => api.rpc("all_items", {}, { count: "exact" }).select("id").order("id").range(1, 2),
	rpcFilters: () => api.rpc("all_items", {}, { get: true }).select("id").or("id.eq.1,id.gt.5").order("id", { ascending: false }),
	rpcArray: () => api.rpc("sum_of", { v: [1, 2, 3] }, { get: true }),
	rpcVariadic: () => api.rpc("total", { v: [1, 2, 3] }),
	rpcVoid: () => api.rpc("nothing"),
	rpcNull: () => api.rpc("no_value"),
	rpcSet: () => api.rpc("numbers", { n: 3 }),
	rpcOne: () => api.rpc("an_item", { wanted: 1 }).select("id,name").single(),
	rpcCsv: () => api.rpc("a_table", { lo: 2 }).csv(),
	rpcMaxAffected: () => api.rpc("drop_tasks").maxAffected(1),
	rpcRaise: () => api.rpc("raise", { state: "PT402", says: "Pay" }),
	rpcMissing: () => api.rpc("ad", { a: 1 }),
	rpcAmbiguous: () => api.rpc("tie", { a: 1 }),
	rpcReadOnly: () => api.rpc("add_task", { id: 9, title: "t" }, { get: true }),
	rpcSchema: () => api.schema("other").rpc("here"),
	otherSchema: () => api.schema("other").from("items").select(),
	error: () => api.from("itemz").select(),
	conflict: () => api.from("tasks").insert({ id: 1, title: "again" }),
};

const results = {};
for (const [name, ask] of Object.entries(scenarios)) {
	const { data, error, count, status } = await ask();
	results[name] = { data, count, status, code: error?.code ?? null };
}
console.log(JSON.stringify(results));
