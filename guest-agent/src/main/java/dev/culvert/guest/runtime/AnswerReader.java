package dev.culvert.guest.runtime;

import com.fasterxml.jackson.core.JsonProcessingException;

/**
 * Reads an answer in the form of one API, and tells the listener what it says; failures are thrown.
 */
interface AnswerReader {
    /** What one event was worth. */
    enum Worth {
        /** It is no part of an answer. */
        NOTHING,
        /** It is a part of the answer that the listener is not told. */
        PROGRESS,
        /** The listener was told something. */
        TOLD
    }

    /**
     * One event of a stream, which is not blank.
     *
     * @param type empty if the stream names none
     */
    Worth event(String type, String data) throws FailedGenerationException;

    /** The stream has ended well as far as HTTP is concerned, and the answer has not. */
    void endOfStream() throws FailedGenerationException;

    /**
     * A complete answer that is not streamed: tells it to its end.
     *
     * @return false if it is no answer of this API
     * @throws JsonProcessingException likewise
     */
    boolean whole(String body) throws JsonProcessingException, FailedGenerationException;
}
