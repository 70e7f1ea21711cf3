// What the pages gain when JavaScript runs. Everything works without it.
"use strict";
document.documentElement.classList.add("js");

const word = (name) => document.getElementById("words")?.content.querySelector(`[data-word="${name}"]`)?.textContent ?? name;

function toast(text) {
  const note = document.createElement("div");
  note.className = "notice notice--critical";
  note.textContent = text;
  document.getElementById("toasts")?.replaceChildren(note);
  setTimeout(() => note.remove(), 10000);
}

function enhance(root) {
  for (const drop of root.querySelectorAll("[data-drop]:not([data-ready])")) {
    const input = drop.querySelector("input[type=file]");
    drop.dataset.ready = "";
    drop.querySelector("[data-drop-hint]")?.removeAttribute("hidden");
    for (const kind of ["dragover", "dragleave", "drop"]) {
      drop.addEventListener(kind, (event) => {
        event.preventDefault();
        drop.classList.toggle("drop--over", kind === "dragover");
        if (kind === "drop" && event.dataTransfer.files.length) {
          input.files = event.dataTransfer.files;
          input.dispatchEvent(new Event("change", { bubbles: true }));
        }
      });
    }
  }
  // <input data-filters="table-id"> hides the rows that do not hold the words typed.
  for (const input of root.querySelectorAll("[data-filters]:not([data-ready])")) {
    input.dataset.ready = "";
    input.closest("[hidden]")?.removeAttribute("hidden");
    input.addEventListener("input", () => {
      const words = input.value.trim().toLowerCase().split(/\s+/);
      for (const row of document.querySelectorAll(`#${input.dataset.filters} tbody tr`)) {
        const text = row.textContent.toLowerCase();
        row.hidden = !words.every((part) => text.includes(part));
      }
    });
  }
}

// A form or button with data-confirm asks first, in a dialog.
document.addEventListener("submit", (event) => {
  const question = event.submitter?.dataset.confirm ?? event.target.dataset.confirm;
  if (!question || event.target.dataset.confirmed) return;
  event.preventDefault();
  event.stopImmediatePropagation();
  const form = event.target, submitter = event.submitter, dialog = document.createElement("dialog");
  const text = document.createElement("p"), row = document.createElement("form");
  text.id = "confirm-text";
  text.textContent = question;
  dialog.setAttribute("aria-labelledby", text.id);
  row.method = "dialog";
  row.className = "actions";
  for (const [name, kind] of [["yes", "button button--primary"], ["no", "button"]]) {
    const button = document.createElement("button");
    button.value = name;
    button.className = kind;
    button.textContent = word(name);
    row.append(button);
  }
  dialog.className = "stack";
  dialog.append(text, row);
  dialog.addEventListener("close", () => {
    if (dialog.returnValue === "yes") {
      form.dataset.confirmed = "yes";
      form.requestSubmit(submitter);
      delete form.dataset.confirmed;
    }
    dialog.remove();
    submitter?.focus();
  });
  document.body.append(dialog);
  dialog.showModal();
}, true);

document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  for (const menu of document.querySelectorAll("[popover]:popover-open")) menu.hidePopover();
});

// After htmx replaced a part of the page: the same disclosures stay open, and the focus stays where it was.
let kept = { open: new Set(), focus: null };
document.addEventListener("htmx:beforeSwap", () => {
  kept = {
    open: new Set([...document.querySelectorAll("details[id][open]")].map((part) => part.id)),
    focus: document.activeElement?.id || null,
  };
});
document.addEventListener("htmx:afterSettle", (event) => {
  for (const id of kept.open) document.getElementById(id)?.setAttribute("open", "");
  if (kept.focus && document.activeElement === document.body) document.getElementById(kept.focus)?.focus({ preventScroll: true });
  enhance(event.target instanceof Element ? event.target : document);
});
for (const kind of ["htmx:responseError", "htmx:sendError", "htmx:timeout"]) {
  document.addEventListener(kind, () => toast(word("failed")));
}

// On a phone a row of tabs runs out of the window: the one in use is brought into it.
function showTab(tab) {
  const bar = tab.closest(".tabs"), box = bar.getBoundingClientRect(), own = tab.getBoundingClientRect();
  bar.scrollLeft += own.x + own.width / 2 - box.x - box.width / 2;
}

function start() {
  enhance(document);
  document.querySelectorAll(".tabs [aria-current]").forEach(showTab);
  document.querySelector("[data-error-summary]:not([data-sample] *)")?.focus();
}
if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", start);
else start();
