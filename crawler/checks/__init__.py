"""From a response or a failure to a check: status, redirects, soft 404s, bot walls, logins."""
