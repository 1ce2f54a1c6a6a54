/**
 * What tools may do: rules read from files, and a decision for each action.
 *
 * <pre>
 *   a file (rules, or a project's short keys) → PolicyReader → PolicyFile: rules, warnings, version
 *   PolicyFile of host, tenant, project, user → Policy
 *   Action → Policy.decide → Decision: allow, ask or deny, the rule, why, and its limits
 * </pre>
 *
 * It decides and does nothing else. Who acts checks again what only the system knows: where a path
 * leads, and what a process does.
 */
@NullMarked
package dev.culvert.policy;

import org.jspecify.annotations.NullMarked;
