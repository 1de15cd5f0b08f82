// Beside a talk: the articles that may answer, and what was heard for the form's fields.

import { fill, line } from "./page.js";

const csrf = JSON.parse(document.body.getAttribute("hx-headers"))["X-CSRF-Token"];
const part = (id) => document.getElementById(id);
const panel = part("articles");

let call = "";
let fields = new Map();
let noText = "";
let ticket = "";
let latest = [];
let shown = "";

// Begin with a call; `of` has the fields of its form, its ticket's number and why no text can go.
export function begin(id, of) {
  if (id !== call) showArticles([]);
  call = id;
  fields = of.fields;
  ticket = of.ticket;
  noText = of.noText;
  latest = [];
}

line.addEventListener("suggestions", ({ detail }) => {
  if (detail.call !== call) return;
  latest = detail.articles;
  // Cards do not move under the eyes or the pointer of somebody who uses them.
  const busy = panel.matches(":hover, :focus-within") && shown !== "[]" && shown !== "";
  const different = JSON.stringify(latest) !== shown;
  if (different && busy) part("articles-new").hidden = false;
  else if (different) showArticles(latest);
  showHeard(detail.fields);
});
part("articles-new").addEventListener("click", update);

export function update() {
  showArticles(latest);
}

function showArticles(articles) {
  shown = JSON.stringify(articles);
  part("articles-new").hidden = true;
  part("articles-none").hidden = articles.length > 0;
  part("articles-list").replaceChildren(...articles.map(card));
}

function card(article) {
  const source = [article.source, article.date, article.area].filter(Boolean).join(" · ");
  const item = fill(part("article-card"), {
    ...article,
    about: `依据：${source}`,
    link: `/articles/${encodeURIComponent(article.article)}?version=${article.version}`,
  });
  item.dataset.article = article.article;
  item.querySelector("[data-mark=expired]").hidden = !article.expired;
  const soon = item.querySelector("[data-mark=soon]");
  soon.hidden = article.expired || !article.soon;
  soon.textContent = `${article.until}到期`;
  for (const button of item.querySelectorAll("[data-act]")) {
    button.addEventListener("click", () => act(button, article));
  }
  const text = item.querySelector("[data-act=text]");
  const why = article.expired ? "条目已过期，不能发给来电人。" : noText;
  text.setAttribute("aria-disabled", String(Boolean(why)));
  text.title = why;
  return item;
}

async function act(button, article) {
  if (button.getAttribute("aria-disabled") === "true") {
    say(button.title, true);
    return;
  }
  const text = `${article.spoken}（${article.source}）`;
  if (button.dataset.act === "copy") {
    try {
      await navigator.clipboard.writeText(text);
      say("已复制。");
    } catch {
      say("浏览器不让复制，请点“念给来电人”后用鼠标选中文字。", true);
    }
  } else if (button.dataset.act === "aloud") {
    part("aloud-title").textContent = article.title;
    part("aloud-text").textContent = article.spoken;
    part("aloud-source").textContent = `依据：${[article.source, article.date].filter(Boolean).join(" · ")}`;
    part("aloud").showModal();
  } else {
    button.disabled = true;
    const body = new URLSearchParams({ article: article.article, version: article.version });
    const options = { method: "POST", headers: { "X-CSRF-Token": csrf }, body };
    const answer = await fetch(`/tickets/${ticket}/text`, options).catch(() => null);
    const told = answer ? await answer.json().catch(() => ({})) : { why: "没有连上服务器，请再试一次。" };
    button.disabled = false;
    say(answer?.ok ? "短信已发出，送达情况见工单。" : (told.why ?? "短信没有发出，请再试一次。"), !answer?.ok);
  }
}

function say(words, wrong = false) {
  document.dispatchEvent(new CustomEvent("desk-says", { detail: { words, wrong } }));
}

// Each value with how sure it is and the words it comes from; a click takes it, nothing else does.
function showHeard(candidates) {
  for (const [name, field] of fields) {
    const place = field.element.querySelector(".note-heard");
    if (!place) continue;
    const mine = candidates.filter((each) => each.field === name && each.value !== field.input.value);
    const key = JSON.stringify(mine);
    if (place.dataset.shown === key) continue;
    place.dataset.shown = key;
    place.replaceChildren(...mine.slice(0, 2).map((each) => chip(field, each)));
  }
}

function chip(field, heard) {
  const button = document.createElement("button");
  button.type = "button";
  button.className = `heard-chip${heard.fault ? " doubt" : ""}`;
  const value = document.createElement("b");
  value.textContent = heard.value;
  const sure = Math.round(heard.sure * 100);
  const about = document.createElement("span");
  about.textContent = ` 把握${sure}%${heard.fault ? ` · ${heard.fault}` : ""} · “${heard.source}”`;
  button.append("采用 ", value, about);
  button.title = `${heard.fault || ""}来自：“${heard.source}”`;
  button.addEventListener("click", () => {
    field.set(heard.value);
    button.remove();
    field.input.focus();
  });
  return button;
}

// Take the first value that was heard for the field that has the focus.
export function takeHeard(element) {
  const button = element.closest(".note")?.querySelector(".heard-chip");
  button?.click();
  return Boolean(button);
}
