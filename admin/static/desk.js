// Keeps an agent's desk up to date from the feed of the running server.
"use strict";

const desk = document.getElementById("desk");
const caller = document.getElementById("caller");
const piece = document.getElementById("caller-piece");
const shown = document.getElementById("since");

function tick() {
  if (shown) shown.textContent = since(Number(shown.dataset.since));
}

function writing() {
  // A note that is being written must not be lost to a new state.
  const text = piece.querySelector("textarea");
  return text !== null && text.value !== text.defaultValue;
}

async function showCaller(call) {
  if (piece.dataset.call === call && piece.querySelector("dl")) return;
  const answer = await fetch(desk.dataset.caller.replace("CALL", encodeURIComponent(call)));
  if (!answer.ok) return;
  piece.dataset.call = call;
  piece.innerHTML = await answer.text();  // our own page, in which every value is escaped
  caller.hidden = false;
}

async function keep(event) {
  const form = event.target.closest("form[data-note]");
  if (!form) return;
  event.preventDefault();
  const answer = await fetch(form.action, { method: "POST", body: new FormData(form) });
  if (answer.ok) {
    for (const text of form.querySelectorAll("textarea")) text.defaultValue = text.value;
    location.reload();
  }
}

function take(frame) {
  const seat = frame.seats[desk.dataset.seat];
  if (seat === undefined) return;
  const [state, paused, place] = seat ? [seat.state, seat.paused ?? "", seat.phone] : ["", "", ""];
  if (seat?.call) showCaller(seat.call);
  const drawn = desk.dataset;
  if (state !== drawn.state || paused !== drawn.paused || place !== drawn.place) {
    if (!writing()) location.reload();
  }
  tick();
}

document.addEventListener("submit", keep);
setInterval(tick, 1000);
tick();
follow(desk, take);
