// Search, filters and order of the list. Without this script the whole list is there, unfiltered.
"use strict";
(() => {
  const form = document.getElementById("filter");
  const body = document.querySelector("#projects tbody");
  const found = document.getElementById("found");
  const none = document.getElementById("none");
  const more = document.getElementById("more");
  const STEP = 50;
  let limit = STEP;
  const texts = window.evalxlSearch || {};
  const names = ["words", "section", "measure", "direction", "order"];
  const rows = Array.from(body.rows, (row, place) => ({
    row,
    place,
    text: texts[row.dataset.id] || "",
    section: row.dataset.section,
    measure: row.dataset.measure,
    directions: row.dataset.direction.split("/"),
    cost: row.dataset.cost === "" ? null : Number(row.dataset.cost),
    change: row.dataset.change === "" ? null : Number(row.dataset.change),
  }));

  // The same as searchable() where the pages are made.
  const folded = (text) =>
    text.normalize("NFKC").toUpperCase().replace(/\s+/g, "")
      .replace(/[ぁ-ゖ]/g, (kana) => String.fromCharCode(kana.charCodeAt(0) + 0x60));
  const within = (value, chosen) => value === chosen || value.startsWith(chosen + "/");

  const orders = {
    "": (a, b) => a.place - b.place,
    cost: (a, b) => last(a.cost, b.cost) || b.cost - a.cost || a.place - b.place,
    up: (a, b) => last(a.change, b.change) || b.change - a.change || a.place - b.place,
    down: (a, b) => last(a.change, b.change) || a.change - b.change || a.place - b.place,
  };
  // What has no figure stands last, whatever the order.
  const last = (a, b) => (a === null) - (b === null);

  function show() {
    const chosen = Object.fromEntries(names.map((name) => [name, form.elements[name].value]));
    const words = chosen.words.split(/[\s\u3000]+/).map(folded).filter(Boolean);
    let count = 0;
    let cost = 0;
    const sorted = [...rows].sort(orders[chosen.order] || orders[""]);
    for (const item of sorted) {
      const fits =
        (!chosen.section || within(item.section, chosen.section)) &&
        (!chosen.measure || within(item.measure, chosen.measure)) &&
        (!chosen.direction || item.directions.includes(chosen.direction)) &&
        words.every((word) => item.text.includes(word));
      item.row.hidden = !fits || count >= limit;
      if (fits) {
        count += 1;
        cost += item.cost || 0;
      }
    }
    body.append(...sorted.map((item) => item.row));
    found.textContent = `${count.toLocaleString("ja")}件の事業（事業費の合計 ${money(cost)}千円）`;
    none.hidden = count > 0;
    more.hidden = count <= limit;
    more.textContent = `続きを表示（残り${(count - limit).toLocaleString("ja")}件）`;
    return chosen;
  }

  function money(value) {
    const rounded = Math.round(value * 1000) / 1000;
    return (rounded < 0 ? "▲" : "") + Math.abs(rounded).toLocaleString("ja", { maximumFractionDigits: 3 });
  }

  // What is chosen stands in the address, so that a link or the back button leads to the same list.
  function keep() {
    limit = STEP;
    const given = Object.entries(show()).filter(([, value]) => value);
    const hash = new URLSearchParams(given).toString();
    history.replaceState(null, "", hash ? "#" + hash : "#list");
  }

  function restore() {
    const given = new URLSearchParams(location.hash.slice(1));
    if (!names.some((name) => given.has(name))) return;
    for (const name of names) form.elements[name].value = given.get(name) || "";
    for (const name of names) if (form.elements[name].selectedIndex === -1) form.elements[name].selectedIndex = 0;
    document.getElementById("list").scrollIntoView();
  }

  form.hidden = false;
  form.addEventListener("input", keep);
  form.addEventListener("submit", (event) => event.preventDefault());
  form.addEventListener("reset", () => setTimeout(keep));
  more.addEventListener("click", () => {
    const shown = limit;
    limit += STEP;
    show();
    // Whoever uses the keyboard goes on at the first project that came.
    const next = rows.map((item) => item.row).filter((row) => !row.hidden).sort((a, b) => a.rowIndex - b.rowIndex)[shown];
    if (next) next.querySelector("a").focus();
  });
  window.addEventListener("beforeprint", () => { limit = Infinity; show(); });
  window.addEventListener("hashchange", () => { restore(); show(); });
  restore();
  show();
})();
