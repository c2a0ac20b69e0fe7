// A visitor's tour of the page at /app/. Given "email", "password", "admin" and "cookie" beside what visitor.mjs reads; prints
// what was seen: texts by step, what axe found, widths, errors.
// SPDX-License-Identifier: MIT
import { fillIn, given, look, newPage, press, report, seen, signIn, visit } from "./visitor.mjs";

const page = await newPage();
await page.goto(given.url + "/app/");
await page.getByRole("heading", { name: "Signing in" }).waitFor();
await look(page, "stranger", "");
await visit(page, "Sign up");
await fillIn(page, "#sign-up-form", { "E-mail": given.email, "Password, 8 characters or more": given.password });
await look(page, "signed up", "account is made");
await visit(page, "Sign in");
await fillIn(page, "#sign-in-form", { "E-mail": given.email, Password: "not the password" });
await look(page, "refused", "nvalid");
await signIn(page, given.email, given.password);
await look(page, "signed in", "are signed in");
seen.cookies = (await page.context().cookies()).map(({ name, httpOnly, secure, sameSite }) => ({ name, httpOnly, secure, sameSite }));
seen.kept = await page.evaluate(() => localStorage.length + sessionStorage.length + document.cookie.length);
await page.locator("#workshop-form").getByLabel("Description").fill("<img src=x onerror=alert(1)>");
await fillIn(page, "#workshop-form", { Instructor: "Me", Minutes: "45", Title: "Mine & <b>yours</b>" });
await look(page, "offered", "is offered");
await press(page, "Register for Signing in");
await look(page, "registered", "are registered");
await press(page, "Leave Signing in");
await look(page, "left", "have left");
await visit(page, "Account");
await fillIn(page, "#profile-form", { Name: "Visitor" });
await look(page, "profile", "profile is saved");
await page.getByLabel("Language of mails").selectOption("de");
await press(page, "Save the preferences");
await look(page, "preferences", "preferences are saved");
await visit(page, "Workshops");
await visit(page, "Account");
await page.waitForFunction(() => document.querySelector("#profile-form [name=name]").value === "Visitor" &&
	document.querySelector("#preferences-form select").value === "de");
await visit(page, "Sessions");
await page.getByText("This session").waitFor();
await press(page, "End all others");
await look(page, "sessions", "All other sessions");
await page.reload();
await page.getByRole("link", { name: given.cookie ? "Sessions" : "Sign in" }).first().waitFor();
if (given.cookie) {
	await press(page, "Sign out");
	await look(page, "signed out", "are signed out");
}
await visit(page, "Sign in");
await page.getByRole("link", { name: "Forgot the password" }).click();
await fillIn(page, "#forgotten-form", { "E-mail": given.email });
await look(page, "forgotten", "link");
await signIn(page, given.admin, given.password);
await visit(page, "Administration");
await press(page, `Deactivate ${given.email}`);
await look(page, "deactivated", "is inactive");
await press(page, `Activate ${given.email}`);
await look(page, "activated", "is active");
await page.getByLabel(`Role of ${given.email}`, { exact: true }).selectOption("editor");
await press(page, `Set role of ${given.email}`);
await look(page, "role", "is editor");
seen.activity = await page.locator("#activity-list").textContent();
await report();
