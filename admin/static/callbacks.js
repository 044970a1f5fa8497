// Shows a call-back anew when something became of it: a try ended, somebody took it.
"use strict";

const callBack = document.getElementById("call-back");
const LOOK_AGAIN = 10000;  // milliseconds

function chosen(select) {
  // A select of which no option is marked begins with its first.
  const marked = [...select.options].findIndex((option) => option.defaultSelected);
  return select.selectedIndex !== Math.max(0, marked);
}

function busy() {
  // What is being written, chosen or listened to must not be lost to a new state.
  return [...document.querySelectorAll("textarea, input:not([type=hidden])")].some(
    (field) => field.value !== field.defaultValue)
    || [...document.querySelectorAll("select")].some(chosen)
    || [...document.querySelectorAll("audio")].some((sound) => !sound.paused);
}

async function look() {
  if (document.hidden || busy()) return;
  try {
    const answer = await fetch(callBack.dataset.now);
    if (!answer.ok || (await answer.json()).mark === callBack.dataset.mark) return;
    if (!busy()) location.reload();
  } catch {
    // The pages are away for a moment: the next look tells.
  }
}

setInterval(look, LOOK_AGAIN);
