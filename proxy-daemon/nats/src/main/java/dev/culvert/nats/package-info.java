/**
 * The registry of a cluster in NATS: buckets of JetStream's key-value store. The daemon finds
 * {@link dev.culvert.nats.NatsRegistry} by its name.
 */
@NullMarked
package dev.culvert.nats;

import org.jspecify.annotations.NullMarked;
