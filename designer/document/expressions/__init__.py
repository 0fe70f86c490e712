"""Expressions while they are typed: what is known at a place, and what may come next."""

from designer.document.expressions.completing import completions
from designer.document.expressions.known import Known
from designer.document.expressions.scope import Scope, preview_context, scope_of, upstream

__all__ = ["Known", "Scope", "completions", "preview_context", "scope_of", "upstream"]
