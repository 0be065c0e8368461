// The inbox page: its parts.

import "moderation/panes";
