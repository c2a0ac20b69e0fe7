// The demo's page. With auth-cookie the browser keeps the tokens in cookies that no script reads; without it they are
// kept in memory only, so that a reload signs out: storage that scripts can read is no place for them.
// SPDX-License-Identifier: MIT

const base = new URL("../", location.href);
const roles = ["regular_user", "editor", "viewer", "admin_user"];
const $ = (id) => document.getElementById(id);
let tokens = null, me = null, refreshing = null;

// Asking

class Refusal extends Error {
	constructor(status, answer) {
		super(answer?.message ?? `The server answered ${status}`);
		this.status = status;
	}
}

async function send(method, path, body, headers = {}) {
	const fields = { Accept: "application/json", ...headers };
	if (body !== undefined) fields["Content-Type"] = "application/json";
	if (tokens) fields.Authorization = "Bearer " + tokens.token;
	return fetch(new URL(path, base), {
		method, headers: fields, credentials: "same-origin", cache: "no-store",
		body: body === undefined ? undefined : JSON.stringify(body),
	});
}

async function read(answer) {
	const text = await answer.text();
	const json = text === "" ? null : JSON.parse(text);
	if (!answer.ok) throw new Refusal(answer.status, json);
	return json;
}

// One refresh at a time, however many requests wait for it. False when the session is over.
function refresh() {
	refreshing ??= (async () => {
		const body = tokens ? { refresh_token: tokens.refresh_token } : {};
		tokens = null;
		const answer = await send("POST", "rpc/refresh_token", body);
		if (!answer.ok) return false;
		keep(await answer.json());
		return true;
	})().finally(() => { refreshing = null; });
	return refreshing;
}

function keep(login) {
	tokens = login.token ? { token: login.token, refresh_token: login.refresh_token } : null;
}

// As somebody who is signed in: an access token that is over is renewed, once.
async function ask(method, path, body, headers) {
	let answer = await send(method, path, body, headers);
	if (answer.status === 401 && me) {
		if (await refresh()) answer = await send(method, path, body, headers);
		if (answer.status === 401) signedOut();
	}
	return read(answer);
}

const account = (name, body) => ask("POST", "rpc/" + name, body ?? {});
const inAuth = { "Accept-Profile": "auth" };
const toAuth = { "Content-Profile": "auth" };
const upsert = { ...toAuth, Prefer: "resolution=merge-duplicates" };

// Showing: text only ever becomes text nodes

function element(name, properties = {}, ...children) {
	const made = Object.assign(document.createElement(name), properties);
	made.append(...children);
	return made;
}

const quiet = (text) => element("p", { className: "quiet" }, text);
const when = (time) => time ? new Date(time).toLocaleString() : "never";
const fill = (id, items, none) => $(id).replaceChildren(...(items.length ? items : [element("li", {}, none)]));

// A refusal interrupts what a screen reader is saying, anything else waits for its end.
function say(text, refused = false) {
	$("said").textContent = refused ? "" : text;
	$("refused").textContent = refused ? text : "";
}

// What a button does: no second press meanwhile, and a refusal is read out.
function button(text, label, action) {
	const made = element("button", { type: "button" }, text);
	made.setAttribute("aria-label", label);
	made.addEventListener("click", () => doing(made, action));
	return made;
}

async function doing(control, action) {
	const list = control.closest(".cards"), focused = document.activeElement === control;
	const place = list ? [...list.children].findIndex((each) => each.contains(control)) : -1;
	control.disabled = true;
	try {
		await action();
	} catch (error) {
		say(error.message, true);
	} finally {
		control.disabled = false;
		if (focused && document.activeElement === document.body) refocus(control, list?.children[place]);
	}
}

// A disabled button loses the focus. It gets it back, or what stands in its place now, so that a keyboard goes on there.
function refocus(control, place) {
	const next = control.isConnected ? control : place?.querySelector("button");
	(next ?? document.querySelector("section:not([hidden]) h2"))?.focus();
}

function form(id, action) {
	$(id).addEventListener("submit", (event) => {
		event.preventDefault();
		doing(event.submitter ?? $(id).querySelector("button"), () => action(Object.fromEntries(new FormData($(id))), $(id)));
	});
}

// Who is there

function showWho() {
	const is = {
		stranger: !me, user: !!me, admin: me?.role === "admin_user", writer: !!me && me.role !== "viewer",
	};
	for (const part of document.querySelectorAll("[data-for]")) part.hidden = !is[part.dataset.for];
	$("who").textContent = me ? `${me.email} (${me.role})` : "";
}

function signedOut() {
	me = tokens = null;
	for (const each of document.querySelectorAll("form")) each.reset();
	for (const id of ["session-list", "user-list", "activity-list"]) $(id).replaceChildren();
	showWho();
	location.hash = "#sign-in";
}

// With cookies a visitor may be signed in already, or be as soon as the access token is renewed.
async function findWho() {
	let answer = await send("GET", "rpc/current_user");
	if (answer.status === 401 && await refresh()) answer = await send("GET", "rpc/current_user");
	me = answer.ok ? await answer.json() : null;
	showWho();
}

// Pages

async function showWorkshops() {
	const [workshops, mine] = await Promise.all([
		ask("GET", "workshops?select=id,title,description,duration,instructor,owner_id&order=id"),
		me && me.role !== "viewer" ? ask("GET", `participants?select=id,workshop_id&user_id=eq.${me.user_id}`) : [],
	]);
	const places = new Map(mine.map((row) => [row.workshop_id, row.id]));
	fill("workshop-list", workshops.map((row) => workshop(row, places.get(row.id))), "No workshops yet.");
}

function workshop(row, place) {
	const parts = [element("h3", {}, row.title), element("p", {}, row.description ?? ""),
		quiet(`${row.duration} minutes, with ${row.instructor}`)];
	if (me && me.role !== "viewer") parts.push(place ? leave(row, place) : join(row));
	return element("li", {}, ...parts);
}

const join = (row) => button("Register", `Register for ${row.title}`, async () => {
	await ask("POST", "participants", { workshop_id: row.id, name: me.email });
	await showWorkshops();
	say(`You are registered for ${row.title}.`);
});

const leave = (row, place) => button("Leave", `Leave ${row.title}`, async () => {
	await ask("DELETE", `participants?id=eq.${place}`);
	await showWorkshops();
	say(`You have left ${row.title}.`);
});

// Nobody types into a form that is still to be filled in.
async function whileDisabled(forms, load) {
	const fields = forms.flatMap((id) => [...$(id).elements]);
	for (const field of fields) field.disabled = true;
	try {
		return await load();
	} finally {
		for (const field of fields) field.disabled = false;
	}
}

async function showAccount() {
	const [[profile], preferences] = await whileDisabled(["profile-form", "preferences-form"], () => Promise.all([
		ask("GET", `profiles?select=name,bio&user_id=eq.${me.user_id}`, undefined, inAuth),
		ask("GET", `preferences?select=name,value&user_id=eq.${me.user_id}`, undefined, inAuth),
	]));
	$("profile-form").elements.namedItem("name").value = profile?.name ?? "";
	$("profile-form").elements.bio.value = profile?.bio ?? "";
	$("preferences-form").elements.language.value = preferences.find((row) => row.name === "language")?.value ?? "en";
}

async function showSessions() {
	const sessions = await ask("GET", "rpc/sessions");
	fill("session-list", sessions.map((row) => element("li", {},
		element("p", {}, row.current ? "This session" : "Another session", ", from ", row.ip ?? "an unknown address"),
		quiet(row.user_agent ?? ""), quiet(`Since ${when(row.created_at)}, last used ${when(row.refreshed_at)}`),
		...(row.current ? [] : [button("End it", `End the session of ${when(row.created_at)}`, async () => {
			await account("revoke_session", { id: row.id });
			await showSessions();
			say("The session has ended.");
		})]))), "No sessions.");
}

async function showAdmin() {
	const [users, activity] = await Promise.all([
		ask("GET", "user_overview?deleted_at=is.null&order=id&limit=200", undefined, inAuth),
		ask("GET", "activity_log?select=at,action,success,ip,user:users(email)&order=at.desc&limit=50", undefined, inAuth),
	]);
	fill("user-list", users.map(user), "No users.");
	fill("activity-list", activity.map((row) => element("li", {},
		element("p", {}, `${row.action}: ${row.success ? "done" : "refused"}`),
		quiet(`${when(row.at)}, ${row.user?.email ?? "nobody known"}, ${row.ip ?? "no address"}`))), "Nothing yet.");
}

function user(row) {
	const role = element("select", {}, ...roles.map((name) => element("option", { selected: name === row.role }, name)));
	const change = (fields) => ask("PATCH", `users?id=eq.${row.id}`, fields, toAuth).then(showAdmin);
	role.setAttribute("aria-label", `Role of ${row.email}`);
	const verb = row.active ? "Deactivate" : "Activate";
	return element("li", {}, element("p", {}, row.email),
		quiet(`Last sign-in ${when(row.last_sign_in)}, ${row.open_sessions} open sessions`),
		element("p", {}, role, " ",
			button("Set role", `Set role of ${row.email}`, async () => {
				await change({ role: role.value });
				say(`${row.email} is ${role.value} now.`);
			}), " ",
			button(verb, `${verb} ${row.email}`, async () => {
				await change({ active: !row.active });
				say(`${row.email} is ${row.active ? "inactive" : "active"} now.`);
			})));
}

const pages = {
	"workshops": showWorkshops, "sign-in": null, "sign-up": null, "forgotten": null, "activation": null,
	"account": showAccount, "sessions": showSessions, "admin": showAdmin,
};
const forUsers = ["account", "sessions", "admin"];

async function go(focus = true) {
	let page = location.hash.slice(1) || "workshops";
	if (!Object.hasOwn(pages, page)) return;
	if (forUsers.includes(page) && !me) page = "sign-in";
	for (const name of Object.keys(pages)) $(name).hidden = name !== page;
	for (const link of document.querySelectorAll("nav a"))
		link.hash === "#" + page ? link.setAttribute("aria-current", "page") : link.removeAttribute("aria-current");
	const title = $(page + "-title");
	document.title = title.textContent + " · Workshops";
	if (focus) title.focus();
	try {
		await pages[page]?.();
	} catch (error) {
		say(error.message, true);
	}
}

// What is said stays while the page changes to another because of it.
function goTo(page, text) {
	say(text);
	if (location.hash === "#" + page) return go();
	location.hash = "#" + page;
}

form("sign-in-form", async (fields, self) => {
	keep(await read(await send("POST", "rpc/login", fields)));
	self.reset();
	await findWho();
	goTo("workshops", "You are signed in.");
});
form("sign-up-form", async (fields, self) => {
	const made = await read(await send("POST", "rpc/register_user", fields));
	self.reset();
	goTo("sign-in", `Your account is made. If a mail comes to ${made.email}, follow its link first.`);
});
form("forgotten-form", async (fields, self) => {
	const answer = await read(await send("POST", "rpc/request_password_reset", fields));
	self.reset();
	goTo("sign-in", answer.message);
});
form("activation-form", async (fields, self) => {
	const answer = await read(await send("POST", "rpc/resend_activation", fields));
	self.reset();
	goTo("sign-in", answer.message);
});
form("workshop-form", async (fields, self) => {
	await ask("POST", "workshops", { ...fields, duration: Number(fields.duration) });
	self.reset();
	await showWorkshops();
	say(`${fields.title} is offered.`);
});
form("profile-form", async (fields) => {
	await ask("POST", "profiles", fields, upsert);
	say("Your profile is saved.");
});
form("preferences-form", async (fields) => {
	await ask("POST", "preferences", Object.entries(fields).map(([name, value]) => ({ name, value })), upsert);
	say("Your preferences are saved.");
});
form("password-form", async (fields, self) => {
	await account("change_password", fields);
	self.reset();
	say("Your password is changed; your other sessions have ended.");
});
form("email-form", async (fields, self) => {
	await account("change_email", fields);
	self.reset();
	say("Follow the link in the mail to the new address.");
});
$("sign-out").addEventListener("click", () => doing($("sign-out"), async () => {
	await account("logout");
	signedOut();
	say("You are signed out.");
}));
$("end-others").addEventListener("click", () => doing($("end-others"), async () => {
	await account("logout", { scope: "others" });
	await showSessions();
	say("All other sessions have ended.");
}));
addEventListener("hashchange", () => go());

await findWho();
await go(false);
