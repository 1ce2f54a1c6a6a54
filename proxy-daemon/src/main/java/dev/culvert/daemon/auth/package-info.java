/**
 * Callers, what they may do and which tenant they belong to, and the tokens that they show. Knows
 * neither HTTP nor agents.
 *
 * <pre>
 *   secret, certificate, peer of a Unix socket → Callers → Caller → may(Need), sees(tenant)
 *                                                  ↑
 *                                     TokenStore → Tokens
 * </pre>
 */
@NullMarked
package dev.culvert.daemon.auth;

import org.jspecify.annotations.NullMarked;
