// Those who may answer: their names and avatars by user, asked for once, when the first of them is to be shown.

import { parse } from "moderation/parts";

const { colleaguesUrl } = document.querySelector("#inbox").dataset;

let found = null;

export function findColleagues() {
  found ??= fetch(colleaguesUrl)
    .then((response) => (response.ok ? response.text() : ""))
    .then((html) => new Map([...parse(html).querySelectorAll("[data-to]")].filter((one) => one.dataset.to).map((one) => [
      Number(one.dataset.to),
      { name: one.querySelector(".clip").textContent, avatar: one.querySelector(".avatar") },
    ])))
    .catch(() => {
      found = null;
      return new Map();
    });
  return found;
}
