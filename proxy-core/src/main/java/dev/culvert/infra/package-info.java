/**
 * What an infrastructure should be, what it is, and the plan that makes the one of the other. It
 * reads no files and asks nobody: the command brings a workspace, the daemon what it keeps.
 *
 * <pre>
 *   texts of guests → DesiredState ─┐
 *                                   ├─ Comparison → Plan: changes, each with its steps, and a digest
 *   what is there   → Reality ──────┘
 * </pre>
 */
@NullMarked
package dev.culvert.infra;

import org.jspecify.annotations.NullMarked;
