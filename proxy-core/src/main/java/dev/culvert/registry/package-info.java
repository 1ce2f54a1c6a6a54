/**
 * What hosts of a cluster know in common: small values under keys, in buckets, kept by servers
 * outside. Who uses it knows no product; {@code proxy-daemon/nats} keeps them in NATS.
 *
 * <pre>
 *   Registry → RegistrySession (one connection) → Bucket → BucketWatcher (is told of every change)
 * </pre>
 */
@NullMarked
package dev.culvert.registry;

import org.jspecify.annotations.NullMarked;
