// How long ago something was said, counted on in the page.
"use strict";
function ago(seconds, words) {
  const say = (name, n) => words[name].replace("#", n);
  if (seconds < 5) return words.now;
  if (seconds < 90) return say("seconds", Math.round(seconds));
  if (seconds < 90 * 60) return say("minutes", Math.round(seconds / 60));
  if (seconds < 36 * 3600) return say("hours", Math.round(seconds / 3600));
  return say("days", Math.round(seconds / 86400));
}
const behind = Date.now() / 1000 - Number(document.body.dataset.now); // of the server's clock
function tellAgo(within) {
  const words = document.getElementById("ago-words");
  if (!words) return;
  for (const element of within.querySelectorAll(".ago")) {
    const time = element.querySelector("time");
    if (time && !element.title) element.title = `${time.textContent} · ${time.title}`;
    const text = ago(Date.now() / 1000 - behind - Number(element.dataset.at), words.dataset);
    if (element.lastText !== text) element.replaceChildren((element.lastText = text));
  }
}
tellAgo(document);
setInterval(() => tellAgo(document), 5000);
