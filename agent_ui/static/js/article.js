// Articles: hear a text, add rows of amounts, save with Ctrl+S, warn before unsaved work is left.

const editor = document.getElementById("editor");
const csrf = JSON.parse(document.body.getAttribute("hx-headers"))["X-CSRF-Token"];
let player = null;
let unsaved = false;

function words(selector) {
  return [...document.querySelectorAll(selector)]
    .map((element) => ("value" in element ? element.value : element.textContent).trim())
    .join("");
}

async function hear(button) {
  const status = button.parentElement.querySelector("[role=status]");
  player?.pause();
  button.disabled = true;
  status.textContent = "正在合成语音，请稍候……";
  const body = new URLSearchParams({ text: words(button.dataset.hear), csrf });
  try {
    const answer = await fetch("/knowledge/sound", { method: "POST", body });
    if (!answer.ok) throw new Error(await answer.text());
    player = new Audio(URL.createObjectURL(await answer.blob()));
    await player.play();
    status.textContent = "正在播放";
    player.addEventListener("ended", () => (status.textContent = ""));
  } catch (error) {
    status.textContent = error instanceof TypeError ? "网络不通，请稍后再试。" : error.message;
  } finally {
    button.disabled = false;
  }
}

for (const button of document.querySelectorAll("[data-hear]")) {
  button.addEventListener("click", () => hear(button));
}

if (editor) {
  // htmx previews what is typed; sending the form is the browser's own business.
  editor.addEventListener("htmx:beforeRequest", (event) => {
    if (event.detail.requestConfig.triggeringEvent?.type === "submit") event.preventDefault();
  });
  editor.addEventListener("input", () => (unsaved = true));
  editor.addEventListener("submit", () => (unsaved = false));
  addEventListener("beforeunload", (event) => {
    if (unsaved) event.preventDefault();
  });
  addEventListener("keydown", (event) => {
    if ((event.ctrlKey || event.metaKey) && event.key === "s") {
      event.preventDefault();
      editor.requestSubmit(editor.querySelector("[name=then][value=save]"));
    }
  });
  document.getElementById("more-amounts").addEventListener("click", () => {
    const rows = document.getElementById("amounts");
    const row = rows.lastElementChild.cloneNode(true);
    for (const input of row.querySelectorAll("input")) input.value = "";
    rows.append(row);
    row.querySelector("input").focus();
  });
}
