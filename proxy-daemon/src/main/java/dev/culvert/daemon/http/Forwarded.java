package dev.culvert.daemon.http;

import org.jspecify.annotations.Nullable;

/**
 * What trusted proxies say about the client of a request.
 *
 * @param client its address; {@code unknown}, or a name that begins with an underscore, if a proxy
 *     hides it
 * @param scheme {@code http} or {@code https}; null if they do not say
 * @param host the host that it asked for; null if they do not say
 */
public record Forwarded(String client, @Nullable String scheme, @Nullable Authority host) {}
