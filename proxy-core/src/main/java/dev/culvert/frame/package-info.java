/**
 * Turns bytes into frames and back. A frame is an envelope (type, id and a few extension members)
 * around a payload, which stays the bytes that arrived.
 *
 * <pre>
 *   socket → FrameDecoder → (link, or the guest's session)
 *   socket ←                 FrameEncoder ←
 * </pre>
 *
 * The specification's {@code framing.md} lists what this package refuses; the specification's
 * golden vectors are its tests.
 */
@NullMarked
package dev.culvert.frame;

import org.jspecify.annotations.NullMarked;
