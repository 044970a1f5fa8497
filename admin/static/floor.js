// Keeps the live floor up to date from the feed of the running server.
"use strict";

const floor = document.getElementById("floor");
const cells = document.getElementById("seat-cell").content;
const rows = document.getElementById("queue-row").content;
const names = { queues: {}, agents: {} };
const seats = new Map();
const queues = new Map();

const share = (part, whole) => (whole ? `${Math.round((100 * part) / whole)}%` : "–");

function put(within, name, text) {
  const place = within.querySelector(`[data-${name}]`);
  if (place.textContent !== text) place.textContent = text;
}

function all(id, text) {
  document.getElementById(id).textContent = text;
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
    const link = found.querySelector("a");
    link.href = link.getAttribute("href").replace(/[^/]*$/, encodeURIComponent(number));
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
  put(shown, "phone", seat.phone);
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

// ---- the feed

function take(frame) {
  if (frame.whole) {
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
    if (queue.oldest !== null && (oldest === null || queue.oldest < oldest)) oldest = queue.oldest;
  }
  if (queues.size) all("all-oldest", since(oldest));
}

document.getElementById("find")?.addEventListener("input", find);
setInterval(tick, 1000);
fetch(floor.dataset.names)
  .then((answer) => answer.json())
  .then((told) => Object.assign(names, told))
  .finally(() => follow(floor, take));
