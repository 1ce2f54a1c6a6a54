/**
 * Passes on what agents and clients say on subjects, and finds who replies to what agents ask.
 * Subjects belong to a tenant: nothing crosses from one to another.
 *
 * <pre>
 *   frame of a home link → AgentSubjects → Subjects.publish → Subscription → event stream
 *                                │                ▲
 *                                └── Inboxes ─────┘ a reply: POST /api/v1/subjects/inbox.ID
 * </pre>
 */
@NullMarked
package dev.culvert.daemon.subjects;

import org.jspecify.annotations.NullMarked;
