// Saves the preferences without leaving the page: the answer's content takes the place of ours, the focus stays where it
// is or goes to the first wrong field, and the result is read aloud. What is chosen before the answer comes stays, and is
// reported as unsaved; what is saved before it comes is sent next. Where the server cannot be reached, or fails, all of it
// stays. Without this the browser sends the form itself.
const PARTS = [".skip", "header", "main", "footer"];
const KEPT_BYTES = 60_000; // a request that outlives its page may have 64 KiB
const live = document.createElement("p");
live.className = "extra";
live.setAttribute("aria-live", "polite");
document.body.append(live);
let isSending = false;
let waiting = null; // the fields of the form when it was sent last, while they are not on their way

const fieldsOf = (form) => new URLSearchParams(new FormData(form));

async function answerTo(form, fields) {
  const keepalive = fields.toString().length < KEPT_BYTES;
  const response = await fetch(form.action, { method: "POST", body: fields, keepalive });
  const page = new DOMParser().parseFromString(await response.text(), "text/html");
  const isOurs = PARTS.every((part) => page.querySelector(part) || !document.querySelector(part)); // else a proxy's
  const isAnswer = response.status < 500 && isOurs;
  if (!isAnswer) throw new TypeError(String(response.status)); // as without a connection
  if (![200, 422].includes(response.status)) throw new Error(String(response.status));
  return page;
}

// The choices of a form in the form of the answer, which names its fields alike but may number them in another way.
function keepChoices(form, fresh) {
  const isBox = (field) => ["checkbox", "radio"].includes(field.type);
  for (const field of fresh.querySelectorAll("input:not([type=hidden]), select")) {
    const same = [...form.elements].filter((one) => one.name === field.name && (!isBox(field) || one.value === field.value));
    if (same.length === 0) continue;
    if (isBox(field)) field.checked = same[0].checked;
    else field.value = same[0].value;
  }
}

function show(page, form, sent, start) {
  const fresh = page.querySelector("form.preferences");
  const hasChanged = fresh && fieldsOf(form).toString() !== sent.toString();
  if (hasChanged) {
    keepChoices(form, fresh);
    const saved = page.querySelector("main [role=status]");
    if (saved) saved.textContent = fresh.dataset.changed;
  }
  const active = document.activeElement;
  const hasMoved = active !== start && active !== document.body; // who waits for a slow answer goes on elsewhere
  document.title = page.title;
  document.documentElement.lang = page.documentElement.lang;
  for (const one of page.querySelectorAll("[autofocus]")) one.autofocus = false; // it gets the focus below
  for (const part of PARTS) {
    const [old, other] = [document.querySelector(part), page.querySelector(part)];
    if (!old.isEqualNode(other)) old.replaceWith(other); // a link that stays keeps the focus
  }
  const wrong = hasMoved ? null : document.querySelector("main [aria-invalid]");
  const field = wrong?.matches("fieldset") ? wrong.querySelector("input") : wrong;
  const result = document.querySelector("main [role=status], main [role=alert]") ?? document.querySelector("main h1");
  if (!fresh) result.tabIndex = -1; // another page, which is read from its heading
  const goal = field ?? (fresh ? document.getElementById(active.id) : result);
  goal?.focus();
  live.textContent = result.textContent;
}

function showFailure(sentence) {
  document.querySelector("main > .problem")?.remove();
  const text = Object.assign(document.createElement("p"), { className: "problem", textContent: sentence });
  text.setAttribute("role", "alert");
  document.querySelector("main h1").after(text);
}

document.addEventListener("submit", async (event) => {
  const form = event.target;
  if (!form.matches("form.preferences")) return;
  event.preventDefault();
  waiting = fieldsOf(form);
  if (isSending) return;
  isSending = true;
  form.setAttribute("aria-busy", "true");
  const start = document.activeElement;
  let sent, page;
  try {
    while (waiting) {
      [sent, waiting, page] = [waiting, null, null];
      page = await answerTo(form, sent);
      const seen = page.querySelector("form.preferences [name=seen]");
      if (waiting && seen) { // what is sent next replaces what was sent from here
        form.elements.seen.value = seen.value;
        waiting.set("seen", seen.value);
      }
    }
    show(page, form, sent, start);
  } catch (error) {
    const isUnanswered = !page && error instanceof TypeError; // the page of an error would lose what was chosen
    if (isUnanswered) showFailure(form.dataset.failed);
    else form.submit();
  } finally {
    isSending = false;
    form.removeAttribute("aria-busy");
  }
});
