// Saves the preferences without leaving the page: the answer's content takes the place of ours, the focus stays where it
// was or goes to the first wrong field, and the result is read aloud. Without this the browser sends the form itself.
const live = document.createElement("p");
live.className = "extra";
live.setAttribute("aria-live", "polite");
document.body.append(live);

async function answerTo(form) {
  const fields = new URLSearchParams(new FormData(form));
  const response = await fetch(form.action, { method: "POST", body: fields });
  if (![200, 422].includes(response.status)) throw new Error(String(response.status));
  return new DOMParser().parseFromString(await response.text(), "text/html");
}

function show(page, focused) {
  document.title = page.title;
  document.documentElement.lang = page.documentElement.lang;
  for (const part of ["header", "main", "footer"]) {
    document.querySelector(part).replaceWith(page.querySelector(part));
  }
  const wrong = document.querySelector("main [aria-invalid]");
  const field = wrong?.matches("fieldset") ? wrong.querySelector("input") : wrong;
  (field ?? document.getElementById(focused))?.focus();
  const result = document.querySelector("main [role=status], main [role=alert]") ?? document.querySelector("main h1");
  live.textContent = result.textContent;
}

document.addEventListener("submit", async (event) => {
  const form = event.target;
  if (!form.matches("form.preferences")) return;
  event.preventDefault();
  const focused = document.activeElement?.id;
  try {
    show(await answerTo(form), focused);
  } catch {
    form.submit();
  }
});
