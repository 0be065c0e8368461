// Counts a pause down, so that nobody has to guess when it ends.

for (const line of document.querySelectorAll("[data-pause]")) {
  const ends = Date.now() + Number(line.dataset.pause) * 1000;
  const clock = line.querySelector("b");
  const timer = setInterval(() => {
    const left = Math.ceil((ends - Date.now()) / 1000);
    if (left > 0) {
      clock.textContent = `${Math.floor(left / 60)}:${String(left % 60).padStart(2, "0")}`;
    } else {
      clearInterval(timer);
      line.textContent = line.dataset.over;
    }
  }, 1000);
}
