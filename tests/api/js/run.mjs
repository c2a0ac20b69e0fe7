// Runs scenarios one after the other and prints one JSON text, a result for each.
// SPDX-License-Identifier: MIT
import { createRequire } from "node:module";

const { PostgrestClient } = createRequire(process.env.ROWGATE_TEST_JS + "/")("@supabase/postgrest-js");
export const api = new PostgrestClient(process.argv[2], { schema: "api" });

export async function run(scenarios) {
	const results = {};
	for (const [name, ask] of Object.entries(scenarios)) {
		const { data, error, count, status } = await ask();
		results[name] = { data, count, status, code: error?.code ?? null, message: error?.message ?? null };
	}
	console.log(JSON.stringify(results));
}
