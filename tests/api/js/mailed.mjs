// A visitor who follows the links of mails. Given "email", "other", "password" and "mails" (the directory they are written
// to) beside what visitor.mjs reads. The pages that links lead to are opened where no script runs.
// SPDX-License-Identifier: MIT
import { readdirSync, readFileSync } from "node:fs";
import { examine, fillIn, given, look, newPage, press, report, seen, signIn, visit } from "./visitor.mjs";

const page = await newPage();
const landing = await newPage({ javaScriptEnabled: false });
const copy = await newPage();
const changed = "another good password", forgotten = "a third good password";
const opened = new Set();
seen.back = {};

// The link of that kind in the newest mail to the address that was not opened before.
async function mailed(kind, address) {
	const wanted = new RegExp(`^https?://\\S+/account/${kind}\\?token=\\S+`, "m");
	for (let tries = 0; tries < 100; tries++) {
		for (const name of readdirSync(given.mails).sort().reverse()) {
			const mail = readFileSync(`${given.mails}/${name}`, "utf8").replaceAll("\r\n", "\n");
			const link = wanted.exec(mail.replace(/=\n/g, "").replaceAll("=3D", "="))?.[0];
			if (!link || !mail.includes(`\nTo: <${address}>\n`) || opened.has(link)) continue;
			opened.add(link);
			return link;
		}
		await new Promise((done) => setTimeout(done, 100));
	}
	throw new Error(`no mail with a link to ${kind} came to ${address}`);
}

// axe is a script: it sees a copy of what the browser without scripts shows.
async function examineLanding(step) {
	await copy.setContent(await landing.content());
	await examine(copy, step);
}

// Opens the link, presses its button, and tries it once more.
async function follow(kind, address, fields = {}, again = "alert") {
	const link = await mailed(kind, address);
	await landing.goto(link);
	await examineLanding(`${kind} form`);
	for (const [label, value] of Object.entries(fields)) await landing.getByLabel(label).fill(value);
	await landing.getByRole("button").click();
	seen.said[kind] = await landing.getByRole("status").textContent();
	await examineLanding(`${kind} done`);
	await landing.goto(link);
	for (const [label, value] of Object.entries(fields)) await landing.getByLabel(label).fill(value);
	await landing.getByRole("button").click();
	seen.said[`${kind} again`] = await landing.getByRole(again).textContent();
	await examineLanding(`${kind} over`);
	await landing.getByRole("link", { name: "Back to the site" }).click();
	seen.back[kind] = new URL(landing.url()).pathname;
}

await page.goto(given.url + "/app/");
await visit(page, "Sign up");
await fillIn(page, "#sign-up-form", { "E-mail": given.email, "Password, 8 characters or more": given.password });
await look(page, "signed up", "follow its link first");
const first = await mailed("activate", given.email);
await visit(page, "Sign in");
await fillIn(page, "#sign-in-form", { "E-mail": given.email, Password: given.password });
await look(page, "too early", "not confirmed");
await page.getByRole("link", { name: "the activation mail did not come" }).click();
await fillIn(page, "#activation-form", { "E-mail": given.email });
await look(page, "resent", "link");
await follow("activate", given.email, {}, "status");
await landing.goto(first);
await landing.getByRole("button").click();
seen.said["older link"] = await landing.getByRole("status").textContent();
await signIn(page, given.email, given.password);
await look(page, "signed in", "are signed in");

const other = await newPage();
await other.goto(given.url + "/app/");
await signIn(other, given.email, given.password);
await other.getByRole("link", { name: "Account" }).waitFor();
await visit(page, "Sessions");
await page.getByRole("button", { name: "End the session of" }).click();
await look(page, "ended", "session has ended");
seen.left = await page.locator("#session-list > li").count();
await visit(other, "Account");
await other.getByRole("heading", { name: "Sign in" }).waitFor();
await look(other, "signed out elsewhere", "");

await visit(page, "Account");
await page.locator("#password-form").getByLabel("Current password").fill(given.password);
await fillIn(page, "#password-form", { "New password": changed });
await look(page, "password", "password is changed");
await page.locator("#email-form").getByLabel("Current password").fill(changed);
await fillIn(page, "#email-form", { "New e-mail": given.other });
await look(page, "address", "Follow the link");
await follow("confirm", given.other);

await press(page, "Sign out");
await look(page, "signed out", "are signed out");
await page.getByRole("link", { name: "Forgot the password" }).click();
await fillIn(page, "#forgotten-form", { "E-mail": given.other });
await look(page, "forgotten", "link");
await follow("reset", given.other, { "New password": forgotten });
await signIn(page, given.other, forgotten);
await look(page, "signed in anew", "are signed in");
seen.address = await page.locator("#who").textContent();
await follow("undo", given.email);
await visit(page, "Account");
await page.getByRole("heading", { name: "Sign in" }).waitFor();
await report();
