/**
 * Bytes to frames and back. A frame is an envelope (type, id and a few extension members) around a
 * payload that stays the bytes it arrived as.
 *
 * <pre>
 *   socket → FrameDecoder → (link, or the guest's session)
 *   socket ←                 FrameEncoder ←
 * </pre>
 *
 * What this package refuses is listed in the specification's {@code framing.md}; its golden vectors
 * are the tests.
 */
@NullMarked
package dev.culvert.frame;

import org.jspecify.annotations.NullMarked;
