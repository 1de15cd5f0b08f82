"""Questions as callers put them, and how often the search is right on them."""
