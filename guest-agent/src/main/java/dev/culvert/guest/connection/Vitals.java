package dev.culvert.guest.connection;

import com.fasterxml.jackson.core.JsonGenerator;
import dev.culvert.frame.Frame;
import dev.culvert.frame.FrameType;
import dev.culvert.json.JsonText;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/**
 * What the guest says about itself in every heartbeat (compatibility.md, "Announcing").
 *
 * @param instance random for each process
 * @param kept the instances of earlier processes of which there are still turns
 * @param startNanos when the process began, by {@link System#nanoTime}
 * @param reports how often it says so, and what of it changes
 */
public record Vitals(
        String agentVersion,
        String instance,
        List<String> kept,
        List<String> features,
        long startNanos,
        Reports reports) {
    /**
     * When heartbeats are sent, and what of them changes.
     *
     * @param interval between two heartbeats
     * @param runtimeTrouble why the runtime cannot be reached; empty if it can
     * @param policy the version of the policy for tools in force; empty if there is none
     * @param policies those that decide about calls, as a JSON array; empty if there is none
     * @param tools how its own tools are confined, as JSON; empty if it has none
     */
    public record Reports(
            Duration interval,
            Supplier<String> runtimeTrouble,
            Supplier<String> policy,
            Supplier<String> policies,
            String tools) {

        /** Of an agent without tools of its own. */
        public Reports(
                Duration interval, Supplier<String> runtimeTrouble, Supplier<String> policy) {
            this(interval, runtimeTrouble, policy, () -> "", "");
        }
    }

    private static final String PROTOCOL = "1.1";

    /** For a guest that keeps no turns. */
    public Vitals(
            String agentVersion,
            String instance,
            List<String> features,
            long startNanos,
            Reports reports) {
        this(agentVersion, instance, List.of(), features, startNanos, reports);
    }

    public Vitals {
        kept = List.copyOf(kept);
        features = List.copyOf(features);
    }

    /**
     * Belongs to the caller.
     *
     * @param status {@code ready}, {@code running}, {@code quiesced} or {@code draining}
     */
    Frame heartbeat(ByteBufAllocator buffers, String status, int inFlight, String runtimeKind) {
        ByteBuf payload = buffers.ioBuffer();
        try (JsonGenerator json = JsonText.generator(payload)) {
            json.writeStartObject();
            json.writeStringField("status", status);
            json.writeNumberField(
                    "uptime_secs", TimeUnit.NANOSECONDS.toSeconds(System.nanoTime() - startNanos));
            json.writeStringField("protocol", PROTOCOL);
            json.writeArrayFieldStart("features");
            for (String feature : features) {
                json.writeString(feature);
            }
            json.writeEndArray();
            json.writeStringField("instance", instance);
            if (!kept.isEmpty()) {
                json.writeArrayFieldStart("kept");
                for (String earlier : kept) {
                    json.writeString(earlier);
                }
                json.writeEndArray();
            }
            json.writeStringField("agent_version", agentVersion);
            json.writeNumberField("in_flight", inFlight);
            json.writeStringField("runtime_kind", runtimeKind);
            String trouble = reports.runtimeTrouble().get();
            if (!trouble.isEmpty()) {
                json.writeStringField("runtime_error", trouble);
            }
            String policy = reports.policy().get();
            if (!policy.isEmpty()) {
                json.writeStringField("policy", policy);
            }
            String policies = reports.policies().get();
            if (!policies.isEmpty()) {
                json.writeFieldName("policies");
                json.writeRawValue(policies);
            }
            if (!reports.tools().isEmpty()) {
                json.writeFieldName("tools");
                json.writeRawValue(reports.tools());
            }
            json.writeEndObject();
        } catch (IOException e) {
            payload.release();
            throw new UncheckedIOException("writing to memory failed", e);
        }
        return new Frame(FrameType.HEARTBEAT, "", payload);
    }
}
