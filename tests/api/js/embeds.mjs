// Related rows, plans, objects and other ends of a query, through the real client library.
// Usage: embeds.mjs URL
// SPDX-License-Identifier: MIT
import { api, run } from "./run.mjs";

const films = (columns, options) => api.from("films").select(columns, options).order("id");
const directors = (columns, options) => api.from("directors").select(columns, options).order("id");

await run({
	toOne: () => films("title, directors(last_name)").gte("id", 3),
	toMany: () => directors("last_name, films(title)").order("id", { referencedTable: "films" }),
	oneToOne: () => films("id, technical(camera)").eq("id", 1),
	junction: () => films("title, actors(name)").order("name", { referencedTable: "actors", ascending: false }).eq("id", 1),
	lines: () => films(`
		title,
		directors (
			last_name
		)`).eq("id", 1),
	alias: () => films("title, by:directors(name:last_name)").eq("id", 1),
	hint: () => api.from("orders").select("id, from:addresses!billing(street), to:addresses!shipping(street)").eq("id", 1),
	ambiguous: () => api.from("orders").select("id, addresses(street)"),
	unrelated: () => films("id, addresses(*)"),
	inner: () => films("id, directors!inner(last_name)").eq("directors.last_name", "Moss"),
	left: () => films("id, directors(last_name)").eq("directors.last_name", "Nye").gte("id", 3),
	hintAndInner: () => api.from("orders").select("id, addresses!billing!inner(street)").eq("addresses.street", "Low Street"),
	nested: () => directors("id, films(id, roles(character, actors(name)))").eq("id", 2),
	spread: () => films("title, ...directors(last_name)").gte("id", 3),
	spreadToMany: () => directors("last_name, ...films(titles:title)").order("year", { referencedTable: "films" }),
	referencedOrder: () => directors("id, films(id)").order("year", { referencedTable: "films", ascending: false }).eq("id", 1),
	referencedNulls: () => directors("id, films(id)").order("rating", { referencedTable: "films", ascending: false, nullsFirst: false }).eq("id", 1),
	referencedLimit: () => directors("id, films(id)").order("id", { referencedTable: "films" }).limit(1, { referencedTable: "films" }).lt("id", 3),
	referencedRange: () => directors("id, films(id)").order("id", { referencedTable: "films" }).range(1, 5, { referencedTable: "films" }).eq("id", 1),
	referencedOr: () => directors("id, films(title)").or("year.eq.1990,title.eq.Gamma", { referencedTable: "films" }),
	foreignTable: () => directors("id, films(id)").order("id", { foreignTable: "films" }).limit(1, { foreignTable: "films" }).eq("id", 1),
	orderByRelated: () => api.from("films").select("id, directors(last_name)").order("directors(last_name)", { ascending: false, nullsFirst: false }).order("id"),
	filterNested: () => directors("id, films(id, actors(name))").eq("films.actors.name", "Yuri").eq("id", 1).order("id", { referencedTable: "films" }),
	nullFilter: () => films("id, directors(id)").is("directors", null),
	notNullFilter: () => directors("id, films()").not("films", "is", null),
	notEmbedded: () => films("id").eq("directors.id", 1),
	counted: () => films("id, directors!inner()", { count: "exact" }).eq("directors.last_name", "Moss").limit(1),
	countedOnly: () => films("id, directors!inner()", { count: "exact", head: true }).eq("directors.last_name", "Moss"),
	embeddedCount: () => directors("id, films(count)"),
	aggregates: () => api.from("films").select("director_id, year.max(), count()").order("director_id", { nullsFirst: false }),
	single: () => films("id, directors(last_name)").eq("id", 1).limit(1).single(),
	singleOfMany: () => films("id").single(),
	maybeSingleOfMany: () => films("id").maybeSingle(),
	maybeSingle: () => films("id, technical(camera)").eq("id", 1).maybeSingle(),
	csv: () => films("id, directors(id)").eq("id", 1).csv(),
	geojson: () => films("id").geojson(),
	explain: () => films("id, directors(id)").explain(),
	explainJson: async () => {
		const { data, ...rest } = await films("id, directors(id)").explain({ analyze: true, verbose: true, format: "json" });
		return { data: Object.keys(data[0]).sort(), ...rest };
	},
	aborted: async () => {
		const { error, ...rest } = await films("id").abortSignal(AbortSignal.abort());
		return { error: { code: error.message.split(":")[0] }, ...rest };
	},
	notAborted: () => films("id").eq("id", 1).abortSignal(AbortSignal.timeout(20000)),
	insert: () => api.from("films").insert({ id: 90, title: "New", director_id: 3 }).select("id, directors(last_name)").single(),
	update: () => api.from("films").update({ director_id: 1 }).eq("id", 3).select("title, directors(last_name)"),
	upsert: () => api.from("scripts").upsert({ id: 20, film_id: 2, pages: 8 }).select("pages, films(title)"),
	delete: () => api.from("roles").delete().eq("film_id", 3).select("character, films(title)"),
	rpc: () => api.rpc("films_of", { year_from: 1992 }).select("id, directors(last_name)").order("id"),
	rpcGet: () => api.rpc("films_of", { year_from: 1992 }, { get: true, count: "exact" }).select("id, actors(name)").order("id").limit(1),
	rpcSingle: () => api.rpc("one_film", { id: 1 }).select("id, technical(camera)").single(),
	computed: () => directors("last_name, best_film(title)").eq("id", 1),
	view: () => api.from("cars").select("plate, makers(name)").eq("car", 3),
	otherSchema: () => api.schema("other").from("awards").select("name"),
	otherSchemaRelation: () => api.schema("other").from("awards").select("name, films(title)"),
});
