package dev.culvert.daemon;

import dev.culvert.audit.AuditLog;
import dev.culvert.link.BasePeer;
import java.io.Closeable;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;

/** A scripted guest whose policy asks about calls (approvals.md). */
final class ApprovingGuest implements Closeable {
    static final String ARGUMENTS = "{\"argv\":[\"git\",\"push\"]}";

    private final ScriptedGuest guest;
    private int frames;
    private int asked;

    private ApprovingGuest(ScriptedGuest guest) {
        this.guest = guest;
    }

    static ApprovingGuest start() throws IOException {
        return of(ScriptedGuest.announcing("cancel", "resume", "tools", "approvals"));
    }

    static ApprovingGuest of(ScriptedGuest guest) {
        return new ApprovingGuest(guest);
    }

    ScriptedGuest guest() {
        return guest;
    }

    /** An id that no other approval has. */
    String newId() {
        asked++;
        return "ap_%022d".formatted(asked);
    }

    static String approve(String approval, String turn, String arguments, Duration time) {
        return "{\"approval_id\":\"%s\",\"turn\":\"%s\",\"call_id\":\"c1\",\"tool_name\":\"run_command\","
                        .formatted(approval, turn)
                + "\"arguments\":%s,\"digest\":\"%s\",\"policy\":\"v7\",\"rule\":\"pushes\",\"why\":\"others see it\",\"expires\":\"%s\"}"
                        .formatted(arguments, AuditLog.digest(arguments), Instant.now().plus(time));
    }

    /** The newest home link. */
    private BasePeer.Connection home() {
        return guest.links().stream()
                .filter(link -> guest.homes().contains(link))
                .reduce((_, newer) -> newer)
                .orElseThrow(() -> new AssertionError("there is no home link"));
    }

    /** Sends a frame that asks for something, and returns its id. */
    String send(String type, String payload) throws IOException {
        frames++;
        String id = "a-" + frames;
        home().send(type, id, payload);
        return id;
    }

    /** Asks about a call that runs {@code git push}. */
    String ask(String approval) throws IOException {
        return send("approve", approve(approval, "t1", ARGUMENTS, Duration.ofMinutes(5)));
    }

    String claim(String approval, String claim) throws IOException {
        return claim(approval, claim, AuditLog.digest(ARGUMENTS), "v7");
    }

    String claim(String approval, String claim, String digest, String policy) throws IOException {
        return send(
                "claim",
                "{\"approval_id\":\"%s\",\"claim\":\"%s\",\"digest\":\"%s\",\"policy\":\"%s\"}"
                        .formatted(approval, claim, digest, policy));
    }

    /** Of a guest whose machine has a generation id. */
    String sureClaim(String approval, String claim) throws IOException {
        return send(
                "claim",
                "{\"approval_id\":\"%s\",\"claim\":\"%s\",\"digest\":\"%s\",\"policy\":\"v7\",\"generation\":true}"
                        .formatted(approval, claim, AuditLog.digest(ARGUMENTS)));
    }

    void withdraw(String approval) throws IOException {
        home().send("withdraw", "", "{\"approval_id\":\"" + approval + "\"}");
    }

    /** The answer to the frame with this id, and to no other. */
    String answer(String id) throws InterruptedException {
        ScriptedGuest.Request answer = guest.take();
        if (!answer.id().equals(id)) {
            throw new AssertionError("not the answer to " + id + ": " + answer.json());
        }
        return answer.json();
    }

    @Override
    public void close() throws IOException {
        guest.close();
    }
}
