// The ways that were told in a call: each on a map, with its steps as a list that moves the map.

import { streetMap } from "./street_map.js";

const NEAR = 17;
let maps = [];

// Draw the ways of the page; called again when the page's body was replaced.
export function showWays() {
  maps = maps.filter(({ map, element }) => element.isConnected || (map.remove(), false));
  document.querySelectorAll(".way .map:not([data-drawn])").forEach((element) => {
    element.dataset.drawn = "";
    show(element).catch((fault) => {
      const hint = document.createElement("p");
      hint.className = "hint";
      hint.textContent = fault.message;
      element.replaceWith(hint);
    });
  });
}

async function show(element) {
  const way = element.closest(".way");
  const { L, map, about } = await streetMap(element);
  maps.push({ map, element });
  const line = JSON.parse(way.dataset.line);
  const [start, end] = JSON.parse(way.dataset.ends);
  L.polyline(line, { color: "#ffffff", weight: 10, opacity: 0.9, interactive: false }).addTo(map);
  const drawn = L.polyline(line, { color: "#1553c7", weight: 6, interactive: false }).addTo(map);
  pin(L, start, "起", "from").addTo(map);
  pin(L, end, "终", "to").addTo(map);
  const whole = L.latLngBounds([start, end]).extend(drawn.getBounds());
  map.fitBounds(whole, { padding: [40, 40], maxZoom: NEAR, animate: false });
  const [south, west, north, east] = about.bounds;
  if (!L.latLngBounds([south, west], [north, east]).intersects(whole)) {
    element.insertAdjacentHTML("afterend", '<p class="hint">街道图不含这一带，只画出路线。</p>');
  }
  steps(L, map, way, whole);
}

function pin(L, at, letter, kind) {
  const icon = L.divIcon({ className: `pin ${kind}`, html: letter, iconSize: [30, 30] });
  return L.marker(at, { icon, interactive: false, keyboard: false });
}

// Each step becomes a button that shows its place; pressed again it shows the whole way.
function steps(L, map, way, whole) {
  const here = L.circleMarker([0, 0], { radius: 13, color: "#a81c1c", weight: 5, fill: false });
  const buttons = [...way.querySelectorAll(".steps li")].map((item) => {
    const button = document.createElement("button");
    button.type = "button";
    button.className = "quiet";
    button.textContent = item.textContent;
    button.title = "在图上看这一步；再按一次看全程";
    button.setAttribute("aria-pressed", "false");
    item.replaceChildren(button);
    button.addEventListener("click", () => {
      const on = button.getAttribute("aria-pressed") !== "true";
      buttons.forEach((each) => each.setAttribute("aria-pressed", String(each === button && on)));
      const at = item.dataset.at.split(",").map(Number);
      if (on) {
        here.setLatLng(at).addTo(map);
        map.setView(at, NEAR, { animate: false });
      } else {
        here.remove();
        map.fitBounds(whole, { padding: [40, 40], maxZoom: NEAR, animate: false });
      }
    });
    return button;
  });
}
