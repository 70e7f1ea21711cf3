// A form with the tag {% draft %} keeps what is written in it: with the server, and in this window while the
// connection is lost. Everything works without it.
"use strict";
(() => {
  const PREFIX = "maarag.draft.", PAUSE = 1200, LONGEST_WAIT = 8000, PATIENCE = 6000, MOST_SHOWN = 12;
  const LEFT_OUT = new Set(["csrfmiddlewaretoken", "draft_writer", "draft_key"]);

  const stored = (name) => { try { return JSON.parse(sessionStorage.getItem(name)); } catch { return null; } };
  const store = (name, value) => { try { sessionStorage.setItem(name, JSON.stringify(value)); } catch { /* full */ } };
  const drop = (name) => { try { sessionStorage.removeItem(name); } catch { /* refused */ } };
  const clock = (at) => {
    const when = new Date(at), days = new Date().toDateString() !== when.toDateString();
    const shape = days ? { dateStyle: "short", timeStyle: "short" } : { timeStyle: "short" };
    return new Intl.DateTimeFormat(document.documentElement.lang, shape).format(when);
  };

  function start(box) {
    const form = box.closest("form");
    if (!form || box.dataset.ready) return;
    box.dataset.ready = "yes";
    box.hidden = false;
    const { draft: key, account, url } = box.dataset;
    const name = `${PREFIX}${account}.${key}`;
    const words = document.querySelector("[data-draft-words]").content;
    const word = (code, values = {}) => (words.querySelector(`[data-word="${code}"]`)?.textContent ?? code)
      .replace(/\{(\w+)\}/g, (_all, slot) => values[slot] ?? "");
    const offers = box.querySelector("[data-draft-offers]"), state = box.querySelector("[data-draft-state]");
    const writerField = form.elements.namedItem("draft_writer"), csrf = form.elements.namedItem("csrfmiddlewaretoken");
    form.append(state);

    // whoever sat here before in this window left nothing for this account
    for (const other of Object.keys(sessionStorage)) {
      if (other.startsWith(PREFIX) && !other.startsWith(`${PREFIX}${account}.`)) drop(other);
    }

    const continued = Boolean(writerField.value);
    let writer = writerField.value || Array.from(crypto.getRandomValues(new Uint32Array(4)), (part) => part.toString(36)).join("-");
    writerField.value = writer;
    const clean = continued ? "" : text(fields());
    let sent = text(fields()), unsent = false, leaving = false, going = false, lost = false, timer = 0, since = 0, wait = 0, turn = Promise.resolve();

    function controls() {
      return [...form.elements].filter((one) => one.name && !LEFT_OUT.has(one.name) && !one.disabled
        && !["file", "password", "submit", "button", "reset", "image"].includes(one.type) && !("draftSkip" in one.dataset));
    }
    function fields() {
      const pairs = [];
      for (const one of controls()) {
        if (["checkbox", "radio"].includes(one.type)) { if (one.checked) pairs.push([one.name, one.value]); }
        else if (one.type === "select-multiple") for (const option of one.selectedOptions) pairs.push([one.name, option.value]);
        else pairs.push([one.name, one.value]);
      }
      return pairs;
    }
    function text(pairs) { return JSON.stringify(pairs); }

    function say(code, values, tone = "") {
      const said = word(code, values);
      state.className = `draft__state${tone ? ` draft__state--${tone}` : ""}`;
      if (state.firstChild?.textContent === said) return;
      state.replaceChildren(said);
      if (code === "signed_out" || code === "other") {
        const link = document.createElement("a");
        link.href = box.dataset.signIn;
        link.target = "_blank";
        link.rel = "noopener";
        link.textContent = word("sign_in");
        state.append(" ", link);
      }
    }

    async function ask(method, address, body, keepalive = false) {
      const patience = AbortSignal.timeout ? AbortSignal.timeout(PATIENCE) : undefined;
      const headers = { "X-CSRFToken": csrf?.value ?? "", Accept: "application/json" };
      if (body) headers["Content-Type"] = "application/json";
      return fetch(address, { method, headers, body: body && JSON.stringify(body), keepalive, signal: keepalive ? undefined : patience, credentials: "same-origin", redirect: "error" });
    }
    const of = (more = {}) => `${url}?${new URLSearchParams({ key, ...more })}`;

    // The answer's status, 0 where there is no connection.
    async function put(pairs, by = writer, keepalive = false) {
      const body = { key, writer: by, account, fields: pairs.map(([field, value]) => ({ name: field, value })) };
      try {
        let answer = await ask("PUT", url, body, keepalive);
        if (answer.status === 403 && (await refresh())) answer = await ask("PUT", url, body, keepalive);
        return answer.status;
      } catch { return 0; }
    }
    // A form drawn before signing in again carries the old token: take the one of the session now.
    async function refresh() {
      const answer = await ask("GET", of());
      if (!answer.ok) return false;
      const found = await answer.json();
      if (found.account !== account) return false;
      for (const one of document.querySelectorAll("input[name=csrfmiddlewaretoken]")) one.value = found.token;
      return true;
    }

    function tell(status) {
      if (status === 200) {
        if (lost) say("back", {}, "ok");
        else say("kept", { time: clock(Date.now()) });
        lost = false;
      } else if (status === 0) { lost = true; say("offline", {}, "attention"); }
      else if (status === 401) { lost = true; say("signed_out", {}, "attention"); }
      else if (status === 409) { lost = true; say("other", {}, "critical"); }
      else say("only_here", {}, "attention");
    }

    function keep() {
      turn = turn.then(keepNow, keepNow);
      return turn;
    }
    async function keepNow() {
      clearTimeout(timer);
      since = 0;
      if (leaving) return 200;
      const pairs = fields(), now = text(pairs);
      if (now === sent && !unsent) return 200;
      const status = await put(pairs);
      if (leaving) return status;
      if (status === 200) {
        sent = now;
        unsent = text(fields()) !== now;
        wait = 0;
        if (!unsent) drop(name);
      }
      tell(status);
      if (unsent && (status === 0 || status === 401 || status === 409)) later();
      return status;
    }
    function later() {
      wait = Math.min(wait ? wait * 2 : 2000, 30000);
      clearTimeout(timer);
      timer = setTimeout(keep, wait);
    }

    function changed() {
      if (leaving) return;
      const pairs = fields(), now = text(pairs);
      if (now === sent) return;
      unsent = true;
      store(name, { writer, at: Date.now(), fields: pairs });
      if (now === clean) { forget(); return; }
      if (lost) { if (!wait) later(); return; }
      since ||= Date.now();
      clearTimeout(timer);
      timer = setTimeout(keep, Math.max(0, Math.min(PAUSE, since + LONGEST_WAIT - Date.now())));
    }
    // Everything is again as the page came: there is nothing to keep.
    function forget() {
      clearTimeout(timer);
      unsent = false;
      sent = clean;
      drop(name);
      state.replaceChildren();
      ask("DELETE", of({ writer })).catch(() => {});
    }

    form.addEventListener("input", changed);
    form.addEventListener("change", changed);
    addEventListener("online", () => { if (unsent) keep(); });
    addEventListener("focus", () => { if (unsent && lost) keep(); });
    addEventListener("pagehide", () => { if (unsent && !leaving) put(fields(), writer, true); });
    document.addEventListener("visibilitychange", () => { if (document.hidden && unsent && !leaving) keep(); });
    addEventListener("pageshow", (event) => { if (event.persisted) leaving = false; });
    addEventListener("beforeunload", (event) => { if (unsent && lost && !leaving) event.preventDefault(); });

    // Before the form goes out: is there a connection, and is it still this account? The draft goes first.
    form.addEventListener("submit", async (event) => {
      if (event.defaultPrevented || going) return;
      event.preventDefault();
      if (leaving) return; // a second click while it goes out; one before that meets it below
      const submitter = event.submitter;
      clearTimeout(timer);
      say("keeping");
      unsent = true;
      store(name, { writer, at: Date.now(), fields: fields() });
      const status = await keep();
      if (status === 0) { say("stay", {}, "critical"); later(); return; }
      if (status === 401 || status === 409) return;
      if (leaving) return;
      leaving = true;
      drop(name);
      going = true;
      if (submitter) form.requestSubmit(submitter);
      else form.requestSubmit();
      going = false;
      setTimeout(() => { leaving = false; }, 4000);
    });

    // What was written and not saved.
    function labelOf(field) {
      const one = controls().find((control) => control.name === field);
      if (!one) return "";
      const legend = ["radio", "checkbox"].includes(one.type) && one.closest("fieldset")?.querySelector("legend");
      const label = (legend || one.labels?.[0])?.cloneNode(true);
      label?.querySelectorAll(".field__optional").forEach((part) => part.remove());
      const own = label?.textContent.replace(/\s+/g, " ").trim() || one.getAttribute("aria-label") || "";
      const part = !legend && own && one.closest("fieldset")?.querySelector("legend");
      return part ? `${part.textContent.replace(/\s+/g, " ").trim()}: ${own}` : own;
    }
    function shownAs(field, value) {
      const one = controls().find((control) => control.name === field && (control.type !== "radio" || control.value === value));
      if (one?.type === "radio") return one.closest("label")?.textContent.replace(/\s+/g, " ").trim() || one.labels?.[0]?.textContent.trim() || value;
      if (one?.tagName === "SELECT") return [...one.options].find((option) => option.value === value)?.text.trim() ?? value;
      return value;
    }
    const group = (pairs) => {
      const all = new Map();
      for (const [field, value] of pairs) all.set(field, [...(all.get(field) ?? []), value]);
      return all;
    };
    function differences(kept) {
      const then = group(kept), now = group(fields()), known = new Set(controls().map((one) => one.name)), rows = [];
      let further = 0;
      for (const field of new Set([...then.keys(), ...now.keys()])) {
        const before = now.get(field) ?? [], after = then.get(field) ?? [];
        if (text(before) === text(after)) continue;
        if (!known.has(field)) { if (after.some(Boolean)) further += 1; continue; }
        const label = labelOf(field);
        if (label) rows.push([label, before, after, field]);
      }
      return { rows, further, same: !rows.length && !further };
    }
    function cell(kind, content) {
      const one = document.createElement(kind), inner = document.createElement("bdi");
      inner.textContent = content;
      one.append(inner);
      return one;
    }
    function tableOf({ rows, further }) {
      const table = document.createElement("table"), head = document.createElement("tr"), body = document.createElement("tbody");
      table.className = "table";
      for (const code of ["field", "now", "draft"]) { const one = cell("th", word(code)); one.scope = "col"; head.append(one); }
      for (const [label, before, after, field] of rows.slice(0, MOST_SHOWN)) {
        const row = document.createElement("tr"), title = cell("th", label);
        title.scope = "row";
        const shown = (values) => values.map((value) => shownAs(field, value)).filter(Boolean).join(", ") || word("nothing");
        row.append(title, cell("td", shown(before)), cell("td", shown(after)));
        body.append(row);
      }
      const more = further + Math.max(0, rows.length - MOST_SHOWN);
      if (more) {
        const row = document.createElement("tr"), title = cell("th", word("more")), count = cell("td", String(more));
        title.scope = "row";
        count.colSpan = 2;
        row.append(title, count);
        body.append(row);
      }
      const top = document.createElement("thead");
      top.append(head);
      table.append(top, body);
      return table;
    }
    function offer(kept) {
      const different = differences(kept.fields);
      if (different.same) { ask("DELETE", of({ writer: kept.writer })).catch(() => {}); return; }
      const note = document.createElement("section"), title = document.createElement("h2"), when = document.createElement("p");
      const details = document.createElement("details"), summary = document.createElement("summary"), row = document.createElement("div");
      note.className = "notice notice--info draft__offer";
      title.className = "notice__title";
      title.textContent = word("title");
      when.textContent = word("at", { time: clock(kept.at) });
      summary.textContent = word("differs", { count: different.rows.length + different.further });
      const scroll = document.createElement("div");
      scroll.className = "table-box";
      scroll.append(tableOf(different));
      details.append(summary, scroll);
      row.className = "actions";
      for (const [code, kind, act] of [["restore", "button button--primary", () => restore(kept)], ["discard", "button", () => discard(kept)]]) {
        const button = document.createElement("button");
        button.type = "button";
        button.className = kind;
        button.textContent = word(code);
        button.addEventListener("click", () => { act(); note.remove(); });
        row.append(button);
      }
      const body = document.createElement("div");
      body.className = "notice__body stack";
      body.append(title, when, details, row);
      note.append(body);
      offers.append(note);
      // a form that is folded away does not hide that something waits in it
      for (let one = box.closest("details"); one; one = one.parentElement.closest("details")) one.open = true;
    }
    function discard(kept) {
      ask("DELETE", of({ writer: kept.writer })).catch(() => {});
      if (stored(name)?.writer === kept.writer) drop(name);
      form.querySelector("input:not([type=hidden]), select, textarea")?.focus();
    }
    function restore(kept) {
      const values = group(kept.fields), all = controls(), known = new Set(all.map((one) => one.name));
      const missing = [...values].some(([field, given]) => !known.has(field) && given.some(Boolean));
      if (missing && box.dataset.rerender) { redraw(kept); return; }
      writer = writerField.value = kept.writer;
      const next = new Map();
      for (const one of all) {
        const given = values.get(one.name);
        if (["checkbox", "radio"].includes(one.type)) one.checked = (given ?? []).includes(one.value);
        else if (one.type === "select-multiple") for (const option of one.options) option.selected = (given ?? []).includes(option.value);
        else if (given) { const at = next.get(one.name) ?? 0; one.value = given[at] ?? ""; next.set(one.name, at + 1); }
      }
      changed();
      say("restored", {}, "ok");
      form.querySelector("input:not([type=hidden]), select, textarea")?.focus();
    }
    // The draft has fields that this page has not: the server draws the form anew with all of them.
    function redraw(kept) {
      const other = document.createElement("form");
      other.method = "post";
      other.action = form.getAttribute("action") || location.href;
      other.hidden = true;
      for (const [field, value] of [...kept.fields, ["csrfmiddlewaretoken", csrf.value], ["draft_writer", kept.writer], ["draft_key", key], [box.dataset.rerender, "1"]]) {
        const one = document.createElement("textarea");
        one.name = field;
        one.value = value;
        other.append(one);
      }
      leaving = true;
      document.body.append(other);
      other.submit();
    }

    async function begin() {
      const here = stored(name);
      if (here && here.writer !== writer) await put(here.fields, here.writer);
      let found = [];
      try {
        const answer = await ask("GET", of());
        if (answer.ok) found = (await answer.json()).drafts.map((one) => ({ writer: one.writer, at: one.saved_at, fields: one.fields.map((pair) => [pair.name, pair.value]) }));
      } catch { /* what this window holds is offered all the same */ }
      if (here && !found.some((one) => one.writer === here.writer)) found.unshift(here);
      const seen = new Set();
      for (const kept of found.filter((one) => one.writer !== writer).slice(0, 5)) {
        const content = text(kept.fields);
        if (!seen.has(content)) offer(kept);
        seen.add(content);
      }
    }
    begin();
  }

  for (const box of document.querySelectorAll("[data-draft]")) start(box);
})();
