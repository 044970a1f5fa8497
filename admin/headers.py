"""What every answer tells the browser, so that it takes no orders from anybody else."""

from __future__ import annotations

from collections.abc import Sequence

from flask import Response, request


def policy(feeds: Sequence[str] = ()) -> str:
    """The Content-Security-Policy; `feeds` are the origins of live feeds beside our own."""
    return "; ".join(
        (
            "default-src 'self'",
            " ".join(("connect-src 'self'", *feeds)),
            "media-src 'self'",
            "object-src 'none'",
            "base-uri 'none'",
            "form-action 'self'",
            "frame-ancestors 'none'",
        )
    )


def protect(response: Response, csp: str) -> Response:
    """Headers for pages, files and errors alike."""
    headers = response.headers
    headers["Content-Security-Policy"] = csp
    headers["X-Content-Type-Options"] = "nosniff"
    headers["X-Frame-Options"] = "DENY"
    headers["Referrer-Policy"] = "same-origin"
    headers["Cross-Origin-Opener-Policy"] = "same-origin"
    headers["Cross-Origin-Resource-Policy"] = "same-origin"
    headers["Permissions-Policy"] = "camera=(), geolocation=(), microphone=()"
    if request.is_secure:
        headers["Strict-Transport-Security"] = "max-age=31536000"
    if request.endpoint == "static":
        # The address changes with the file: see `asset` in the templates.
        headers["Cache-Control"] = "public, max-age=31536000, immutable"
    else:
        headers["Cache-Control"] = "no-store"
    return response
