// The gallery's page: uploads, and the dialog about one picture closes once its deed is done.

import "gallery/upload";

document.addEventListener("gallery:done", () => document.querySelector("#asset")?.close());
