/**
 * A folder with the desired state of an infrastructure, and what is done with it: its files, the
 * journal of a plan, and the files for Terraform and Ansible. What a plan is stands in {@code
 * infra}.
 *
 * <pre>
 *   infra/guests/*.json → DesiredFiles ────────┐
 *                                              ├─ infra's Plan → PlanRun → the daemon's inventory
 *   the daemon's inventory → AskedReality ─────┘                 journal, backup
 * </pre>
 */
@NullMarked
package dev.culvert.daemon.client.workspace;

import org.jspecify.annotations.NullMarked;
