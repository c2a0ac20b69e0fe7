// A visitor without a mouse: from the first link to the end of a session by Tab, Enter, Space and letters alone. Given "email"
// and "password" beside what visitor.mjs reads; prints where the focus was after each step and what had it invisibly.
// SPDX-License-Identifier: MIT
import { given, newPage, report, seen } from "./visitor.mjs";

const page = await newPage();
seen.focus = {};
seen.unseen = [];

// What has the focus, by the name a screen reader would say.
const focused = () => page.evaluate(() => {
	const e = document.activeElement, label = e.labels?.[0]?.firstChild.textContent;
	return { id: e.id, all: e === document.body, name: (e.getAttribute("aria-label") ?? label ?? e.textContent).trim(), outline: getComputedStyle(e).outlineStyle };
});

async function tabTo(name) {
	for (let stops = 0; stops < 60; stops++) {
		await page.keyboard.press("Tab");
		const at = await focused();
		if (at.outline === "none" && !at.all) seen.unseen.push(at.name);
		if (at.name === name) return;
	}
	throw new Error(`Tab does not come to ${name}`);
}

async function activate(name, key) {
	await tabTo(name);
	await page.keyboard.press(key);
}

async function type(name, text) {
	await tabTo(name);
	await page.keyboard.type(text);
}

// What is said after a step, and where the focus is then.
async function after(step, text, element = "#said") {
	await page.locator(element, { hasText: text }).waitFor();
	await page.waitForFunction(() => document.activeElement !== document.body);
	const { id, name } = await focused();
	seen.said[step] = await page.locator(element).textContent();
	seen.focus[step] = id || name;
}

await page.goto(given.url + "/app/");
await page.getByRole("heading", { name: "Signing in" }).waitFor();
await page.keyboard.press("Tab");
seen.focus.first = (await focused()).name;
await page.keyboard.press("Enter");
seen.focus.skipped = (await focused()).id;
await activate("Sign up", "Enter");
await after("sign up", "Sign up", "#sign-up-title");
await type("E-mail", given.email);
await type("Password, 8 characters or more", given.password);
await page.keyboard.press("Enter");
await after("signed up", "account is made");
await type("E-mail", given.email);
await type("Password", "not the password");
await page.keyboard.press("Enter");
await after("refused", "nvalid", "#refused");
await page.keyboard.press("Control+A");
await page.keyboard.type(given.password);
await page.keyboard.press("Enter");
await after("signed in", "are signed in");
await activate("Register for Signing in", "Space");
await after("registered", "are registered");
await page.keyboard.press("Enter");
await after("left", "have left");
await type("Title", "By keyboard");
await type("Instructor", "Nobody with a mouse");
await page.keyboard.press("Enter");
await after("offered", "is offered");
await activate("Sign out", "Space");
await after("signed out", "are signed out");
await report();
