// Sends the forms of the console without leaving the page. The answer's content takes the place of ours: that of the
// element that the form names in `data-region`, else the whole of `main` with the attention bar and the header. The focus
// stays where it is, or goes to the first wrong field, and what happened is read aloud. Elements with `data-refresh` are
// loaded again after that many seconds, or later where the server takes long, and with them the whole page where one has ended
// or is about something else by now (`data-of`). Without this module the browser sends the forms itself.
const PARTS = [".top", "#attention", "main", "footer"];
const KEPT_BYTES = 60_000; // a request that outlives its page may have 64 KiB
const live = () => document.getElementById("live");
let busy = false;
let sentByBrowser = null; // a form, or true for an address that follows a form
let took = performance.getEntriesByType("navigation")[0]?.responseStart ?? 0; // milliseconds until the page came
let absent = []; // forms that were filled in, of articles that are not in the issue now
let awaited = []; // what was typed in such forms before the page was loaded again

async function load(address, options) {
  const response = await fetch(address, { headers: { accept: "text/html" }, ...options });
  const isHtml = (response.headers.get("content-type") ?? "").startsWith("text/html");
  const page = isHtml && new DOMParser().parseFromString(await response.text(), "text/html");
  if (!page || !page.querySelector("#live")) throw new Error(String(response.status)); // a proxy answers itself
  return [response, page];
}

function replacePart(selector, page) {
  const [old, fresh] = [document.querySelector(selector), page.querySelector(selector)];
  if (old && fresh) old.replaceWith(fresh);
  else if (old) old.remove();
  else if (fresh) live().before(fresh);
}

// After a refusal the page has what was typed, and in `was_…` what is stored.
function isChanged(field) {
  if (field.type === "hidden" || field.localName === "button") return false;
  if (field.localName === "select") {
    return field.selectedIndex !== Math.max(0, [...field.options].findIndex((option) => option.defaultSelected));
  }
  const was = field.form.elements[`was_${field.name}`] ?? { value: field.defaultValue };
  return field.checked !== field.defaultChecked || field.value !== was.value;
}

// Whose form it is: the article or the user that it names.
const subjectOf = (form) => [form.getAttribute("action"), form.elements.url?.value, form.elements.user?.value].join(" ");

// Forms that were filled in and not sent stay as they are, with the version that their editor saw, and the new token. The
// one that was sent, and in which something was typed since, is about what it stored.
function keepUnsent(forms, sent) {
  absent = [];
  for (const form of forms) {
    const fresh = [...document.querySelectorAll("main form")].find((one) => subjectOf(one) === subjectOf(form));
    if (!fresh) {
      if (form !== sent) absent.push(form);
      continue;
    }
    const marked = "[id], [for]";
    const now = [...fresh.querySelectorAll(marked)];
    for (const [place, element] of form.querySelectorAll(marked).entries()) {
      for (const name of ["id", "for", "aria-describedby", "aria-invalid"]) {
        const value = now[place]?.getAttribute(name) ?? null;
        if (value !== null) element.setAttribute(name, value);
        else if (name.startsWith("aria-")) element.removeAttribute(name); // the field was refused by an answer before
      }
    }
    const renewed = form === sent ? "[type=hidden]" : "[name=csrf_token]";
    for (const field of fresh.querySelectorAll(renewed)) {
      if (form.elements[field.name]) form.elements[field.name].value = field.value;
    }
    fresh.closest("details")?.setAttribute("open", "");
    fresh.replaceWith(form);
  }
}

const unsentForms = (sent) =>
  [...document.querySelectorAll("main form"), ...absent].filter((form) => form !== sent && [...form.elements].some(isChanged));

function contentOf(form) {
  const fields = new FormData(form);
  fields.delete("csrf_token");
  return new URLSearchParams(fields).toString();
}

const openSummaries = () => [...document.querySelectorAll("main details[open] > summary[id]")];

// `before` is the state of the page when the form was sent: what was opened or typed meanwhile stays.
function show(page, region, sent, before) {
  const unsent = unsentForms(sent);
  if (before && contentOf(sent) !== before.content) unsent.push(sent);
  const opened = before ? openSummaries().filter((one) => !before.open.includes(one)).map(finderOf) : [];
  const parts = region && page.querySelector(region) ? [region, "#attention"] : PARTS;
  const scroll = document.querySelector(".top nav")?.scrollLeft ?? 0;
  for (const part of parts) replacePart(part, page);
  document.querySelector(".top nav")?.scrollTo({ left: scroll, behavior: "instant" });
  for (const find of opened) find()?.closest("details")?.setAttribute("open", "");
  keepUnsent(unsent, sent);
  fillInKept(awaited);
  document.title = page.title;
}

// A function that finds the element again in the page of the answer. In a row it is that of the same article or, where that
// is gone, the link of the one in its place, which a second press of a button does not change.
function finderOf(element) {
  const row = element?.closest?.("[data-article]");
  if (!element?.id) return () => null;
  if (!row) return () => document.getElementById(element.id);
  const inRow = (name) => `[data-article="${row.dataset.article}"] [id^="${name}"]`;
  const [name] = element.id.split("-");
  return () => document.querySelector(inRow(`${name}-`)) ?? document.querySelector(`#${row.id} h3 a`);
}

// A form that was sent is folded up again: its summary stands for its button, which cannot have the focus there.
const focusable = (element) => element?.closest("details:not([open])")?.querySelector("summary") ?? element;

// The message stays at the top of the window, above what was scrolled there. How high it is depends on the width.
function uncover(element) {
  const message = document.querySelector("main > :is(.notice, .problem):first-child");
  if (!message || message === element) return;
  const [above, own] = [message.getBoundingClientRect(), element.getBoundingClientRect()];
  if (own.top < above.bottom && above.top < own.bottom) scrollBy({ top: own.top - above.bottom - 8, behavior: "instant" });
}

// A result with more than a sentence, such as a link that is shown once, does not stay at the top of the window.
const isAbove = (element) => element && !element.matches("main > :first-child") && element.getBoundingClientRect().top < 0;

function focusAndTell(page, find, hasMoved) {
  const wrong = hasMoved ? null : document.querySelector("main [aria-invalid]");
  const found = find();
  const message = document.querySelector("main [role=alert], main [role=status]");
  const kept = isAbove(message) && !hasMoved ? null : focusable(found);
  const result = message ?? document.querySelector("main h1");
  const goal = wrong ?? kept ?? result;
  if (goal && !goal.matches("a, button, input, select, textarea, [tabindex]")) goal.tabIndex = -1;
  goal?.focus({ preventScroll: goal === found });
  // Whoever uses the keyboard has to see where they are: an article that was pinned is at the top now.
  if (goal?.matches(":focus-visible")) goal.scrollIntoView({ behavior: "instant", block: "nearest" });
  if (goal) uncover(goal);
  live().textContent = (page.querySelector("main [role=alert], main [role=status]") ?? result)?.textContent.trim() ?? "";
}

function isElsewhere(response) {
  const here = (address) => address.split(/[?#]/)[0];
  return response.redirected && here(response.url) !== here(location.href);
}

const userOf = (page) => page.querySelector(".me a")?.textContent;

// After signing in again in another tab there is a new session, whose forms have another token. What was sent with the
// former one was refused, and is sent with this one: not in the name of somebody else who signed in.
async function renewToken(fields) {
  const [, page] = await load(location.href);
  const token = page.querySelector("[name=csrf_token]")?.value;
  if (!token || token === fields.get("csrf_token") || userOf(page) !== userOf(document)) return false;
  for (const field of document.querySelectorAll("[name=csrf_token]")) field.value = token;
  fields.set("csrf_token", token);
  return true;
}

// The page for signing in would take the place of what was typed.
function showSignedOut(address) {
  const { signedOut, signIn } = document.body.dataset;
  const link = Object.assign(document.createElement("a"), { href: address, target: "_blank", textContent: signIn });
  showFailure(signedOut).append(" ", link);
}

// The sentence about what was done appears once: after a reload it could be taken as being about another issue.
function keepAddress(address) {
  const kept = new URL(address);
  for (const name of ["done", "article"]) kept.searchParams.delete(name);
  history.replaceState(null, "", kept);
  keepTyped();
}

// A file need not be chosen again after a refusal of something else.
function keepFiles(form) {
  for (const chosen of form.querySelectorAll("[type=file]")) {
    const fresh = document.getElementById(chosen.id);
    if (fresh && !fresh.matches("[aria-invalid]")) fresh.files = chosen.files;
  }
}

// What is searched for is in no address, so that Back and a reload would lose it.
function keepSearch(action, fields) {
  fields.delete("csrf_token");
  history.replaceState({ action, search: [...fields] }, "");
}

async function searchAgain(state) {
  const fields = new URLSearchParams(state.search);
  fields.set("csrf_token", document.querySelector("[name=csrf_token]")?.value ?? "");
  const [response, page] = await load(new URL(state.action, location.href), { method: "POST", body: fields });
  const isOvertaken = busy || history.state !== state; // by another search
  if (response.ok && !response.redirected && !isOvertaken) show(page);
}

// A proxy may end the connection at its own limit before all is sent; the browser does not show its answer then.
const isTooLarge = (form) =>
  [...form.querySelectorAll("[type=file]")].some((chosen) => chosen.files[0]?.size > chosen.dataset.mostBytes);

function post(form, action, fields) {
  const isMultipart = form.enctype === "multipart/form-data";
  const body = isMultipart ? fields : new URLSearchParams(fields);
  const keepalive = !isMultipart && body.toString().length < KEPT_BYTES;
  return load(new URL(action, location.href), { method: "POST", body, keepalive });
}

async function send(form, submitter) {
  const start = document.activeElement;
  const before = { content: contentOf(form), open: openSummaries() };
  const fields = new FormData(form);
  if (submitter?.name) fields.append(submitter.name, submitter.value);
  const action = submitter?.getAttribute("formaction") ?? form.getAttribute("action") ?? "";
  let [response, page] = await post(form, action, fields);
  if (response.status === 403 && (await renewToken(fields))) [response, page] = await post(form, action, fields);
  if (isElsewhere(response)) {
    const isSignIn = page.querySelector("main form[action$='/sign-in']");
    if (isSignIn && [...form.elements].some(isChanged)) showSignedOut(response.url.split("?")[0]);
    else {
      sentByBrowser = true;
      delete form.dataset.keep; // it was sent
      location.assign(response.url);
    }
    return;
  }
  // The page of an error has no form: what was typed stays, to be sent again or copied.
  if (!response.ok && !page.querySelector("main form")) {
    showFailure(errorOf(page));
    return;
  }
  const now = document.activeElement;
  const hasMoved = now !== start && now !== document.body; // who waits for a slow answer goes on elsewhere
  const find = finderOf(now === document.body ? submitter : now); // Safari gives no focus to a button that is clicked
  show(page, form.dataset.region, form, before);
  if (!response.ok) keepFiles(form);
  if (response.redirected) keepAddress(response.url);
  else if (response.ok && "search" in form.dataset) keepSearch(action, fields);
  focusAndTell(page, find, hasMoved);
}

// A code or a one-time link that is sent again before the answer comes was used by then, and the answer that signs the user
// in is lost. After a while it may be sent again: no event tells that the browser was stopped.
function isSentAgain(form) {
  if (form.hasAttribute("aria-busy")) return true;
  form.setAttribute("aria-busy", "true");
  setTimeout(() => form.removeAttribute("aria-busy"), 10_000);
  return false;
}

document.addEventListener("submit", async (event) => {
  const form = event.target;
  if (event.defaultPrevented) return;
  if (form.dataset.plain === "once" && isSentAgain(form)) event.preventDefault();
  if (form.method !== "post" || "plain" in form.dataset) {
    sentByBrowser = form;
    return;
  }
  event.preventDefault();
  if (busy) return;
  busy = true;
  form.setAttribute("aria-busy", "true");
  try {
    if (isTooLarge(form)) throw new Error("413");
    await send(form, event.submitter);
  } catch (error) {
    showFailure((error.message === "413" && form.dataset.tooLarge) || document.body.dataset.failed);
  } finally {
    busy = false;
    form.removeAttribute("aria-busy");
  }
});

// What was typed in a form with `data-keep` is kept for Back, a reload and a tab that is reopened. A browser would fill it in
// by the places of the fields, where another article, another day's issue or another user is by then: `autocomplete="off"`.
const issueFormOf = (form) => [subjectOf(form), form.elements.edition?.value, form.elements.slot?.value].join(" ");

function keepTyped() {
  const typed = [];
  for (const form of unsentForms(sentByBrowser).filter((one) => "keep" in one.dataset)) {
    const fields = new FormData(form);
    fields.delete("csrf_token");
    typed.push([issueFormOf(form), [...fields]]);
  }
  typed.push(...awaited);
  if (typed.length > 0 || history.state?.typed) history.replaceState({ ...history.state, typed }, "");
}

// The version that its editor saw comes with it, so that a change by somebody else is not overwritten.
function fillIn(name, fields) {
  const form = [...document.querySelectorAll("main form")].find((one) => issueFormOf(one) === name);
  if (!form) {
    awaited.push([name, fields]);
    return;
  }
  const kept = fields.map(([field, value]) => [form.elements[field], value]).filter(([field]) => field);
  if (kept.every(([field, value]) => field.type === "hidden" || field.value === value)) return; // it was saved
  for (const [field, value] of kept) field.value = value;
  form.closest("details")?.setAttribute("open", "");
}

function fillInKept(typed) {
  awaited = [];
  for (const [form, fields] of typed) fillIn(form, fields);
}

document.addEventListener("change", keepTyped);

// A link, such as that of another edition or preview, would lose what was typed: the browser asks first.
addEventListener("beforeunload", (event) => {
  keepTyped();
  const isAsked = (form) => form.isConnected && form.method === "post" && !form.matches("[role=search]");
  const unsent = unsentForms(sentByBrowser).filter(isAsked);
  if (sentByBrowser !== true && document.querySelector(".top nav") && unsent.length > 0) event.preventDefault();
});

// What was typed and filled in again, by the browser or by us, has to be seen.
addEventListener("pageshow", () => {
  sentByBrowser = null;
  for (const form of unsentForms()) form.closest("details")?.setAttribute("open", "");
});

// An article that is dragged by its number takes the place of the one on which it is dropped, as by its buttons.
let dragged = null;
const storyOf = (event) => event.target.closest?.(".stories > li");

document.addEventListener("dragstart", (event) => {
  if (!event.target.matches?.(".place")) return;
  dragged = storyOf(event);
  event.dataTransfer.effectAllowed = "move";
  event.dataTransfer.setData("text/plain", dragged.querySelector("h3").textContent);
  event.dataTransfer.setDragImage(dragged, 0, 0);
});

document.addEventListener("dragover", (event) => {
  const goal = dragged && storyOf(event);
  for (const marked of document.querySelectorAll(".stories > .goal")) marked.classList.toggle("goal", marked === goal);
  if (!goal || !goal.closest("#stories")) return;
  goal.classList.add("goal");
  event.preventDefault();
});

document.addEventListener("drop", (event) => {
  const goal = dragged && storyOf(event);
  if (!goal || goal === dragged) return;
  event.preventDefault();
  const form = dragged.querySelector("form.actions");
  const button = Object.assign(document.createElement("button"), { hidden: true, name: "to", value: goal.querySelector(".place").textContent });
  button.setAttribute("formaction", form.dataset.move);
  form.append(button);
  form.requestSubmit(button);
});

document.addEventListener("dragend", () => {
  dragged = null;
  document.querySelector(".stories > .goal")?.classList.remove("goal");
});

function showFailure(sentence) {
  live().textContent = sentence;
  const text = Object.assign(document.createElement("p"), { className: "problem", textContent: sentence });
  document.querySelector("main > .problem")?.remove();
  document.querySelector("main").prepend(text);
  text.scrollIntoView({ block: "nearest" });
  return text;
}

// The heading and the sentences of a page of an error, without its links.
function errorOf(page) {
  const parts = [...page.querySelectorAll("main h1, main h1 ~ p")].filter((part) => !part.querySelector("a"));
  return parts.map((part) => part.textContent.trim().replace(/[^.!?]$/, "$&.")).join(" ");
}

// What was watched has ended, such as the sending of an issue: the buttons are others now.
function showEnd(page) {
  const find = finderOf(document.activeElement);
  show(page);
  focusable(find())?.focus({ preventScroll: true });
}

// Nobody is disturbed in a field or at a button. A message that has the focus since its form was sent gives it to what
// takes its place, such as the results of the checks.
async function refresh(region) {
  const active = document.activeElement;
  const isMessage = region.contains(active) && active.matches("[tabindex='-1']");
  if (document.hidden || busy || (region.contains(active) && !isMessage)) return;
  const asked = Date.now();
  const [response, page] = await load(location.href).finally(() => (took = Date.now() - asked));
  if (!response.ok || response.redirected || busy || document.activeElement !== active) return;
  const fresh = page.querySelector(`#${region.id}[data-refresh]`);
  const goesOn = fresh && fresh.dataset.of === region.dataset.of;
  if (goesOn && isMessage && fresh.textContent === region.textContent) return;
  if (goesOn) replacePart(`#${region.id}`, page);
  else showEnd(page);
  if (isMessage) focusRegion(region.id);
}

function focusRegion(id) {
  const region = document.getElementById(id);
  if (!region) return;
  region.tabIndex = -1;
  region.focus({ preventScroll: true });
}

// A page that is only looked at takes no more than a sixth of the server's time.
setInterval(() => {
  for (const region of document.querySelectorAll("[data-refresh][id]")) {
    const due = Number(region.dataset.due ?? 0);
    if (due === 0) region.dataset.due = String(Date.now() + Math.max(Number(region.dataset.refresh) * 1000, 5 * took));
    else if (Date.now() >= due) {
      region.dataset.due = String(Infinity);
      refresh(region).catch(() => {}).finally(() => (region.dataset.due = ""));
    }
  }
}, 1000);

fillInKept(history.state?.typed ?? []);
if (new URL(location.href).searchParams.has("done")) keepAddress(location.href);
if (history.state?.search) searchAgain(history.state).catch(() => {});

// On a phone the navigation is wider than the window. It alone is moved: Firefox has gone to the part of the page that the
// address names before, and somebody may have scrolled while this module was on its way.
const nav = document.querySelector(".top nav");
const here = nav?.querySelector("[aria-current]")?.getBoundingClientRect();
if (here) nav.scrollBy({ left: here.left + here.width / 2 - nav.clientWidth / 2, behavior: "instant" });
