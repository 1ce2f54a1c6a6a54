/**
 * {@code culvert report compliance}: checks of what the daemon and a workspace have, some built in,
 * others declared in a file of the workspace.
 *
 * <pre>
 *   infra/compliance.json ──► ComplianceFile ──► Rule ──┐
 *   lists of the daemon   ──► Lists ────────────────────┼──► Compliance ──► Finding
 *   workspace, audit logs ──► BuiltIn ──────────────────┘
 * </pre>
 */
@NullMarked
package dev.culvert.daemon.client.compliance;

import org.jspecify.annotations.NullMarked;
