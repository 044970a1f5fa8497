// Comfort on the page of a draft: shortcuts for its buttons, arrows in its outline.
"use strict";

const typing = (target) => target.closest("input, select, textarea") !== null;

function shortcut(event) {
  const command = event.ctrlKey || event.metaKey;
  if (command && event.key.toLowerCase() === "z") return event.shiftKey ? "redo" : "undo";
  if (command && event.key.toLowerCase() === "y") return "redo";
  if (event.altKey && event.key === "ArrowUp") return "earlier";
  if (event.altKey && event.key === "ArrowDown") return "later";
  if (event.key === "Delete" && event.target.closest(".step.chosen")) return "remove";
  return null;
}

document.addEventListener("keydown", (event) => {
  if (typing(event.target)) return;
  const wanted = shortcut(event);
  if (wanted !== null) {
    const button = document.querySelector(`[data-shortcut="${wanted}"]:not(:disabled)`);
    if (button) {
      event.preventDefault();
      button.click();
    }
    return;
  }
  const link = event.target.closest("[data-outline] .step-link");
  if (link && (event.key === "ArrowUp" || event.key === "ArrowDown")) {
    const links = [...document.querySelectorAll("[data-outline] .step-link")];
    const next = links[links.indexOf(link) + (event.key === "ArrowDown" ? 1 : -1)];
    if (next) {
      event.preventDefault();
      next.focus();
    }
  }
});

// What is chosen is in sight in a picture that is larger than its window.
document.querySelector(".menu-picture .box.chosen")
  ?.scrollIntoView({ block: "nearest", inline: "center" });
