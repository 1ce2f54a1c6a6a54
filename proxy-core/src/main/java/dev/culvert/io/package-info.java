/**
 * What several rooms need and none of them owns.
 *
 * <pre>
 *   channel, answer, body → Holding.set(bytes) → Share (agent, client) and Share (the whole) → Account
 *   Account → Holder.onExcess: the largest holding of a share that is exceeded ends
 * </pre>
 *
 * {@link dev.culvert.io.Account} counts all bytes that wait in this process, so that they have one
 * limit and nobody meets the JVM's.
 */
@NullMarked
package dev.culvert.io;

import org.jspecify.annotations.NullMarked;
