/**
 * The endpoints for subjects, on which agents, programs in their VMs and clients talk.
 *
 * <pre>
 *   SubjectsRoute → Follower → Subjects.subscribe → Subscription → SseStream
 *   SubjectRoute → NoteBody → Subjects.publish
 *   RequestRoute → AgentRequest → Road.link → AgentLink.open → reply
 * </pre>
 */
@NullMarked
package dev.culvert.daemon.api.subjects;

import org.jspecify.annotations.NullMarked;
