/**
 * The guest agent. {@link dev.culvert.guest.Guest} puts it together.
 *
 * <pre>
 *   host → connection → session → turn → runtime → LLM
 *                          │        └──→ policy
 *                          └──→ desired
 * </pre>
 */
@NullMarked
package dev.culvert.guest;

import org.jspecify.annotations.NullMarked;
