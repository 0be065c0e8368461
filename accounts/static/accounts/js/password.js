// The eye beside a password shows what was typed, until it is pressed again or the form goes.

for (const button of document.querySelectorAll("[data-shows-password]")) {
  const input = button.parentElement.querySelector("input");
  const show = (shown) => {
    input.type = shown ? "text" : "password";
    button.setAttribute("aria-label", shown ? button.dataset.hide : button.dataset.show);
  };
  button.addEventListener("click", () => show(input.type === "password"));
  input.form.addEventListener("submit", () => show(false));
}
