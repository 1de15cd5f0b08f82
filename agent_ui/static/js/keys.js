// The keyboard of the desk: one table, which works the keys and is shown with "?".

const OFF = "hotline-keys-off";
const part = (id) => document.getElementById(id);

// `table` has [key, title, run]; single keys work outside of fields, and can be switched off
// (WCAG 2.2, 2.1.4). `also` are keys that are handled elsewhere and only shown.
export function setUpKeys(table, also) {
  const rows = [...table, ...also].map(([key, title]) => {
    const row = document.createElement("tr");
    const head = document.createElement("th");
    const kbd = document.createElement("kbd");
    kbd.textContent = key === " " ? "空格" : key.toUpperCase();
    head.append(kbd);
    const cell = document.createElement("td");
    cell.textContent = title;
    row.append(head, cell);
    return row;
  });
  part("keys-table").replaceChildren(...rows);
  part("keys-on").checked = localStorage.getItem(OFF) === null;
  part("keys-on").addEventListener("change", ({ target }) => {
    if (target.checked) localStorage.removeItem(OFF);
    else localStorage.setItem(OFF, "1");
  });
  part("keys-open").addEventListener("click", () => part("keys").showModal());
  addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing || event.repeat) return;
    if (event.target.closest("input, textarea, select, dialog[open]")) return;
    if (event.key === "?" || event.key === "？") {
      part("keys").showModal();
      return;
    }
    if (localStorage.getItem(OFF) !== null) return;
    const found = table.find(([key]) => key.toLowerCase() === event.key.toLowerCase());
    if (!found) return;
    event.preventDefault();
    found[2]();
  });
}
