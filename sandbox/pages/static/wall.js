// Keeps a wall in step: asks for its posts every second while the page is seen, and swaps them only when they changed.
const PAUSE = 1000;
const wall = document.querySelector("[data-posts]");
const posts = document.getElementById("posts");
let tag = null;

async function look() {
  const headers = tag ? { "If-None-Match": tag } : {};
  const answer = await fetch(wall.dataset.posts, { headers, cache: "no-store" });
  if (answer.status !== 200) return;
  const first = tag === null;
  tag = answer.headers.get("ETag");
  const html = await answer.text();
  if (!first || html.trim() !== posts.innerHTML.trim()) {
    posts.replaceChildren(...new DOMParser().parseFromString(html, "text/html").body.childNodes);
  }
}

async function keep() {
  for (;;) {
    try {
      if (!document.hidden) await look();
    } catch {
      // The sandbox is being restarted: the next look finds it again.
    }
    await new Promise((resolve) => setTimeout(resolve, PAUSE));
  }
}

keep();
