// A visitor's tour of the tutorial's page at /app/. Reads what visitor.mjs reads; prints the notes that were seen, by
// step.
// SPDX-License-Identifier: MIT
import { examine, given, newPage, press, report, seen } from "./visitor.mjs";

const page = await newPage();
seen.notes = {};

// The list, once it has as many notes.
async function list(step, count) {
	const all = (wanted) => document.querySelectorAll("#notes li").length === wanted;
	await page.waitForFunction(all, count).catch(() => {});
	seen.notes[step] = (await page.locator("#notes li").allTextContents()).map((text) => text.trim());
	await examine(page, step);
}

async function account(button, email, password) {
	await page.getByLabel("E-mail").fill(email);
	await page.getByLabel("Password").fill(password);
	await press(page, button);
}

const signedIn = () => page.getByRole("button", { name: "Sign out" }).waitFor();
await page.goto(given.url + "/app/");
await list("stranger", 1);
await account("Sign in", "ann@example.com", "not the password");
await page.locator("#said").filter({ hasText: "nvalid" }).waitFor().catch(() => {});
seen.said.refused = await page.locator("#said").textContent();
await account("Sign up", "cid@example.com", given.password);
await signedIn();
await list("signed up", 1);
await page.getByLabel("Note").fill("By the page");
await press(page, "Write it down");
await list("written", 2);
await press(page, "Remove");
await list("removed", 1);
await press(page, "Sign out");
await account("Sign in", "ann@example.com", "a horse in the rain");
await signedIn();
await list("Ann", 2);
seen.kept = await page.evaluate(() => localStorage.length + sessionStorage.length + document.cookie.length);
await page.reload();
await signedIn();
await list("reloaded", 2);
await press(page, "Sign out");
await list("signed out", 1);
await report();
