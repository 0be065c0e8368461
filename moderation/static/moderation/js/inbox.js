// The inbox page: its parts, each a module of its own.

import "moderation/commands";
import "moderation/company";
import "moderation/following";
import "moderation/mentions";
import "moderation/panes";
import "moderation/reply";
import "moderation/several";

// From here on keys and buttons do what they say.
document.querySelector("#inbox").dataset.ready = "";
