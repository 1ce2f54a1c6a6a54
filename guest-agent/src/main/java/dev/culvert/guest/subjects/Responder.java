package dev.culvert.guest.subjects;

import dev.culvert.subject.Note;
import dev.culvert.subject.Subject;

/** A program that answers requests of the host. Called on the event loop. */
public interface Responder {
    boolean answers(Subject subject);

    /** Whether it reads what it is sent. */
    boolean isReady();

    /**
     * Asks it. It answers with {@link Subjects#reply} or {@link Subjects#fail}, or not at all.
     *
     * @param key names the request in the answer
     * @param request lends its data
     */
    void onRequest(String key, Note request);
}
