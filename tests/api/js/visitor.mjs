// A visitor of the page at /app/ in a real browser with a narrow window, and what is noted of what he meets. Reads
// {"url", "chromium", "pictures"?, ...} from standard input.
// SPDX-License-Identifier: MIT
import { createRequire } from "node:module";
import { readFileSync } from "node:fs";

const require = createRequire(process.env.ROWGATE_TEST_JS + "/node_modules/");
const { chromium } = require("playwright-core");
const axe = readFileSync(require.resolve("axe-core/axe.min.js"), "utf8");
export const given = JSON.parse(readFileSync(0));
export const seen = { said: {}, axe: {}, wide: [], errors: [], cookies: [] };

const browser = await chromium.launch({ executablePath: given.chromium, args: ["--no-sandbox", "--disable-dev-shm-usage"] });

// A browser of its own, as far as cookies go.
export async function newPage(more = {}) {
	const context = await browser.newContext({ viewport: { width: 360, height: 740 }, ...more });
	const page = await context.newPage();
	page.setDefaultTimeout(15000);
	page.on("pageerror", (error) => seen.errors.push(String(error)));
	page.on("console", (line) => { if (/Content Security Policy/.test(line.text())) seen.errors.push(line.text()); });
	return page;
}

// What axe finds, and whether all fits a narrow window. axe comes by the debugger's door, which the page's policy does not
// stand before.
export async function examine(page, step) {
	const found = await page.evaluate(`${axe}; axe.run().then((all) => all.violations.map((each) => each.id + " " + each.nodes[0].html))`);
	if (found.length > 0) seen.axe[step] = found;
	if (await page.evaluate(() => document.documentElement.scrollWidth > innerWidth)) seen.wide.push(step);
	if (given.pictures) await page.screenshot({ path: `${given.pictures}/${step}.png`, fullPage: true });
}

// What the page says when it is done, and how it looks then.
export async function look(page, step, text) {
	const said = page.locator("#said, #refused").filter({ hasText: text });
	await said.first().waitFor().catch(() => {});
	seen.said[step] = (await page.locator("#said, #refused").allTextContents()).join("");
	await examine(page, step);
}

// As with a keyboard alone: to the field by its label, and the enter key sends.
export async function fillIn(page, form, fields) {
	for (const [label, value] of Object.entries(fields)) await page.locator(form).getByLabel(label, { exact: true }).fill(value);
	await page.keyboard.press("Enter");
}

export const visit = (page, name) => page.getByRole("navigation").getByRole("link", { name }).click();
export const press = (page, name) => page.getByRole("button", { name, exact: true }).click();

export async function signIn(page, email, password) {
	await visit(page, "Sign in");
	await fillIn(page, "#sign-in-form", { "E-mail": email, Password: password });
}

export async function report() {
	await browser.close();
	console.log(JSON.stringify(seen));
}
