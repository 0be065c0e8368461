// The list's filters act as they are chosen; and a post that has just been taken leaves no copy in this browser.

const sent = sessionStorage.getItem("composer:sent");
if (sent) {
  localStorage.removeItem(sent);
  sessionStorage.removeItem("composer:sent");
}

const filters = document.querySelector("#filters");
filters?.addEventListener("change", () => filters.requestSubmit());

// Words are looked for on Enter; an emptied field shows all again.
const search = filters?.elements.namedItem("q");
search?.addEventListener("input", () => search.value === "" && filters.requestSubmit());
