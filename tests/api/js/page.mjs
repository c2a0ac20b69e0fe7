// A visitor's tour of the page at /app/ in a real browser. Reads {"url", "email", "password", "admin", "chromium",
// "pictures"?} from standard input and prints what was seen: texts by step, what axe found, widths, errors.
// SPDX-License-Identifier: MIT
import { createRequire } from "node:module";
import { readFileSync } from "node:fs";

const require = createRequire(process.env.ROWGATE_TEST_JS + "/node_modules/");
const { chromium } = require("playwright-core");
const axe = readFileSync(require.resolve("axe-core/axe.min.js"), "utf8");
const given = JSON.parse(readFileSync(0));
const seen = { said: {}, axe: {}, wide: [], errors: [], cookies: [] };

const browser = await chromium.launch({ executablePath: given.chromium, args: ["--no-sandbox", "--disable-dev-shm-usage"] });
const context = await browser.newContext({ viewport: { width: 360, height: 740 } });
const page = await context.newPage();
page.setDefaultTimeout(15000);
page.on("pageerror", (error) => seen.errors.push(String(error)));
page.on("console", (line) => { if (/Content Security Policy/.test(line.text())) seen.errors.push(line.text()); });

// What the page says when it is done, what axe finds then, and whether all fits a narrow window.
async function look(step, text) {
	await page.locator("#said", { hasText: text }).waitFor().catch(() => {});
	seen.said[step] = await page.locator("#said").textContent();
	// axe comes by the debugger's door, which the page's policy does not stand before.
	const found = await page.evaluate(`${axe}; axe.run().then((all) => all.violations.map((each) => each.id + " " + each.nodes[0].html))`);
	if (found.length > 0) seen.axe[step] = found;
	if (await page.evaluate(() => document.documentElement.scrollWidth > innerWidth)) seen.wide.push(step);
	if (given.pictures) await page.screenshot({ path: `${given.pictures}/${step}.png`, fullPage: true });
}

// As with a keyboard alone: to the field by its label, and the enter key sends.
async function fillIn(form, fields) {
	for (const [label, value] of Object.entries(fields)) await page.locator(form).getByLabel(label, { exact: true }).fill(value);
	await page.keyboard.press("Enter");
}

const visit = (name) => page.getByRole("navigation").getByRole("link", { name }).click();
const press = (name) => page.getByRole("button", { name, exact: true }).click();

async function signIn(email) {
	await visit("Sign in");
	await fillIn("#sign-in-form", { "E-mail": email, Password: given.password });
}

await page.goto(given.url + "/app/");
await page.getByRole("heading", { name: "Signing in" }).waitFor();
await look("stranger", "");
await visit("Sign up");
await fillIn("#sign-up-form", { "E-mail": given.email, "Password, 8 characters or more": given.password });
await look("signed up", "account is made");
await visit("Sign in");
await fillIn("#sign-in-form", { "E-mail": given.email, Password: "not the password" });
await look("refused", "nvalid");
await signIn(given.email);
await look("signed in", "are signed in");
seen.cookies = (await context.cookies()).map(({ name, httpOnly, secure, sameSite }) => ({ name, httpOnly, secure, sameSite }));
seen.kept = await page.evaluate(() => localStorage.length + sessionStorage.length + document.cookie.length);
await page.locator("#workshop-form").getByLabel("Description").fill("<img src=x onerror=alert(1)>");
await fillIn("#workshop-form", { Instructor: "Me", Minutes: "45", Title: "Mine & <b>yours</b>" });
await look("offered", "is offered");
await press("Register for Signing in");
await look("registered", "are registered");
await press("Leave Signing in");
await look("left", "have left");
await visit("Account");
await fillIn("#profile-form", { Name: "Visitor" });
await look("profile", "profile is saved");
await page.getByLabel("Language of mails").selectOption("de");
await press("Save the preferences");
await look("preferences", "preferences are saved");
await visit("Workshops");
await visit("Account");
await page.waitForFunction(() => document.querySelector("#profile-form [name=name]").value === "Visitor" &&
	document.querySelector("#preferences-form select").value === "de");
await visit("Sessions");
await page.getByText("This session").waitFor();
await press("End all others");
await look("sessions", "All other sessions");
await page.reload();
await page.getByRole("link", { name: given.cookie ? "Sessions" : "Sign in" }).first().waitFor();
if (given.cookie) {
	await press("Sign out");
	await look("signed out", "are signed out");
}
await visit("Sign in");
await page.getByRole("link", { name: "Forgot the password" }).click();
await fillIn("#forgotten-form", { "E-mail": given.email });
await look("forgotten", "link");
await signIn(given.admin);
await visit("Administration");
await press(`Deactivate ${given.email}`);
await look("deactivated", "is inactive");
await press(`Activate ${given.email}`);
await look("activated", "is active");
await page.getByLabel(`Role of ${given.email}`, { exact: true }).selectOption("editor");
await press(`Set role of ${given.email}`);
await look("role", "is editor");
seen.activity = await page.locator("#activity-list").textContent();
await browser.close();
console.log(JSON.stringify(seen));
