// Keeps the live floor up to date from the feed of the running server.
"use strict";

const floor = document.getElementById("floor");
const cells = document.getElementById("seat-cell").content;
const rows = document.getElementById("queue-row").content;
const dutyRows = document.getElementById("duty-row").content;
const names = { queues: {}, agents: {}, in_time: {} };
const seats = new Map();
const queues = new Map();
const duties = new Map();  // agent -> duties, those that run and those to come

const share = (part, whole) => (whole ? `${Math.round((100 * part) / whole)}%` : "–");

function put(within, name, text) {
  const place = within.querySelector(`[data-${name}]`);
  if (place.textContent !== text) place.textContent = text;
}

function all(id, text) {
  const place = document.getElementById(id);
  if (place.textContent !== text) place.textContent = text;
}

// Of the parts that are there for one value each, the one that fits.
function only(within, name, value) {
  for (const part of within.querySelectorAll(`[data-${name}]`)) {
    part.hidden = part.dataset[name] !== value;
  }
}

function link(within, number) {
  const found = within.querySelector("a");
  found.href = found.getAttribute("href").replace(/[^/]*$/, encodeURIComponent(number));
}

// ---- seats

function lane(state) {
  return document.querySelector(`.seat-lane[data-state="${state}"] ul`);
}

function cell(number) {
  let found = document.querySelector(`[data-seat="${CSS.escape(number)}"]`);
  if (!found) {
    found = cells.cloneNode(true).querySelector("li");
    found.dataset.seat = number;
    link(found, number);
  }
  return found;
}

function showSeat(number, seat) {
  if (seat === null) {
    seats.delete(number);
    document.querySelector(`[data-seat="${CSS.escape(number)}"]`)?.remove();
    return;
  }
  seats.set(number, seat);
  const shown = cell(number);
  put(shown, "name", names.agents[number] ?? "");
  put(shown, "number", number);
  put(shown, "phone", seat.place === "desk" ? seat.phone : "");
  only(shown, "at", seat.place);
  put(shown, "why", seat.queue ? (names.queues[seat.queue] ?? seat.queue) : (seat.paused ?? ""));
  put(shown, "since", since(seat.since));
  const home = lane(seat.state);
  if (home && shown.parentElement !== home) {
    const focused = shown.contains(document.activeElement);
    home.append(shown);
    if (focused) shown.querySelector("a").focus();
  }
}

function countLanes() {
  for (const section of document.querySelectorAll(".seat-lane")) {
    put(section, "count", String(section.querySelectorAll("li").length));
  }
  document.getElementById("nobody").hidden = seats.size > 0;
}

function find() {
  const field = document.getElementById("find");
  const wanted = field ? field.value.trim().toLowerCase() : "";
  for (const shown of document.querySelectorAll("#seats li")) {
    shown.hidden = wanted !== "" && !shown.textContent.toLowerCase().includes(wanted);
  }
}

// ---- queues

function row(name) {
  let found = document.querySelector(`[data-queue="${CSS.escape(name)}"]`);
  if (!found) {
    found = rows.cloneNode(true).querySelector("tr");
    found.dataset.queue = name;
    document.getElementById("queues").append(found);
  }
  return found;
}

function showQueue(name, queue) {
  queues.set(name, queue);
  const shown = row(name);
  const today = queue.today;
  put(shown, "name", names.queues[name] ?? name);
  put(shown, "waiting", String(queue.waiting));
  put(shown, "oldest", since(queue.oldest));
  put(shown, "answered", String(today.answered ?? 0));
  put(shown, "abandoned", String(today.abandoned ?? 0));
  put(shown, "mean-wait-ms", span(today.mean_wait_ms));
  put(shown, "service-level", share(today.in_time, today.due));
  const meter = shown.querySelector("meter");
  meter.value = today.due ? today.in_time / today.due : 0;
  meter.hidden = !today.due;
  shown.classList.toggle("busy", queue.waiting > 0);
}

function showTalks() {
  const talking = new Map();
  for (const seat of seats.values()) {
    if (seat.state === "talking") talking.set(seat.queue, (talking.get(seat.queue) ?? 0) + 1);
  }
  for (const name of queues.keys()) put(row(name), "talking", String(talking.get(name) ?? 0));
}

function showAll() {
  const sum = (of) => [...queues.values()].reduce((total, queue) => total + (of(queue) ?? 0), 0);
  const states = [...seats.values()].map((seat) => seat.state);
  all("all-waiting", String(sum((queue) => queue.waiting)));
  all("all-talking", String(states.filter((state) => state === "talking").length));
  all("all-ready", String(states.filter((state) => state === "ready").length));
  all("all-answered", String(sum((queue) => queue.today.answered)));
  all("all-level", share(sum((queue) => queue.today.in_time), sum((queue) => queue.today.due)));
}

// ---- duties

const WORDS = ["missing", "left", "late", "on time", "to come"];
const clocks = new Intl.DateTimeFormat("en-GB", {
  timeZone: floor.dataset.zone, hour: "2-digit", minute: "2-digit", hourCycle: "h23",
});
const days = new Intl.DateTimeFormat("sv-SE", { timeZone: floor.dataset.zone });

function hours(duty) {
  const both = `${clocks.format(duty.begins)}–${clocks.format(duty.ends)}`;
  const day = days.format(duty.begins);
  const other = duty.word === "to come" && day !== days.format(Date.now() + clock.ahead);
  return other ? `${day.slice(5)} ${both}` : both;
}

// "2 h 5 min": a span that nobody takes for a time of day.
function roughly(milliseconds) {
  const minutes = Math.max(0, Math.floor(milliseconds / 60000));
  const rest = floor.dataset.minutes.replace("#", minutes % 60);
  const hours = Math.floor(minutes / 60);
  return hours ? `${floor.dataset.hours.replace("#", hours)} ${rest}` : rest;
}

function by(duty) {
  const now = Date.now() + clock.ahead;
  if (duty.word === "missing") return roughly(now - duty.begins);
  if (duty.word === "late") return roughly(duty.came - duty.begins);
  return duty.word === "to come" ? roughly(duty.begins - now) : "";
}

function dutyRow(number, duty) {
  const found = document.querySelector(
    `[data-duty="${CSS.escape(number)}"][data-begins="${duty.begins}"]`);
  if (found) return found;
  const made = dutyRows.cloneNode(true).querySelector("li");
  made.dataset.duty = number;
  made.dataset.begins = duty.begins;
  link(made, number);
  return made;
}

function showDuties() {
  const rows = [...duties].flatMap(([number, those]) => those.map((duty) => [number, duty]));
  rows.sort(([a, one], [b, other]) => WORDS.indexOf(one.word) - WORDS.indexOf(other.word)
    || one.begins - other.begins || a.localeCompare(b));
  const shown = { "duties": [], "duties-next": [] };
  for (const [number, duty] of rows) {
    const made = dutyRow(number, duty);
    made.className = duty.word.replace(" ", "-");
    put(made, "name", names.agents[number] ?? "");
    put(made, "number", number);
    put(made, "shift", duty.shift);
    made.querySelector("[data-shift]").title = duty.title;
    put(made, "hours", hours(duty));
    put(made, "by", by(duty));
    only(made, "word", duty.word);
    only(made, "at", duty.place);
    only(made, "if", duty.place === "home" && !duty.mobile ? "no mobile" : "");
    shown[duty.word === "to come" ? "duties-next" : "duties"].push(made);
  }
  for (const [id, list] of Object.entries(shown)) {
    const place = document.getElementById(id);
    // What stands where it should is not touched: the focus stays, and readers are not told again.
    if (list.some((row, at) => place.children[at] !== row) || place.children.length > list.length) {
      place.replaceChildren(...list);
    }
  }
  document.getElementById("next-title").hidden = shown["duties-next"].length === 0;
  const absent = rows.filter(([, duty]) => duty.word === "missing" || duty.word === "left").length;
  all("all-missing", String(absent));
  document.getElementById("missing-figure").classList.toggle("bad", absent > 0);
}

// ---- the feed

// The whole comes again when the site has changed: somebody may be called otherwise.
function rename() {
  for (const [number, seat] of seats) showSeat(number, seat);
  for (const [name, queue] of queues) showQueue(name, queue);
  showDuties();
}

function take(frame) {
  if (frame.whole) {
    if (floor.dataset.frame) callByName().then(rename, () => {});
    duties.clear();
    document.getElementById("not-rostered").hidden = frame.rostered;
    for (const number of [...seats.keys()]) if (!(number in frame.seats)) showSeat(number, null);
    for (const shown of document.querySelectorAll("[data-seat]")) {
      if (!(shown.dataset.seat in frame.seats)) shown.remove();
    }
    for (const name of [...queues.keys()]) {
      if (!(name in frame.queues)) {
        queues.delete(name);
        row(name).remove();
      }
    }
  }
  for (const [number, seat] of Object.entries(frame.seats)) showSeat(number, seat);
  for (const [name, queue] of Object.entries(frame.queues)) showQueue(name, queue);
  for (const reason of document.querySelectorAll("[data-held]")) {
    if (frame.held) reason.hidden = !frame.held.includes(reason.dataset.held);
  }
  for (const [number, those] of Object.entries(frame.duties ?? {})) duties.set(number, those);
  if (frame.duties) showDuties();
  countLanes();
  showTalks();
  showAll();
  find();
  tick();
  floor.dataset.frame = String(frame.now);
}

function tick() {
  for (const [number, seat] of seats) put(cell(number), "since", since(seat.since));
  let oldest = null;
  for (const [name, queue] of queues) {
    put(row(name), "oldest", since(queue.oldest));
    const late = queue.oldest !== null
      && Date.now() + clock.ahead - queue.oldest > (names.in_time[name] ?? Infinity);
    row(name).querySelector("[data-over]").hidden = !late;
    if (queue.oldest !== null && (oldest === null || queue.oldest < oldest)) oldest = queue.oldest;
  }
  if (queues.size) all("all-oldest", since(oldest));
  for (const [number, those] of duties) {
    for (const duty of those) put(dutyRow(number, duty), "by", by(duty));
  }
}

document.getElementById("find")?.addEventListener("input", find);
setInterval(tick, 1000);

async function callByName() {
  const answer = await fetch(floor.dataset.names);
  if (answer.ok) Object.assign(names, await answer.json());
}

callByName().finally(() => follow(floor, take));
