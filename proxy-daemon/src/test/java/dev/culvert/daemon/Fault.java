package dev.culvert.daemon;

import dev.culvert.daemon.ScriptedGuest.Request;
import java.io.IOException;
import java.util.concurrent.CompletableFuture;

/** What breaks a turn, whoever asked for it. */
enum Fault {
    LOST_LINK("link_lost", 502, "", ""),
    CLOSED_LINK("link_lost", 502, "", ""),
    CONTENT_OF_ANOTHER_TYPE("bad_answer", 502, "chunk", "{\"content\":1,\"done\":false}"),
    NO_CONTENT("bad_answer", 502, "chunk", "{\"done\":true}"),
    CONTENT_TWICE(
            "bad_answer", 502, "chunk", "{\"content\":\"x\",\"content\":\"y\",\"done\":true}"),
    CALLS_OF_ANOTHER_TYPE(
            "bad_answer", 502, "chunk", "{\"content\":\"\",\"done\":true,\"tool_calls\":[1]}"),
    REFUSAL_OF_THE_RUNTIME(
            "runtime_error",
            429,
            "error",
            "{\"code\":\"runtime_error\",\"message\":\"no\",\"status\":429}"),

    /** The runtime said 200, and an error or a cut after it. */
    BROKEN_STREAM(
            "stream_broken", 502, "error", "{\"code\":\"stream_broken\",\"message\":\"it broke\"}"),
    BLOCKED_TOOL("tool_blocked", 403, "tool_blocked", "{\"tool_name\":\"rm\",\"reason\":\"no\"}"),
    SILENCE("timed_out", 504, "", ""),
    RESTART_OF_THE_DAEMON("draining", 503, "", "");

    private final String code;
    private final int status;
    private final String type;
    private final String payload;

    /**
     * @param type of the frame that the guest sends, with this payload; empty if it sends none
     */
    Fault(String code, int status, String type, String payload) {
        this.code = code;
        this.status = status;
        this.type = type;
        this.payload = payload;
    }

    /** As the failure is called in Culvert's own answers. */
    String code() {
        return code;
    }

    /** Of an answer that has not begun, before a dialect changes it. */
    int status() {
        return status;
    }

    /** What a daemon needs to show it soon. */
    String settings() {
        return this == SILENCE ? "\"timeouts\": {\"message\": \"1s\"}," : "";
    }

    /** Brings it about; what is returned completes once the daemon has done with it. */
    CompletableFuture<Void> happen(Request message, TestDaemon daemon) throws IOException {
        switch (this) {
            case LOST_LINK -> message.link().reset();
            case CLOSED_LINK -> message.link().shutdownOutput();
            case SILENCE -> {}
            case RESTART_OF_THE_DAEMON -> {
                return CompletableFuture.runAsync(daemon.daemon()::close);
            }
            default -> message.reply(type, payload);
        }
        return CompletableFuture.completedFuture(null);
    }
}
