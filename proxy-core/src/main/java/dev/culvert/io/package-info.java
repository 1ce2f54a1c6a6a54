/**
 * What several rooms need and none of them owns: the account of held bytes, small writes, timers,
 * worker threads, quoted text, the log stream.
 *
 * <pre>
 *   channel, answer, body → Holding.set(bytes) → Share (agent, client) and Share (the whole) → Account
 *   Account → Holder.onExcess: the largest holding of a share over its limit ends
 *
 *   slf4j-simple: println(line), printStackTrace, flush → LogStream → stderr, one write per entry
 * </pre>
 *
 * {@link dev.culvert.io.Account} counts all bytes that wait in this process, so that one limit
 * holds for all of them and nobody reaches the JVM's.
 */
@NullMarked
package dev.culvert.io;

import org.jspecify.annotations.NullMarked;
