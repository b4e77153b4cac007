// A stream of server-sent events that comes back by itself with the mark of what it heard last.
"use strict";
function listen(url, mark, handlers) {
  let last = mark, source = null, waiting = 500;
  const stale = document.getElementById("stale");
  function open() {
    const from = new URL(url, location.href);
    if (last) from.searchParams.set("since", last);
    source = new EventSource(from);
    source.onopen = () => { waiting = 500; if (stale) stale.hidden = true; };
    source.onerror = () => {
      if (stale) stale.hidden = false;
      source.close();
      setTimeout(open, waiting);
      waiting = Math.min(waiting * 2, 8000);
    };
    for (const [name, handle] of Object.entries(handlers))
      source.addEventListener(name, (event) => {
        if (event.lastEventId) last = event.lastEventId;
        handle(event.data);
      });
  }
  open();
  addEventListener("pagehide", () => source.close());
  addEventListener("pageshow", (event) => { if (event.persisted) open(); });
}
