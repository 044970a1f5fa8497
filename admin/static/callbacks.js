// Shows a call-back anew when something became of it: a try ended, somebody took it.
"use strict";

const callBack = document.getElementById("call-back");
const LOOK_AGAIN = 2000;  // milliseconds

function writing() {
  // What is being written must not be lost to a new state.
  return [...document.querySelectorAll("textarea, input:not([type=hidden])")].some(
    (field) => field.value !== field.defaultValue);
}

async function look() {
  if (document.hidden || writing()) return;
  try {
    const answer = await fetch(callBack.dataset.now);
    if (answer.ok && (await answer.json()).mark !== callBack.dataset.mark) location.reload();
  } catch {
    // The pages are away for a moment: the next look tells.
  }
}

setInterval(look, LOOK_AGAIN);
