// Runs scenarios one after the other and prints one JSON text, a result for each. With a key, supabase-js asks: the
// library of a whole platform, which finds the interface under /rest/v1; here it is at the root.
// SPDX-License-Identifier: MIT
import { createRequire } from "node:module";

export const library = createRequire(process.env.ROWGATE_TEST_JS + "/");
export const [, , url, key] = process.argv;
export const api = key ? supabase({ db: { schema: "api" } }) : postgrest();

// What the library would need for its other services is left out: Node.js before 22 has no WebSocket.
export function supabase({ global, ...options }) {
	const { createClient } = library("@supabase/supabase-js");
	const strip = (address, init) => fetch(String(address).replace("/rest/v1/", "/"), init);
	return createClient(url, key, {
		global: { fetch: strip, ...global }, realtime: { transport: class {} },
		auth: { persistSession: false, autoRefreshToken: false }, ...options,
	});
}

function postgrest() {
	const { PostgrestClient } = library("@supabase/postgrest-js");
	return new PostgrestClient(url, { schema: "api" });
}

export async function run(scenarios) {
	const results = {};
	for (const [name, ask] of Object.entries(scenarios)) {
		const { data = null, error = null, count = null, status, statusText } = await ask();
		results[name] = { data, count, status, statusText, error, code: error?.code ?? null, message: error?.message ?? null };
	}
	console.log(JSON.stringify(results));
}
