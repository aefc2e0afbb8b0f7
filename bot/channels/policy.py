"""The Content-Security-Policy of our own pages: nothing from elsewhere, no script in the page, text nodes only."""

from __future__ import annotations


def page_policy(form_action: str = "'none'") -> str:
    """`form_action` is where a form of the page may be sent."""
    return "; ".join(
        (
            "default-src 'none'",
            "script-src 'self'",
            "style-src 'self'",
            "connect-src 'self'",
            "img-src 'self'",
            "base-uri 'none'",
            f"form-action {form_action}",
            "frame-ancestors 'none'",
            "require-trusted-types-for 'script'",
            "trusted-types 'none'",
        )
    )
