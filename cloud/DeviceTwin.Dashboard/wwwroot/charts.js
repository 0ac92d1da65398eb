// The read-out under the pointer: no round trip to the server for a move of the mouse.
// Blazor owns every element here; this script only moves and fills those that it left empty for it.
(() => {
  "use strict";
  const digits = value => value >= 100 ? value.toFixed(0) : value >= 10 ? value.toFixed(1) : value.toFixed(2);
  const place = (element, share) => { element.hidden = share < 0 || share > 1; element.style.left = share * 100 + "%"; };
  const numbers = text => text.split(" ").map(item => item === "-" ? NaN : Number(item));

  function spectrum(plot, share, pinned) {
    const values = numbers(plot.dataset.values), bin = Number(plot.dataset.bin), shaft = Number(plot.dataset.shaft);
    const index = Math.max(0, Math.min(values.length - 1, Math.round(share * (values.length - 1))));
    const hertz = index * bin, last = bin * (values.length - 1);
    place(plot.querySelector("[data-cursor]"), hertz / last);
    for (const line of plot.querySelectorAll("[data-harmonic]")) {
      pinned && hertz > 0 ? place(line, hertz * Number(line.dataset.harmonic) / last) : line.hidden = true;
    }
    const order = shaft > 0 ? ` · ${(hertz / shaft).toFixed(2)}×` : "";
    return `${hertz.toFixed(1)} Hz${order} · ${digits(values[index])} ${plot.dataset.unit}${pinned ? " · harmonics pinned" : ""}`;
  }

  function trend(plot, share) {
    const values = numbers(plot.dataset.values), times = numbers(plot.dataset.times);
    const from = Number(plot.dataset.from), to = Number(plot.dataset.to), at = from + share * (to - from);
    let nearest = 0;
    for (let index = 1; index < times.length; index++) {
      if (Math.abs(times[index] - at) < Math.abs(times[nearest] - at)) { nearest = index; }
    }
    place(plot.querySelector("[data-cursor]"), (times[nearest] - from) / (to - from));
    const value = Number.isNaN(values[nearest]) ? "refused" : `${digits(values[nearest])} ${plot.dataset.unit}`;
    return `${new Date(times[nearest]).toISOString().slice(11, 19)} UTC · ${value}`;
  }

  function show(plot, share) {
    plot._share = share;
    const text = plot.dataset.chart === "spectrum" ? spectrum(plot, share, plot._pinned) : trend(plot, share);
    plot.closest("figure").querySelector("[data-readout]").textContent = text;
  }

  function hide(plot) {
    if (plot._pinned) { return; }
    plot._share = undefined;
    for (const line of plot.querySelectorAll(".cursor")) { line.hidden = true; }
    plot.closest("figure").querySelector("[data-readout]").textContent = "";
  }

  const plotOf = event => event.target instanceof Element ? event.target.closest("[data-chart]") : null;
  const shareOf = (plot, event) => {
    const box = plot.getBoundingClientRect();
    return Math.max(0, Math.min(1, (event.clientX - box.left) / box.width));
  };

  // New values under a resting pointer: what is said must be what is shown.
  new MutationObserver(changes => {
    for (const change of changes) {
      if (change.target._share !== undefined) { show(change.target, change.target._share); }
    }
  }).observe(document.documentElement, { subtree: true, attributes: true, attributeFilter: ["data-values", "data-to"] });

  document.addEventListener("pointermove", event => {
    const plot = plotOf(event);
    if (plot && !plot._pinned) { show(plot, shareOf(plot, event)); }
  });
  document.addEventListener("pointerout", event => {
    const plot = plotOf(event);
    if (plot && !plot.contains(event.relatedTarget)) { hide(plot); }
  });

  // A click pins the cursor and shows the harmonics of the frequency under it; another lets go.
  document.addEventListener("click", event => {
    const plot = plotOf(event);
    if (plot && plot.dataset.chart === "spectrum") {
      plot._pinned = !plot._pinned;
      show(plot, shareOf(plot, event));
    }
  });
  document.addEventListener("keydown", event => {
    const plot = plotOf(event);
    if (!plot) { return; }
    const count = plot.dataset.values.split(" ").length - 1;
    const step = event.key === "ArrowRight" ? 1 : event.key === "ArrowLeft" ? -1 : 0;
    if (step !== 0) {
      event.preventDefault();
      show(plot, Math.max(0, Math.min(1, (plot._share ?? 0) + step * (event.shiftKey ? 10 : 1) / count)));
    } else if (event.key === "Escape") {
      plot._pinned = false;
      hide(plot);
    } else if (event.key === "Enter" && plot.dataset.chart === "spectrum") {
      plot._pinned = !plot._pinned;
      show(plot, plot._share ?? 0);
    }
  });
})();
