// Signs claims with the library `jose`. Reads {"claims": …, "keys": {ALGORITHM: private JWK}} from standard input and
// prints {ALGORITHM: token}; the kid of a key goes into the header.
// SPDX-License-Identifier: MIT
import { readFileSync } from "node:fs";
import { pathToFileURL } from "node:url";
import { webcrypto } from "node:crypto";

globalThis.crypto ??= webcrypto; // the library asks for it by that name, which Node.js 18 does not have

const { SignJWT, importJWK } = await import(pathToFileURL(process.env.ROWGATE_TEST_JS + "/node_modules/jose/dist/webapi/index.js"));
const { claims, keys } = JSON.parse(readFileSync(0));
const tokens = {};
for (const [alg, jwk] of Object.entries(keys))
	tokens[alg] = await new SignJWT(claims).setProtectedHeader({ alg, kid: jwk.kid, typ: "JWT" }).sign(await importJWK(jwk, alg));
console.log(JSON.stringify(tokens));
