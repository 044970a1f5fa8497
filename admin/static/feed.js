// Follows the live feed of the running server: what all live pages share.
"use strict";

const BACK_AFTER = [1000, 2000, 5000, 10000];  // milliseconds, then the last again and again
const clock = { ahead: 0 };  // the server's clock less ours

function span(milliseconds) {
  if (milliseconds === null || milliseconds === undefined) return "–";
  const all = Math.max(0, Math.round(milliseconds / 1000));
  const two = (number) => String(number).padStart(2, "0");
  const [hours, minutes, seconds] = [Math.floor(all / 3600), Math.floor(all / 60) % 60, all % 60];
  return hours ? `${hours}:${two(minutes)}:${two(seconds)}` : `${minutes}:${two(seconds)}`;
}

function since(instant) {
  return span(instant === null ? null : Date.now() + clock.ahead - instant);
}

function live(is) {
  document.getElementById("live").hidden = !is;
  document.getElementById("not-live").hidden = is;
  document.body.classList.toggle("stale", !is);
}

// `form` holds the CSRF token and says by data-pass where a pass is to be had.
function follow(form, take) {
  let failures = 0;

  function later() {
    live(false);
    setTimeout(watch, BACK_AFTER[Math.min(failures, BACK_AFTER.length - 1)]);
    failures += 1;
  }

  async function watch() {
    try {
      const answer = await fetch(form.dataset.pass, { method: "POST", body: new FormData(form) });
      if (answer.status === 401) location.reload();
      if (!answer.ok) throw new Error(String(answer.status));
      const { feed } = await answer.json();
      const source = new EventSource(feed);
      source.onopen = () => { failures = 0; live(true); };
      source.onmessage = (event) => {
        const frame = JSON.parse(event.data);
        clock.ahead = frame.now - Date.now();
        take(frame);
      };
      source.onerror = () => {
        live(false);
        // While it is connecting it tries by itself; closed, it needs a new pass.
        if (source.readyState === EventSource.CLOSED) later();
      };
    } catch {
      later();
    }
  }

  watch();
}
