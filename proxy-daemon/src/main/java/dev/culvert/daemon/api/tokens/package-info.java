/**
 * The endpoints for tokens. A caller of one tenant sees and makes only tokens of that tenant.
 *
 * <pre>
 *   TokensRoute, TokenRoute, RotateRoute → VisibleTokens → OffLoop → Tokens
 * </pre>
 */
@NullMarked
package dev.culvert.daemon.api.tokens;

import org.jspecify.annotations.NullMarked;
