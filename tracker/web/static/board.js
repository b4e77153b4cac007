// The board, live: rows come as they are to be shown, and find their place by their order.
"use strict";
const byId = (id) => document.getElementById(id);
const table = byId("board"), body = byId("rows"), arrived = byId("arrived");
const waiting = new Map(); // id -> the row that came last, until the next frame

function place(row) {
  const into = row.classList.contains("need-arrived") ? arrived : body;
  const order = row.dataset.order;
  let low = 0, high = into.rows.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (into.rows[middle].dataset.order < order) low = middle + 1; else high = middle;
  }
  into.insertBefore(row, into.rows[low] || null);
}

// Whether a row that was not here belongs on this page of the board.
function here(row) {
  const first = body.rows[0], last = body.rows[body.rows.length - 1];
  if (!first) return true;
  if (table.dataset.after && row.dataset.order > last.dataset.order) return false;
  return !(table.dataset.before && row.dataset.order < first.dataset.order);
}

function draw() {
  const focused = document.activeElement && document.activeElement.closest("tr[data-id]");
  const back = focused ? focused.dataset.id : null;
  let left = 400; // a frame's worth
  for (const [id, fresh] of waiting) {
    if (!left--) break;
    waiting.delete(id);
    const old = byId(`row-${id}`);
    if (fresh === null) { if (old) old.remove(); continue; }
    if (old && old.dataset.order === fresh.dataset.order && old.parentNode === (fresh.classList.contains("need-arrived") ? arrived : body)) {
      old.replaceWith(fresh);
    } else if (old || here(fresh)) { if (old) old.remove(); place(fresh); }
    tellAgo(fresh);
  }
  if (back && byId(`row-${back}`) && !byId(`row-${back}`).contains(document.activeElement)) byId(`row-${back}`).focus({ preventScroll: true });
  byId("empty").hidden = body.rows.length > 0;
  if (waiting.size) requestAnimationFrame(draw);
}
function later() { if (waiting.size) requestAnimationFrame(draw); }

listen(table.dataset.live, table.dataset.mark, {
  rows(data) {
    const holder = document.createElement("template");
    holder.innerHTML = `<table><tbody>${data}</tbody></table>`;
    const word = document.querySelector("meta[name=csrf]")?.content || "";
    for (const field of holder.content.querySelectorAll("input[name=csrf]")) field.value = word;
    for (const row of holder.content.querySelectorAll("tr[data-id]")) waiting.set(row.dataset.id, row);
    later();
  },
  gone(data) { for (const id of JSON.parse(data)) waiting.set(id, null); later(); },
  reset() { for (const row of document.querySelectorAll("tr[data-id]")) waiting.set(row.dataset.id, null); },
  count(data) { byId("count").textContent = data; },
  health(data) {
    const { watching, text } = JSON.parse(data);
    byId("health").className = `health health-${watching}`;
    byId("health").textContent = text;
  },
});

async function acknowledge(row) {
  const form = row.querySelector("form.ack");
  if (!form) return;
  form.querySelector("button").disabled = true;
  const answer = await fetch(form.action, { method: "POST", body: new URLSearchParams(new FormData(form)), headers: { accept: "application/json" } });
  if (!answer.ok) {
    const told = await answer.json().catch(() => ({ what: answer.statusText }));
    byId("stale").textContent = told.what; byId("stale").hidden = false;
    form.querySelector("button").disabled = false;
  }
}
document.addEventListener("submit", (event) => {
  if (!event.target.matches("form.ack")) return;
  event.preventDefault();
  acknowledge(event.target.closest("tr"));
});

const current = () => document.activeElement && document.activeElement.closest("#rows tr");
function step(by) {
  const row = current();
  const to = row ? (by > 0 ? row.nextElementSibling : row.previousElementSibling) : body.rows[0];
  if (to) { to.focus(); to.scrollIntoView({ block: "nearest" }); }
}
document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.target.matches("input, select, textarea")) return;
  const row = current();
  if (event.key === "j") step(1);
  else if (event.key === "k") step(-1);
  else if (event.key === "?") byId("keys").showModal();
  else if (event.key === "/") { byId("filter").elements.q.focus(); event.preventDefault(); }
  else if (event.key === "a" && row) acknowledge(row);
  else if (event.key === "Enter" && row && event.target === row) row.querySelector("a").click();
});
for (const choice of byId("filter").querySelectorAll("select")) choice.addEventListener("change", () => byId("filter").requestSubmit());
