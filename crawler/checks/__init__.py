"""Turn responses and failures into checks: status, redirects, soft 404s, bot protection, logins."""
