// A shipment's timeline, live: entries are added as they are written to the log.
"use strict";
const entries = document.getElementById("entries");
listen(entries.dataset.live, entries.dataset.mark, {
  entries(data) {
    const holder = document.createElement("template");
    holder.innerHTML = data;
    for (const fresh of holder.content.querySelectorAll("li.entry")) {
      if (document.getElementById(fresh.id)) continue;
      fresh.classList.add("fresh");
      entries.prepend(fresh);
    }
    document.getElementById("playback").dispatchEvent(new Event("stale"));
  },
  where(data) { document.getElementById("where").textContent = data; },
});
