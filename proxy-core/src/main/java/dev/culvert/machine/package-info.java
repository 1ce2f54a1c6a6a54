/**
 * What the machine is like on which the program runs: from {@code /proc}, {@code /sys} and {@code
 * systemctl}, without a library. Host and guest run the same code. It blocks for a fraction of a
 * second, so it runs away from event loops.
 *
 * <pre>
 *   MachineReader: /proc, /sys → MachineReport → Findings → JSON
 * </pre>
 */
@NullMarked
package dev.culvert.machine;

import org.jspecify.annotations.NullMarked;
