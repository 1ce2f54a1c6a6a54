package dev.culvert.identity;

import dev.culvert.frame.Frame;
import dev.culvert.frame.FrameType;
import org.jspecify.annotations.Nullable;

/**
 * A guest proves that it has the key of an agent.
 *
 * @param counter how often this identity has joined; a copy of it counts on its own
 * @param instance random for each guest process
 * @param generation of the virtual machine, which changes when it is restored; empty if the guest
 *     cannot read it
 * @param signature by the present key
 * @param next the key that takes its place from now on; null if there is none
 */
public record Proof(
        String agentId,
        long counter,
        String instance,
        String generation,
        String signature,
        @Nullable Next next) {

    /** Another key, and the signature by it. */
    public record Next(AgentKey key, String signature) {}

    private static final String CONTEXT = "culvert-proof-1";

    /** Borrows {@code frame}. */
    public static Proof read(Frame frame) throws BadHandshakeException {
        Members members = Members.of(frame);
        AgentKey next = members.key("new_key");
        return new Proof(
                members.text("agent_id", Words.NAME, Words.NAME_TAKES),
                members.number("counter", 0),
                members.text("instance", Words.WORD, Words.WORD_TAKES),
                members.optional("generation", Words.WORD, Words.WORD_TAKES),
                members.text("signature", Words.WORD, Words.WORD_TAKES),
                next == null
                        ? null
                        : new Next(
                                next, members.text("new_signature", Words.WORD, Words.WORD_TAKES)));
    }

    /** Answers a challenge. */
    public static Proof of(
            Challenge challenge, Joining joining, SigningKey key, @Nullable SigningKey next) {
        String agentId = challenge.agentId();
        String text =
                text(challenge.nonce(), agentId, joining, next == null ? "" : next.open().text());
        return new Proof(
                agentId,
                joining.counter(),
                joining.instance(),
                joining.generation(),
                key.sign(text),
                next == null ? null : new Next(next.open(), next.sign(text)));
    }

    /** Whether {@code key}, and the next key if there is one, signed it for that challenge. */
    public boolean isBy(AgentKey key, Challenge challenge) {
        String text =
                text(
                        challenge.nonce(),
                        agentId,
                        new Joining(counter, instance, generation),
                        next == null ? "" : next.key.text());
        return agentId.equals(challenge.agentId())
                && key.signed(text, signature)
                && (next == null || next.key.signed(text, next.signature));
    }

    /* No part of it contains a line feed, so no two proofs have the same text. */
    private static String text(String nonce, String agentId, Joining joining, String nextKey) {
        return String.join(
                "\n",
                CONTEXT,
                nonce,
                agentId,
                Long.toString(joining.counter()),
                joining.instance(),
                joining.generation(),
                nextKey);
    }

    /** Belongs to the caller. */
    public Frame frame() {
        return Words.frame(
                FrameType.PROVE,
                json -> {
                    json.writeStringField("agent_id", agentId);
                    json.writeNumberField("counter", counter);
                    json.writeStringField("instance", instance);
                    Words.writeUnlessEmpty(json, "generation", generation);
                    json.writeStringField("signature", signature);
                    if (next != null) {
                        json.writeStringField("new_key", next.key.text());
                        json.writeStringField("new_signature", next.signature);
                    }
                });
    }
}
