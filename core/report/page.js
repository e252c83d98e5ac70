// Without it the pages show the same: plain tables, and times in UTC.
"use strict";
(() => {
  const find = (selector) => document.querySelector(selector);
  const make = (name, text, kind) => {
    const element = document.createElement(name);
    if (text !== undefined) element.textContent = text;
    if (kind) element.className = kind;
    return element;
  };
  const ageOf = (seconds) => {
    const age = Math.max(Date.now() / 1000 - seconds, 0);
    for (const [unit, word] of [[31536000, "y"], [86400, "d"], [3600, "h"]])
      if (age >= 2 * unit) return `${Math.floor(age / unit)} ${word}`;
    return `${Math.floor(age / 60)} min`;
  };
  const took = (seconds) => {
    if (seconds < 60) return `${seconds} s`;
    const minutes = Math.floor(seconds / 60);
    return minutes < 60 ? `${minutes} min ${seconds % 60} s` : `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
  };
  const showTime = (element, seconds) => {
    element.title = new Date(seconds * 1000).toISOString().replace("T", " ").slice(0, 16) + " UTC";
    element.textContent = ageOf(seconds) + ("age" in element.dataset ? "" : " ago");
  };

  for (const element of document.querySelectorAll("time"))
    showTime(element, Date.parse(element.dateTime) / 1000);

  const steps = document.querySelectorAll("details");
  const folding = find("#folding");
  if (folding && steps.length > 0) {
    for (const [word, open] of [["Unfold all", true], ["Fold all", false]]) {
      const button = make("button", word);
      button.type = "button";
      button.addEventListener("click", () => steps.forEach((step) => { step.open = open; }));
      folding.append(button, " ");
    }
    folding.hidden = false;
  }

  const stored = find("#data");
  if (!stored) return;
  const data = JSON.parse(stored.textContent);
  const form = find("#filter"), shown = find("#shown"), more = find("#more");
  const [table, text, status] = [find("#table"), form.elements.text, form.elements.status];
  const body = table.tBodies[0], many = 200;
  // Each row: name, place of its status, version, when and for how long it was built, place of its
  // repository, and the name of its page where that is another.
  const order = [
    (a, b) => (a[0] < b[0] ? -1 : a[0] > b[0] ? 1 : 0),
    (a, b) => a[1] - b[1],
    (a, b) => a[2].localeCompare(b[2], "en", { numeric: true }),
    (a, b) => b[3] - a[3],
    (a, b) => b[4] - a[4],
    (a, b) => a[5] - b[5],
  ];
  let by = -1, turned = false, limit = many;

  const rowOf = (row) => {
    const line = make("tr"), name = make("td"), link = make("a", row[0]);
    link.href = `targets/${row[6] || row[0]}.html`;
    name.append(link);
    const state = make("td"), [word, kind] = data.statuses[row[1]];
    state.append(make("span", word, `s ${kind}`));
    const built = make("td", "", "wide");
    if (row[3] > 0) {
      const time = built.appendChild(make("time"));
      time.dateTime = new Date(row[3] * 1000).toISOString();
      showTime(time, row[3]);
    }
    line.append(name, state, make("td", row[2], "version"), built,
                make("td", row[4] < 0 ? "" : took(row[4]), "wide amount"),
                make("td", data.repositories[row[5]], "wide"));
    return line;
  };
  const show = () => {
    const wanted = text.value.trim().toLowerCase();
    let rows = data.rows.filter((row) =>
      (status.value === "" || data.statuses[row[1]][1] === status.value) &&
      (wanted === "" || row[0].toLowerCase().includes(wanted)));
    if (by >= 0) rows = rows.slice().sort((a, b) => (turned ? order[by](b, a) : order[by](a, b)));
    body.replaceChildren(...rows.slice(0, limit).map(rowOf));
    shown.textContent = `${rows.length} of ${data.rows.length}`;
    more.hidden = rows.length <= limit;
    more.textContent = `Show all ${rows.length}`;
  };
  const heads = [...table.tHead.rows[0].cells];
  heads.forEach((head, column) => {
    const button = make("button", head.textContent);
    button.type = "button";
    button.addEventListener("click", () => {
      turned = by === column && !turned;
      by = column;
      heads.forEach((other) => other.removeAttribute("aria-sort"));
      // Times and durations begin with the newest and longest.
      head.setAttribute("aria-sort", turned === (column === 3 || column === 4) ? "ascending" : "descending");
      show();
    });
    head.replaceChildren(button);
  });
  form.addEventListener("submit", (event) => event.preventDefault());
  form.addEventListener("input", () => { limit = many; show(); });
  more.addEventListener("click", () => { limit = Infinity; show(); });
  for (const link of document.querySelectorAll("a[data-status]"))
    link.addEventListener("click", () => { status.value = link.dataset.status; limit = many; show(); });
  form.hidden = false;
  find("#pages").hidden = true;
  show();
})();
