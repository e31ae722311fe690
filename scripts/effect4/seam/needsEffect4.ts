/**
 * Says at import which Effect is needed: every entry point imports this before all else. Where Effect 3 is installed, which
 * has no `effect/Result`, the import fails, and what the failure tells is the path of this file.
 */
import "effect/Result"
