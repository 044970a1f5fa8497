// Moves shifts on the board of a draft: by mouse, by keyboard, by touch. Each move is posted.
"use strict";

let held = null;    // the chip that is to go somewhere
let target = null;  // the cell it would go to

const chips = "a.chip[data-key], a.chip[data-new]";

function mark() {
  document.body.classList.toggle("is-holding", held !== null);
  for (const chip of document.querySelectorAll(chips)) {
    chip.setAttribute("role", "button");
    chip.setAttribute("aria-pressed", String(chip === held));
  }
  for (const cell of document.querySelectorAll("td.target")) cell.classList.remove("target");
  target?.classList.add("target");
  target?.scrollIntoView({ block: "nearest", inline: "nearest" });
  const holding = document.getElementById("holding");
  holding.hidden = held === null;
  document.getElementById("how").hidden = held !== null;
  holding.querySelector("strong").textContent =
    held === null ? "" : `${shiftOf(held)} → ${target?.dataset.where ?? ""}`;
}

function shiftOf(chip) {
  return chip.dataset.new ?? chip.dataset.key.split("/")[2];
}

function hold(chip) {
  held = chip;
  target = chip?.closest("td[data-agent]") ?? (chip && document.querySelector("td[data-agent]"));
  mark();
}

function step(across, down) {
  const row = target.parentElement;
  if (across) {
    const cells = [...row.querySelectorAll("td[data-agent]")];
    target = cells[cells.indexOf(target) + across] ?? target;
  } else {
    const rows = [...document.querySelectorAll(".board tbody tr")]
      .filter((each) => each.querySelector("td[data-agent]"));
    const day = CSS.escape(target.dataset.day);
    const next = rows[rows.indexOf(row) + down];
    target = next?.querySelector(`td[data-day="${day}"]`) ?? target;
  }
  mark();
}

async function post(fields) {
  const form = document.getElementById("edit");
  const data = new FormData();
  for (const name of ["csrf_token", "view", "team", "page"]) {
    data.set(name, form.elements[name].value);
  }
  for (const [name, value] of fields) data.append(name, value);
  await send(form.action, data);
}

async function send(address, data) {
  const scrolled = document.querySelector(".scroll")?.scrollLeft ?? 0;
  const answer = await fetch(address, { method: "POST", body: data });
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  const main = page.querySelector("main");
  // Whatever is not the draft (logged out, the draft is gone) is shown as the page that it is.
  if (!answer.ok || !page.getElementById("edit")) return location.reload();
  document.querySelector("main").replaceWith(document.adoptNode(main));
  history.replaceState(null, "", answer.url);
  document.querySelector(".scroll").scrollLeft = scrolled;
  hold(null);
}

function focusOn(key) {
  document.querySelector(`[data-key="${CSS.escape(key)}"]`)?.focus();
}

async function put(cell) {
  const chip = held;
  const key = `${cell.dataset.agent}/${cell.dataset.day}/${shiftOf(chip)}`;
  if (key === chip.dataset.key) return hold(null);
  const fields = [["agent", cell.dataset.agent], ["day", cell.dataset.day], ["shift", shiftOf(chip)]];
  if (chip.dataset.key) fields.push(["old", chip.dataset.key]);
  await post([...fields, ["do", chip.dataset.key ? "move" : "put"]]);
  focusOn(key);
}

async function remove(chip) {
  const [agent, day] = chip.dataset.key.split("/");
  await post([["old", chip.dataset.key], ["do", "remove"]]);
  const left = document.querySelector(
    `td[data-agent="${CSS.escape(agent)}"][data-day="${CSS.escape(day)}"] a.chip`,
  );
  (left ?? document.querySelector(".palette a.chip"))?.focus();
}

document.addEventListener("keydown", (event) => {
  const chip = event.target.closest?.(chips);
  const arrows = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
  if (!chip) return;
  if (event.key === "Delete" && chip.dataset.key) {
    event.preventDefault();
    remove(chip);
  } else if (event.key === "Enter" || event.key === " ") {
    event.preventDefault();
    if (held === chip && target) put(target);
    else hold(chip);
  } else if (held && target && event.key in arrows) {
    event.preventDefault();
    step(...arrows[event.key]);
  } else if (event.key === "Escape" && held) {
    hold(null);
  }
});

document.addEventListener("click", (event) => {
  const chip = event.target.closest(chips);
  const cell = event.target.closest("td[data-agent]");
  if (held && cell && chip !== held) {
    event.preventDefault();
    put(cell);
  } else if (chip) {
    event.preventDefault();
    chip.focus();
    hold(held === chip ? null : chip);
  }
});

document.addEventListener("dragstart", (event) => {
  const chip = event.target.closest?.(chips);
  if (!chip) return;
  event.dataTransfer.setData("text/plain", shiftOf(chip));
  event.dataTransfer.effectAllowed = "copyMove";
  hold(chip);
});

document.addEventListener("dragover", (event) => {
  const cell = event.target.closest?.("td[data-agent]");
  if (!held || !cell) return;
  event.preventDefault();
  if (cell !== target) {
    target = cell;
    mark();
  }
});

document.addEventListener("drop", (event) => {
  const cell = event.target.closest?.("td[data-agent]");
  if (!held || !cell) return;
  event.preventDefault();
  put(cell);
});

document.addEventListener("dragend", () => {
  if (held) hold(null);
});

document.addEventListener("submit", async (event) => {
  const form = event.target.closest("form[data-edit]");
  if (!form) return;
  event.preventDefault();
  await send(form.action, new FormData(form, event.submitter));
});

hold(null);
